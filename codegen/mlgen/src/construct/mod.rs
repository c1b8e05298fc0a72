//! What is to exist: for each environment and target its components, with their inputs checked, references resolved and
//! root variables chosen.
//!
//! **Invariant:** nothing here knows how a document looks; that is `target`'s.

pub mod convert;
pub mod graph;
pub mod layers;
pub mod presence;
pub mod stack;
pub mod tune;
pub mod value;

use std::collections::{BTreeMap, BTreeSet};

pub use layers::Set;
pub use presence::{Kinds, Made};
pub use stack::{Component, Stack};
pub use value::{Piece, Resolved, To, Value};

pub use crate::spec::Environment;
pub use crate::spec::layer::{Fact, Foreign};

use crate::catalogue::Catalogue;
use crate::diag::Diags;
use crate::source::Sources;
use crate::spec::Spec;

/// All stacks of a system.
#[derive(Clone, Debug, Default)]
pub struct System {
    /// By environment and target, in the order of `mlgen.yaml`.
    pub stacks: Vec<Stack>,
}

/// Makes the stacks of every environment: what is a root variable in one depends on all.
pub fn build(
    spec: &Spec,
    kinds: &Kinds,
    catalogue: &Catalogue,
    sources: &Sources,
    set: Set<'_>,
    diags: &mut Diags,
) -> System {
    presence::check_layers(spec, diags);
    let given = stack::Given { spec, kinds, sources, set };
    let mut stacks = Vec::new();
    for environment in spec.project.environments.values() {
        for (name, _) in &environment.targets {
            let Some(target) = kinds.targets.get(name) else { continue };
            let present =
                presence::present(spec, kinds, catalogue, &environment.name, target, diags);
            stacks.push(stack::build(given, environment, target, present, diags));
        }
    }
    choose_variables(spec, &mut stacks);
    System { stacks }
}

/// Chooses the root variables of each component, the same for all environments of a target.
fn choose_variables(spec: &Spec, stacks: &mut [Stack]) {
    let mut chosen: BTreeMap<(String, String), BTreeSet<tune::Leaf>> = BTreeMap::new();
    for stack in stacks.iter() {
        for (name, component) in &stack.components {
            let key = (stack.target.name.clone(), name.clone());
            if chosen.contains_key(&key) {
                continue;
            }
            let kind = component.made.kind().map(AsRef::as_ref);
            let tuned = tune::tuned(spec, &stack.target.name, name, kind);
            let having: Vec<_> = stacks
                .iter()
                .filter(|other| other.target.name == stack.target.name)
                .filter_map(|other| Some((&other.components.get(name)?.inputs, &other.statics)))
                .collect();
            chosen.insert(key, tune::variables(tuned, &having));
        }
    }
    for stack in stacks {
        for (name, component) in &mut stack.components {
            let key = (stack.target.name.clone(), name.clone());
            component.variables = chosen.get(&key).cloned().unwrap_or_default();
        }
    }
}
