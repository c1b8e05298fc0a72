//! Laws of merging, over random trees.
//!
//! In these trees the first letter of a key says what stands under it, so that no layer puts a map over something else:
//! those are errors, and tested elsewhere. Each tree is written as JSON and read again; so each value has a place.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::merge::{Layer, LayerName, Merged, MergedValue, Path, Segment, merge, union};
use crate::node::Node;
use crate::source::Sources;
use crate::yaml;

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-9..99i64).prop_map(Value::from),
        "[a-e]{0,2}".prop_map(Value::from),
    ]
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![3 => scalar(), 1 => prop::collection::vec(scalar(), 0..4).prop_map(Value::from)]
}

fn tree() -> impl Strategy<Value = Value> {
    let leaves = || prop::collection::vec(("[v-z]", leaf()), 0..4);
    let bottom = leaves().prop_map(|entries| Value::from(Map::from_iter(entries)));
    bottom.prop_recursive(3, 24, 3, move |inner| {
        let maps = prop::collection::vec(("[a-c]", inner), 0..3);
        (leaves(), maps, any::<bool>()).prop_map(|(leaves, maps, maps_first)| {
            let (first, second) = if maps_first { (maps, leaves) } else { (leaves, maps) };
            Value::from(first.into_iter().chain(second).collect::<Map<_, _>>())
        })
    })
}

fn trees() -> impl Strategy<Value = Vec<Value>> {
    prop::collection::vec(tree(), 1..6)
}

/// The trees as files, read.
fn nodes(trees: &[Value]) -> (Sources, Vec<Node>) {
    let mut sources = Sources::default();
    let mut read = |(index, tree): (usize, &Value)| {
        let file = sources.add(index.to_string(), format!("{tree:#}"));
        let (node, diags) = yaml::parse(&sources, file);
        assert!(diags.is_empty(), "{diags:?}");
        node.expect("JSON is YAML")
    };
    let nodes = trees.iter().enumerate().map(&mut read).collect();
    (sources, nodes)
}

fn merged(trees: &[Value]) -> Merged {
    let layer = |node| Layer { name: LayerName::Base, node };
    let (merged, diags) = merge(nodes(trees).1.into_iter().map(layer).collect());
    assert!(!diags.has_errors(), "{diags:?}");
    merged
}

fn values(trees: &[Value]) -> Value {
    merged(trees).to_json()
}

/// The outcome as text, for what must agree in the order of keys too.
fn text(trees: &[Value]) -> String {
    values(trees).to_string()
}

/// All that was written for each leaf, first to last, as (layer, value); and the paths of all maps.
#[derive(Default)]
struct Reference {
    leaves: BTreeMap<Path, Vec<(usize, Value)>>,
    maps: BTreeMap<Path, Vec<usize>>,
}

impl Reference {
    fn of(trees: &[Value]) -> Self {
        let mut reference = Self::default();
        for (layer, tree) in trees.iter().enumerate() {
            reference.add(layer, &mut Path::default(), tree);
        }
        reference
    }

    fn add(&mut self, layer: usize, path: &mut Path, value: &Value) {
        let Value::Object(map) = value else {
            self.leaves.entry(path.clone()).or_default().push((layer, value.clone()));
            return;
        };
        self.maps.entry(path.clone()).or_default().push(layer);
        for (key, value) in map {
            path.0.push(Segment::Key(key.clone()));
            self.add(layer, path, value);
            path.0.pop();
        }
    }
}

/// The keys of each map in the order in which the layers first name them.
fn ordered(trees: &[Value]) -> Value {
    let mut maps: IndexMap<&String, Vec<Value>> = IndexMap::new();
    for (key, value) in trees.iter().filter_map(Value::as_object).flatten() {
        maps.entry(key).or_default().push(value.clone());
    }
    let entry = |(key, values): (&String, Vec<Value>)| {
        let last = values.last().cloned().unwrap_or_default();
        (key.clone(), if last.is_object() { ordered(&values) } else { last })
    };
    maps.into_iter().map(entry).collect()
}

