//! Which leaves become root variables: those that an environment's files or a class may set, and nothing else.
//!
//! It goes by who may differ, not by whether values differ today, so that a variable does not come and go; and it is
//! the same for every environment, so that equal structures have equal bytes.

use std::collections::{BTreeMap, BTreeSet};

use super::value::{Statics, Value};
use crate::catalogue::Kind;
use crate::node::{Node, Value as Plain};
use crate::spec::{Declared, Spec};

/// The path of a leaf from its component: `["environment", "NODE_ENV"]`.
pub type Leaf = Vec<String>;

/// The leaves of `name` that environments or classes set, for `target`.
pub fn tuned(spec: &Spec, target: &str, name: &str, kind: Option<&Kind>) -> BTreeSet<Leaf> {
    let mut found = BTreeSet::new();
    let rendered = |name: &&String| {
        let environment = &spec.project.environments[name.as_str()];
        environment.targets.iter().any(|(known, _)| known == target)
    };
    let using = spec.project.environments.keys().filter(rendered);
    // What an environment says counts where it, or one that extends it, is rendered for the target.
    let named: BTreeSet<String> = using.flat_map(|name| spec.project.chain(name)).collect();
    for (environment, layer) in &spec.environments {
        if named.contains(environment)
            && let Some(declared) = layer.components.get(name)
        {
            own_leaves(declared, target, &mut found);
        }
    }
    if let Some(kind) = kind {
        let environments = spec.project.environments.values();
        for environment in
            environments.filter(|one| one.targets.iter().any(|(name, _)| name == target))
        {
            if let Some(class) = kind.component.classes.get(&environment.class) {
                leaves(class, &mut Vec::new(), &mut found);
            }
        }
    }
    found
}

fn own_leaves(declared: &Declared, target: &str, found: &mut BTreeSet<Leaf>) {
    leaves(&declared.common, &mut Vec::new(), found);
    if let Some(section) = declared.sections.get(target) {
        leaves(section, &mut Vec::new(), found);
    }
}

/// Scalars and lists are leaves; so is what an operator makes, and an empty map.
fn leaves(node: &Node, path: &mut Leaf, found: &mut BTreeSet<Leaf>) {
    match &node.value {
        Plain::Map(entries)
            if !entries.is_empty() && !entries.keys().any(|key| key.starts_with('$')) =>
        {
            for (key, entry) in entries {
                path.push(key.clone());
                leaves(&entry.node, path, found);
                path.pop();
            }
        }
        _ => {
            found.insert(path.clone());
        }
    }
}

/// The leaves that can be variables, given the component's inputs in each environment that has it.
///
/// A leaf inside a map that only some environments have is structure; one that is a reference somewhere cannot stand
/// in a file of values.
pub fn variables(
    tuned: BTreeSet<Leaf>,
    having: &[(&BTreeMap<String, Value>, &Statics)],
) -> BTreeSet<Leaf> {
    let shortest: BTreeSet<Leaf> = tuned
        .iter()
        .filter(|leaf| !(1..leaf.len()).any(|length| tuned.contains(&leaf[..length])))
        .cloned()
        .collect();
    let everywhere = |leaf: &Leaf| {
        having.iter().all(|(inputs, statics)| {
            match inputs.get(&leaf[0]).and_then(|value| value.at(&leaf[1..])) {
                Some(value) => value.known(statics).is_some(),
                // An input that is not set has its default; a key of a map has none.
                None => leaf.len() == 1,
            }
        })
    };
    shortest.into_iter().filter(|leaf| !leaf.is_empty() && everywhere(leaf)).collect()
}

/// `api_environment_node_env` for `NODE_ENV` of the environment of `api`.
pub fn variable_name(component: &str, leaf: &[String]) -> String {
    let words = std::iter::once(component).chain(leaf.iter().map(String::as_str));
    let joined = words.collect::<Vec<_>>().join("_").to_lowercase();
    joined.chars().map(|one| if one.is_ascii_alphanumeric() { one } else { '_' }).collect()
}
