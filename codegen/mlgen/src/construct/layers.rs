//! The layers of one component in one environment for one target, and what they merge to.
//!
//! From the weakest: the module's defaults, the class, the base, the environments along `extends`, `--set`. In each
//! layer what is said for one target comes after what is said for all; a later layer always wins.

use std::collections::BTreeSet;

use super::convert::Scope;
use super::presence::{Made, Present};
use crate::catalogue::target::Target;
use crate::catalogue::{Kind, RESERVED};
use crate::decode;
use crate::diag::{Diagnostic, Diags, closest};
use crate::merge::{self, LayerName, Merged};
use crate::node::{Entry, Map, Node, Value};
use crate::source::Span;
use crate::spec::{Declared, Spec};

/// What stands on the command line after `--set`: one tree of components each, a later one wins.
pub type Set<'a> = &'a [Node];

/// What each layer says about one component for one target, from the weakest.
pub(super) struct Said<'a> {
    component: &'a str,
    /// Trees of inputs, and whose they are.
    layers: Vec<(LayerName, Node)>,
}

impl<'a> Said<'a> {
    /// What the base, the environments along `extends` and the command line say.
    pub(super) fn of(scope: &Scope<'a>, component: &'a str, set: Set<'_>) -> Self {
        let mut layers = Vec::new();
        let base = scope.spec.base.components.get(component);
        let here = |declared: &&Declared| {
            declared.scope.holds(&scope.environment.name, Some(&scope.target.name))
        };
        // What a rule of the target adds may have the name of a component that is for other targets only.
        if base.is_some_and(|declared| !here(&declared)) {
            return Self { component, layers };
        }
        let base = base.map(|declared| (LayerName::Base, declared));
        let own = scope.layers.iter().filter_map(|(layer, files)| {
            let declared = files.components.get(component)?;
            Some((LayerName::Environment(layer.clone()), declared))
        });
        for (layer, declared) in base.into_iter().chain(own) {
            layers.push((layer.clone(), declared.common.clone()));
            if let Some(section) = declared.section(&scope.target.name) {
                layers.push((layer, section.clone()));
            }
        }
        let kind = scope.present.get(component).and_then(|present| present.made.kind());
        for node in set.iter().filter_map(|set| set.get(component)) {
            let (mut common, section) = split(node, scope.spec, &scope.target.name);
            if let (Value::Map(inputs), Some(kind)) = (&mut common.value, kind) {
                // Said for the targets that have it: on the command line nobody would name them all.
                inputs.retain(|input, _| {
                    kind.interface.inputs.contains_key(input)
                        || elsewhere(scope, kind, input).is_empty()
                });
            }
            layers.push((LayerName::Set, common));
            layers.extend(section.map(|section| (LayerName::Set, section)));
        }
        Self { component, layers }
    }

    /// Merges them over the module's defaults, the target's conventions and the class; and says whose each layer is.
    ///
    /// `convention` are inputs that a rule of the target sets for this component alone.
    pub(super) fn merged(
        &self,
        scope: &Scope<'_>,
        present: &Present<'_>,
        convention: Option<&Node>,
        diags: &mut Diags,
    ) -> (Merged, Vec<LayerName>) {
        let mut layers: Vec<(LayerName, Node)> = Vec::with_capacity(self.layers.len() + 4);
        if let Made::Kind(kind) = &present.made {
            let class = &scope.environment.class;
            let loosened = kind.component.classes.get(class);
            let (defaults, conventions) =
                weakest(kind, scope.target, self.component, present, &|input| {
                    let own = self.layers.iter().map(|(_, node)| node).chain(loosened);
                    let given = own.chain(convention).filter_map(|node| node.get(input));
                    given.map(is_reference).reduce(|a, b| a || b)
                });
            layers.push((LayerName::Default, defaults));
            layers.push((LayerName::Convention, conventions));
            layers.extend(convention.map(|node| (LayerName::Convention, node.clone())));
            layers.extend(loosened.map(|node| (LayerName::Class(class.clone()), node.clone())));
        }
        layers.extend(self.layers.iter().cloned());
        if layers.is_empty() {
            let span = present.declared.key;
            layers.push((LayerName::Base, Node { value: Value::Map(Map::new()), span }));
        }
        let names = layers.iter().map(|(name, _)| name.clone()).collect();
        let layers = layers.into_iter().map(|(name, node)| merge::Layer { name, node });
        let (merged, errors) = merge::merge(layers.collect());
        diags.extend(errors);
        (merged, names)
    }