proptest! {
    #[test]
    fn merging_is_associative(a in tree(), b in tree(), c in tree()) {
        let whole = text(&[a.clone(), b.clone(), c.clone()]);
        prop_assert_eq!(&text(&[values(&[a.clone(), b.clone()]), c.clone()]), &whole);
        prop_assert_eq!(&text(&[a, values(&[b, c])]), &whole);
    }

    #[test]
    fn an_empty_layer_is_the_identity(a in tree()) {
        prop_assert_eq!(text(&[a.clone(), json!({})]), a.to_string());
        prop_assert_eq!(text(&[json!({}), a.clone()]), a.to_string());
    }

    #[test]
    fn merging_twice_is_merging_once(a in tree(), b in tree()) {
        let once = text(&[a.clone(), b.clone()]);
        prop_assert_eq!(&text(&[a.clone(), b.clone(), b.clone()]), &once);
        let merged = values(&[a, b]);
        prop_assert_eq!(&text(&[merged.clone(), merged]), &once);
    }

    #[test]
    fn the_last_writer_wins_and_all_others_are_remembered(trees in trees()) {
        let reference = Reference::of(&trees);
        let (sources, _) = nodes(&trees);
        let merged = merged(&trees);
        let mut leaves = BTreeMap::new();
        let mut maps = BTreeMap::new();
        for (path, value) in merged.walk() {
            if path.0.iter().any(|segment| matches!(segment, Segment::Index(_))) {
                continue;
            }
            prop_assert_eq!(sources.path(value.origin.span.file), value.origin.layer.0.to_string());
            if value.as_map().is_some() {
                maps.insert(path, value.origin.layer.0);
                continue;
            }
            let written: Value = serde_json::from_str(sources.slice(value.origin.span))?;
            prop_assert_eq!(&written, &value.to_json());
            let before = value.overridden.iter().rev().map(|one| {
                (one.origin.layer.0, one.value.as_ref().map(MergedValue::to_json).unwrap_or_default())
            });
            let now = (value.origin.layer.0, value.to_json());
            leaves.insert(path, before.chain([now]).collect::<Vec<_>>());
        }
        prop_assert_eq!(leaves, reference.leaves);
        let first: BTreeMap<_, _> =
            reference.maps.into_iter().map(|(path, layers)| (path, layers[0])).collect();
        prop_assert_eq!(maps, first);
    }

    #[test]
    fn every_place_of_a_key_is_remembered(trees in trees()) {
        let (sources, _) = nodes(&trees);
        let reference = Reference::of(&trees);
        for (path, map) in merged(&trees).walk() {
            for (key, entry) in map.as_map().into_iter().flatten() {
                let mut path = path.clone();
                path.0.push(Segment::Key(key.clone()));
                let leaf = reference.leaves.get(&path).into_iter().flatten().map(|(layer, _)| *layer);
                let map = reference.maps.get(&path).into_iter().flatten().copied();
                let layers: Vec<String> = leaf.chain(map).map(|layer| layer.to_string()).collect();
                let files: Vec<&str> = entry.keys.iter().map(|key| sources.path(key.file)).collect();
                prop_assert_eq!(files, layers);
            }
        }
    }

    #[test]
    fn keys_stand_in_the_order_in_which_they_first_appear(trees in trees()) {
        prop_assert_eq!(text(&trees), ordered(&trees).to_string());
    }

    #[test]
    fn every_path_leads_to_its_value(trees in trees()) {
        let merged = merged(&trees);
        for (path, value) in merged.walk() {
            prop_assert_eq!(merged.get(&path), Some(value));
        }
        for (path, leaf) in merged.leaves() {
            prop_assert_eq!(merged.get(&path), Some(leaf));
        }
    }

    #[test]
    fn what_is_appended_can_be_removed(
        list in prop::collection::vec(scalar(), 0..6),
        more in prop::collection::vec(scalar(), 0..6),
    ) {
        let more: Vec<Value> = more.into_iter().filter(|item| !list.contains(item)).collect();
        let base = json!({ "l": list });
        let both = [list, more.clone()].concat();
        let longer = values(&[base.clone(), json!({ "l": { "$append": more } })]);
        prop_assert_eq!(&longer, &json!({ "l": both }));
        let back = json!({ "l": { "$remove": more } });
        prop_assert_eq!(values(&[base.clone(), json!({ "l": { "$append": more } }), back]), base);
    }

    #[test]
    fn nothing_equal_to_what_is_removed_stays(
        list in prop::collection::vec(scalar(), 1..9),
        pick in any::<prop::sample::Index>(),
    ) {
        let gone = pick.get(&list).clone();
        let rest: Vec<_> = list.iter().filter(|item| **item != gone).cloned().collect();
        let layers = [json!({ "l": list }), json!({ "l": { "$remove": [gone] } })];
        prop_assert_eq!(values(&layers), json!({ "l": rest }));
    }

    #[test]
    fn unset_is_as_if_no_layer_had_set_it(trees in trees(), pick in any::<prop::sample::Index>()) {
        let whole = values(&trees);
        let keys: Vec<&String> = whole.as_object().expect("trees are maps").keys().collect();
        prop_assume!(!keys.is_empty());
        let key = pick.get(&keys).as_str();
        let mut without = trees.clone();
        for tree in &mut without {
            tree.as_object_mut().expect("trees are maps").shift_remove(key);
        }
        let mut unset = trees.clone();
        unset.push(json!({ key: { "$unset": true } }));
        prop_assert_eq!(text(&unset), text(&without));
    }

    #[test]
    fn replace_and_literal_leave_nothing_of_what_stood_there(old in tree(), new in tree()) {
        let base = json!({ "a": old });
        for operator in ["$replace", "$literal"] {
            let over = json!({ "a": { operator: new } });
            prop_assert_eq!(values(&[base.clone(), over]), json!({ "a": new }));
        }
    }

    #[test]
    fn a_layer_may_be_cut_into_files(tree in tree(), cuts in prop::collection::vec(any::<bool>(), 64)) {
        let (first, second) = cut(&tree, &mut cuts.iter().cycle().copied());
        for fragments in [[&first, &second], [&second, &first]] {
            let fragments = fragments.map(Value::clone);
            let (whole, diags) = union(nodes(&fragments).1);
            prop_assert!(diags.is_empty(), "{:?}", diags);
            let layer = Layer { name: LayerName::Base, node: whole.expect("there are two") };
            prop_assert_eq!(merge(vec![layer]).0.to_json(), tree.clone());
        }
    }

    #[test]
    fn files_of_a_layer_share_no_leaf(tree in tree()) {
        let leaves = Reference::of(std::slice::from_ref(&tree)).leaves.len();
        let (_, diags) = union(nodes(&[tree.clone(), tree]).1);
        prop_assert_eq!(diags.into_iter().count(), leaves);
    }
}

/// Each leaf goes into one of two trees, each map into both.
fn cut(tree: &Value, left: &mut impl Iterator<Item = bool>) -> (Value, Value) {
    let (mut first, mut second) = (Map::new(), Map::new());
    for (key, value) in tree.as_object().into_iter().flatten() {
        if value.is_object() {
            let (one, other) = cut(value, left);
            first.insert(key.clone(), one);
            second.insert(key.clone(), other);
        } else if left.next().unwrap_or_default() {
            first.insert(key.clone(), value.clone());
        } else {
            second.insert(key.clone(), value.clone());
        }
    }
    (first.into(), second.into())
}
