//! What JSON says, YAML says too; and every span holds its value.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::Value as Json;

use crate::node::{Node, Value};
use crate::source::Sources;
use crate::yaml::parse;

fn json() -> impl Strategy<Value = Json> {
    let scalar = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        any::<String>().prop_map(Json::from),
        "[-0-9.+eExX:_ ~a-f]{0,6}".prop_map(Json::from),
    ];
    scalar.prop_recursive(4, 32, 5, |inner| {
        let key = prop_oneof![any::<String>(), "[a-c<$ ]{0,2}"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            prop::collection::vec((key, inner), 0..5)
                .prop_map(|entries| entries.into_iter().collect()),
        ]
    })
}

fn to_json(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(value) => (*value).into(),
        Value::Number(number) => number.clone().into(),
        Value::String(text) => text.as_str().into(),
        Value::List(items) => items.iter().map(to_json).collect(),
        Value::Map(map) => {
            map.iter().map(|(key, entry)| (key.clone(), to_json(&entry.node))).collect()
        }
    }
}

/// Whether the bytes of each value and of each key say that value and that key.
fn spans_hold(node: &Node, sources: &Sources) -> bool {
    let says = |span, value: &Json| {
        serde_json::from_str::<Json>(sources.slice(span)).is_ok_and(|said| said == *value)
    };
    says(node.span, &to_json(node))
        && match &node.value {
            Value::List(items) => items.iter().all(|item| spans_hold(item, sources)),
            Value::Map(map) => map.iter().all(|(key, entry)| {
                says(entry.key, &key.as_str().into()) && spans_hold(&entry.node, sources)
            }),
            _ => true,
        }
}

proptest! {
    #[test]
    fn json_is_yaml(value in json(), pretty in any::<bool>()) {
        let mut sources = Sources::default();
        let text = if pretty { format!("{value:#}\n") } else { value.to_string() };
        let file = sources.add("a.json", text);
        let (node, diags) = parse(&sources, file);
        prop_assert!(diags.is_empty(), "{:?}", diags);
        let node = node.expect("no error, so there is a tree");
        prop_assert_eq!(to_json(&node), value);
        prop_assert!(spans_hold(&node, &sources));
    }

    #[test]
    fn no_text_makes_it_panic(text in "[-a${}\\[\\]\"':&*!|>#%@, \t\r\n0ä\u{feff}]{0,40}", json in any::<bool>()) {
        let mut sources = Sources::default();
        let file = sources.add(if json { "a.json" } else { "a.yaml" }, text);
        let (node, diags) = parse(&sources, file);
        prop_assert!(node.is_some() || diags.has_errors());
        for one in diags.sorted(&sources) {
            crate::diag::render(&one, &sources, false);
        }
    }

    #[test]
    fn blocks_say_the_same(entries in prop::collection::vec(("[a-zä]{1,3}", "[ -~ä]{0,9}"), 1..6)) {
        let expected: BTreeMap<String, String> = entries.into_iter().collect();
        let line = |(key, value): (&String, &String)| {
            format!("{key}:\n  - '{}'\n", value.replace('\'', "''"))
        };
        let mut sources = Sources::default();
        let file = sources.add("a.yaml", expected.iter().map(line).collect::<String>());
        let (node, diags) = parse(&sources, file);
        prop_assert!(diags.is_empty(), "{:?}", diags);
        let expected: Json = expected.into_iter().map(|(key, value)| (key, Json::from(vec![value]))).collect();
        prop_assert_eq!(to_json(&node.expect("no error, so there is a tree")), expected);
    }
}
