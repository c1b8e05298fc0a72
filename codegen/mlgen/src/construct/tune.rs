//! Which leaves become root variables: those that an environment's files or a class may set, and nothing else.
//!
//! It goes by who may differ, not by whether values differ today, so that a variable does not come and go; and it is
//! the same for every environment, so that equal structures have equal bytes.

use std::collections::BTreeSet;

use super::stack::Stack;
use crate::catalogue::Kind;
use crate::catalogue::target::Target;
use crate::node::{Node, Value as Plain};
use crate::spec::Spec;
use crate::spec::layer::Layer;

/// The path of a leaf from its component: `["environment", "NODE_ENV"]`.
pub type Leaf = Vec<String>;

/// Who may set values of stacks for one target.
pub(super) struct Tuning<'a> {
    spec: &'a Spec,
    /// Files that count: those of environments that are rendered for the target, or that such a one extends.
    layers: Vec<&'a Layer>,
    classes: BTreeSet<&'a str>,
}

impl<'a> Tuning<'a> {
    pub(super) fn of(spec: &'a Spec, target: &str) -> Self {
        let rendered = spec
            .project
            .environments
            .values()
            .filter(|environment| environment.targets.iter().any(|(known, _)| known == target));
        let (mut named, mut classes) = (BTreeSet::new(), BTreeSet::new());
        for environment in rendered {
            named.extend(spec.project.chain(&environment.name));
            classes.insert(environment.class.as_str());
        }
        let layers = spec.environments.iter().filter(|(name, _)| named.contains(*name));
        Self { spec, layers: layers.map(|(_, layer)| layer).collect(), classes }
    }

    /// The leaves of a component that environments or classes may set.
    pub(super) fn leaves(
        &self,
        target: &Target,
        name: &str,
        kind: Option<&Kind>,
    ) -> BTreeSet<Leaf> {
        let mut found = BTreeSet::new();
        for declared in self.layers.iter().filter_map(|layer| layer.components.get(name)) {
            for node in std::iter::once(&declared.common).chain(declared.section(&target.name)) {
                leaves(node, &mut Vec::new(), &mut |leaf, _| {
                    found.insert(leaf.clone());
                });
            }
        }
        for class in &self.classes {
            let class = kind.and_then(|kind| kind.component.classes.get(*class));
            if let Some(class) = class {
                leaves(class, &mut Vec::new(), &mut |leaf, _| {
                    found.insert(leaf.clone());
                });
            }
        }
        // A setting that no root variable carries is a literal, and every environment may have its own.
        if let Some(declared) = self.spec.base.components.get(name) {
            for node in std::iter::once(&declared.common).chain(declared.section(&target.name)) {
                leaves(node, &mut Vec::new(), &mut |leaf, node| {
                    if reads_setting(node, target) {
                        found.insert(leaf.clone());
                    }
                });
            }
        }
        found
    }
}

/// Whether a text, or one in a list, refers to a setting that is written out.
fn reads_setting(node: &Node, target: &Target) -> bool {
    match &node.value {
        Plain::String(text) => text.split("${settings.").skip(1).any(|rest| {
            let path = rest.split('}').next().unwrap_or_default();
            let carried = target.settings.get(path).is_some_and(|one| one.variable.is_some());
            !carried
        }),
        Plain::List(items) => items.iter().any(|item| reads_setting(item, target)),
        _ => false,
    }
}

/// Scalars and lists are leaves; so is what an operator makes, and an empty map.
fn leaves(node: &Node, path: &mut Leaf, visit: &mut dyn FnMut(&Leaf, &Node)) {
    match &node.value {
        Plain::Map(entries)
            if !entries.is_empty() && !entries.keys().any(|key| key.starts_with('$')) =>
        {
            for (key, entry) in entries {
                path.push(key.clone());
                leaves(&entry.node, path, visit);
                path.pop();
            }
        }
        // A component about which nothing is said.
        _ if path.is_empty() => {}
        _ => visit(path, node),
    }
}

/// The leaves that can be variables, given the stacks that have the component.
///
/// A leaf inside a map that only some environments have is structure; one that is a reference somewhere cannot stand
/// in a file of values. An input that is not set has its default; a key of a map has none, nor has an input of which
/// nothing is known.
pub(super) fn variables(
    tuned: &BTreeSet<Leaf>,
    name: &str,
    having: &[&Stack],
    has_defaults: bool,
) -> BTreeSet<Leaf> {
    let shortest: Vec<Leaf> = tuned
        .iter()
        .filter(|leaf| !(1..leaf.len()).any(|length| tuned.contains(&leaf[..length])))
        .cloned()
        .collect();
    let everywhere = |leaf: &Leaf| {
        having.iter().all(|stack| {
            let inputs = &stack.components[name].inputs;
            match inputs.get(&leaf[0]).and_then(|value| value.at(&leaf[1..])) {
                Some(value) => value.is_known(),
                None => leaf.len() == 1 && has_defaults,
            }
        })
    };
    shortest.into_iter().filter(everywhere).collect()
}

/// `api_environment_node_env` for `NODE_ENV` of the environment of `api`.
pub fn variable_name(component: &str, leaf: &[String]) -> String {
    let words = std::iter::once(component).chain(leaf.iter().map(String::as_str));
    let joined = words.collect::<Vec<_>>().join("_").to_lowercase();
    joined.chars().map(|one| if one.is_ascii_alphanumeric() { one } else { '_' }).collect()
}

/// The root variable that brings an output of another environment.
pub fn foreign_variable(environment: &str, component: &str, output: &str) -> String {
    format!("{environment}_{component}_{output}").replace('-', "_")
}
