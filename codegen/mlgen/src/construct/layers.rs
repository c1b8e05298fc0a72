//! The layers of one component in one environment for one target, and what they merge to.
//!
//! From the weakest: the module's defaults, the class, the base, the environments along `extends`, `--set`. In each
//! layer what is said for one target comes after what is said for all; a later layer always wins.

use std::collections::BTreeMap;

use crate::catalogue::Kind;
use crate::catalogue::target::Target;
use crate::decode;
use crate::diag::{Diagnostic, Diags};
use crate::merge::{self, LayerName, Merged};
use crate::node::{Entry, Map, Node, Value};
use crate::source::Span;
use crate::spec::{Environment, Spec};

use super::presence::{Made, Present};

/// What stands on the command line after `--set`: one tree of components each, a later one wins.
pub type Set<'a> = &'a [Node];

/// Merges the layers of `name`, and says whose they are; `convention` are inputs that a rule of the target sets.
pub fn merged(
    spec: &Spec,
    environment: &Environment,
    target: &Target,
    name: &str,
    present: &Present<'_>,
    convention: Option<&Node>,
    set: Set<'_>,
    diags: &mut Diags,
) -> (Merged, Vec<LayerName>) {
    let mut layers = Vec::new();
    for (layer, declared) in said(spec, environment, &target.name, name) {
        layers.push(merge::Layer { name: layer.clone(), node: declared.common.clone() });
        if let Some(section) = declared.sections.get(&target.name) {
            layers.push(merge::Layer { name: layer, node: section.clone() });
        }
    }
    for node in set.iter().filter_map(|set| set.get(name)) {
        let (common, section) = split(node, spec, &target.name);
        layers.extend(
            [Some(common), section]
                .into_iter()
                .flatten()
                .map(|node| merge::Layer { name: LayerName::Set, node }),
        );
    }
    if let Made::Kind(kind) = &present.made {
        let mut below = Vec::new();
        if let Some(class) = kind.component.classes.get(&environment.class) {
            below.push(merge::Layer {
                name: LayerName::Class(environment.class.clone()),
                node: class.clone(),
            });
        }
        let mut mentioned: BTreeMap<&str, bool> = BTreeMap::new();
        let maps = below.iter().chain(&layers).filter_map(|layer| layer.node.as_map());
        for (input, entry) in maps.flatten() {
            *mentioned.entry(input).or_default() |= entry.node.as_str().is_some();
        }
        let (defaults, conventions) = weakest(kind, target, name, present, &mentioned);
        below.insert(0, merge::Layer { name: LayerName::Default, node: defaults });
        below.insert(1, merge::Layer { name: LayerName::Convention, node: conventions });
        if let Some(node) = convention {
            below.insert(2, merge::Layer { name: LayerName::Convention, node: node.clone() });
        }
        layers.splice(0..0, below);
    }
    let names = layers.iter().map(|layer| layer.name.clone()).collect();
    let (merged, errors) = merge::merge(layers);
    diags.extend(errors);
    (merged, names)
}

/// What the base and the environments say about a component, from the weakest.
pub fn said<'a>(
    spec: &'a Spec,
    environment: &Environment,
    target: &str,
    name: &str,
) -> Vec<(LayerName, &'a crate::spec::Declared)> {
    let base = spec.base.components.get(name);
    // What a rule of the target adds may have the name of a component that is for other targets only.
    if base.is_some_and(|declared| !declared.scope.holds(&environment.name, Some(target))) {
        return Vec::new();
    }
    let base = base.map(|declared| (LayerName::Base, declared));
    let own = spec.layers(&environment.name).into_iter().filter_map(|(layer, files)| {
        Some((LayerName::Environment(layer), files.components.get(name)?))
    });
    base.into_iter().chain(own).collect()
}

/// The module's defaults of inputs that some layer sets, and what the target's conventions say. `mentioned` has those
/// inputs, and whether a layer gives one as a text.
fn weakest(
    kind: &Kind,
    target: &Target,
    name: &str,
    present: &Present<'_>,
    mentioned: &BTreeMap<&str, bool>,
) -> (Node, Node) {
    let span = present.declared.key;
    let (mut defaults, mut conventions) = (Map::new(), Map::new());
    for (input, declaration) in &kind.interface.inputs {
        let convention = target.conventions.get(input);
        if let Some(node) = convention {
            let node = named(node, name, span);
            conventions.insert(input.clone(), Entry { key: declaration.span, node });
        }
        // A reference takes the place of a whole map; there is nothing to merge then.
        let text = mentioned.get(input.as_str()).copied();
        let text = text.or(convention.map(|node| node.as_str().is_some()));
        if let (Some(node), Some(text)) = (&declaration.default, text)
            && !(text && node.as_map().is_some())
        {
            defaults.insert(input.clone(), Entry { key: declaration.span, node: node.clone() });
        }
    }
    let tree = |map| Node { value: Value::Map(map), span };
    (tree(defaults), tree(conventions))
}

/// A convention with the component's name in it. Its place is where the component is declared.
fn named(node: &Node, name: &str, span: Span) -> Node {
    let value = match &node.value {
        Value::String(text) => Value::String(text.replace("${component}", &name.replace('_', "-"))),
        Value::List(items) => {
            Value::List(items.iter().map(|item| named(item, name, span)).collect())
        }
        Value::Map(entries) => Value::Map(
            entries
                .iter()
                .map(|(key, entry)| {
                    (key.clone(), Entry { key: entry.key, node: named(&entry.node, name, span) })
                })
                .collect(),
        ),
        other => other.clone(),
    };
    Node { value, span }
}

/// A component as `--set` writes it, cut as a declared one is.
fn split(node: &Node, spec: &Spec, target: &str) -> (Node, Option<Node>) {
    let mut common = Map::new();
    for (key, entry) in node.as_map().into_iter().flatten() {
        if !spec.project.targets.contains_key(key) {
            common.insert(key.clone(), entry.clone());
        }
    }
    let section = node.get(target).cloned();
    (Node { value: Value::Map(common), span: node.span }, section)
}

/// Inputs that the kind does not have, each at the place of its key.
pub fn check_known(
    spec: &Spec,
    environment: &Environment,
    target: &Target,
    name: &str,
    kind: &Kind,
    others: &[(&str, &Kind)],
    diags: &mut Diags,
) {
    let title = kind.title();
    for (_, declared) in said(spec, environment, &target.name, name) {
        let section = declared.sections.get(&target.name);
        for node in std::iter::once(&declared.common).chain(section) {
            for (input, entry) in node.as_map().into_iter().flatten() {
                if kind.interface.inputs.contains_key(input) {
                    continue;
                }
                let known = kind.interface.inputs.keys().map(String::as_str);
                let elsewhere: Vec<&str> = others
                    .iter()
                    .filter(|(_, other)| other.interface.inputs.contains_key(input))
                    .map(|(target, _)| *target)
                    .collect();
                let error = Diagnostic::error(entry.key, format!("{title} has no input `{input}`"));
                diags.push(if elsewhere.is_empty() {
                    decode::unknown(
                        entry.key,
                        input,
                        &format!("{title} (component `{name}`)"),
                        known,
                    )
                } else {
                    error.help(format!(
                        "{} has it: move it under `{}:`",
                        decode::listed(&elsewhere),
                        elsewhere[0]
                    ))
                });
            }
        }
    }
}