    /// Tells of inputs that the kind does not have, each at the place of its key. Gives those that were meant.
    pub(super) fn check_known<'k>(
        &self,
        scope: &Scope<'_>,
        kind: &'k Kind,
        diags: &mut Diags,
    ) -> BTreeSet<&'k str> {
        let inputs = &kind.interface.inputs;
        let what = match self.component {
            name if name.replace('_', "-") == kind.name => format!("`{name}`"),
            name => format!("`{name}` (kind `{}`)", kind.name),
        };
        let mut meant = BTreeSet::new();
        for (layer, node) in &self.layers {
            for (input, entry) in node.as_map().into_iter().flatten() {
                if inputs.contains_key(input) {
                    continue;
                }
                if *layer == LayerName::Set && RESERVED.contains(&input.as_str()) {
                    let message = format!("`{input}` cannot be set on the command line");
                    diags.push(Diagnostic::error(entry.key, message).help("write it in configs/"));
                    continue;
                }
                let elsewhere = elsewhere(scope, kind, input);
                let error = if let Some(first) = elsewhere.first() {
                    Diagnostic::error(entry.key, format!("{what} has no input `{input}`")).help(
                        format!("{} has it: move it under `{first}:`", decode::listed(&elsewhere)),
                    )
                } else {
                    let known = inputs.keys().map(String::as_str);
                    meant.extend(closest(input, known.clone()));
                    let error = format!("{what} has no input `{input}`");
                    decode::among(Diagnostic::error(entry.key, error), input, known)
                };
                diags.push(error.target(&scope.target.name));
            }
        }
        meant
    }
}

/// Other targets of the project whose kind of the same name has an input.
fn elsewhere<'a>(scope: &Scope<'a>, kind: &Kind, input: &str) -> Vec<&'a str> {
    let targets = scope.spec.project.targets.keys();
    let has = |target: &&String| {
        let other = scope.kinds.get(target, &kind.name);
        **target != scope.target.name
            && other.is_some_and(|other| other.interface.inputs.contains_key(input))
    };
    targets.filter(has).map(String::as_str).collect()
}

/// What stands on the command line about components that nobody has, once for all environments.
pub(super) fn check_set(
    spec: &Spec,
    set: Set<'_>,
    there: &dyn Fn(&str) -> bool,
    diags: &mut Diags,
) {
    for node in set {
        for (name, entry) in node.as_map().into_iter().flatten() {
            let everywhere = spec.environments.values().flat_map(|layer| layer.components.keys());
            let known = spec.base.components.keys().chain(everywhere).map(String::as_str);
            if !there(name) {
                let error = Diagnostic::error(entry.key, format!("there is no component `{name}`"));
                diags.push(error.suggest(name, known));
            } else if entry.node.as_map().is_none() {
                let error = Diagnostic::error(entry.key, "a setting needs an input");
                diags.push(error.help(format!("write `{name}.input=value`")));
            }
        }
    }
}

/// Whether a value is one reference, which may stand for anything.
fn is_reference(node: &Node) -> bool {
    node.as_str().is_some_and(|text| text.starts_with("${") && text.ends_with('}'))
}

/// The module's defaults of inputs that some layer sets, and what the target's conventions say. `mentioned` tells of
/// those inputs whether a layer gives one as a reference.
fn weakest(
    kind: &Kind,
    target: &Target,
    name: &str,
    present: &Present<'_>,
    mentioned: &dyn Fn(&str) -> Option<bool>,
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
        let text = mentioned(input).or(convention.map(is_reference));
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
