//! All stacks of a system: each environment by itself, then what depends on all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::presence::{Kinds, Made};
use super::stack::{self, Stack};
use super::{Set, apart, facts, layers, names, outputs, overrides, presence, tune};
use crate::catalogue::Catalogue;
use crate::diag::{Diagnostic, Diags};
use crate::source::Sources;
use crate::spec::{Environment, Spec};

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
    overrides::check(spec, diags);
    let given = stack::Given { spec, kinds, sources, set };
    // Nobody knows what an environment is of which a file could not be read.
    let all = spec.project.environments.values();
    let environments: Vec<&Environment> = all.filter(|one| spec.is_whole(&one.name)).collect();
    let built: Vec<_> = environments
        .par_iter()
        .map(|environment| stacks_of(given, catalogue, environment))
        .collect();
    let mut stacks = Vec::new();
    for (found, errors) in built {
        stacks.extend(found);
        diags.extend(errors);
    }
    if spec.is_all_whole() {
        let there: BTreeSet<&str> =
            stacks.iter().flat_map(|stack| stack.components.keys().map(String::as_str)).collect();
        layers::check_set(spec, set, &|name| there.contains(name), diags);
    }
    if !diags.has_errors() {
        facts::check_used(spec, &stacks, diags);
    }
    outputs::give_out(&mut stacks);
    let chosen = choose_variables(spec, &stacks, diags);
    names::check(spec, &stacks, &chosen, diags);
    names::check_objects(&stacks, diags);
    apart::check(&stacks, sources, diags);
    for stack in &mut stacks {
        let Some(chosen) = chosen.get(&stack.target.name) else { continue };
        for (name, component) in &mut stack.components {
            if let Some(leaves) = chosen.get(name) {
                component.variables = Arc::clone(leaves);
            }
        }
    }
    System { stacks }
}

/// The stacks of one environment, and what is wrong with them.
fn stacks_of(
    given: stack::Given<'_>,
    catalogue: &Catalogue,
    environment: &Environment,
) -> (Vec<Stack>, Diags) {
    let stack::Given { spec, kinds, .. } = given;
    let (mut stacks, mut diags) = (Vec::new(), Diags::default());
    let layers = spec.layers(&environment.name);
    for (name, _) in &environment.targets {
        let Some(target) = kinds.targets.get(name) else { continue };
        let here =
            presence::here(spec, &layers, kinds, catalogue, &environment.name, target, &mut diags);
        stacks.push(stack::build(given, &layers, environment, target, here, &mut diags));
    }
    (stacks, diags)
}

/// The root variables of each component by target: the same for all environments.
pub(super) type Chosen = BTreeMap<String, BTreeMap<String, Arc<BTreeSet<tune::Leaf>>>>;

fn choose_variables(spec: &Spec, stacks: &[Stack], diags: &mut Diags) -> Chosen {
    let mut by_target: BTreeMap<&str, BTreeMap<&str, Vec<&Stack>>> = BTreeMap::new();
    for stack in stacks {
        let components = by_target.entry(&stack.target.name).or_default();
        for name in stack.components.keys() {
            components.entry(name).or_default().push(stack);
        }
    }
    let mut chosen = Chosen::new();
    for (target, components) in by_target {
        let tuning = tune::Tuning::of(spec, target);
        let found = chosen.entry(target.to_owned()).or_default();
        for (name, having) in components {
            let first = &having[0].components[name];
            let other = having.iter().find(|stack| title(stack, name) != title(having[0], name));
            if let Some(other) = other {
                let message =
                    format!("`{name}` is something else in {}", having[0].environment.name);
                diags.push(
                    Diagnostic::error(other.components[name].span, message)
                        .note_at(first.span, format!("there it is {}", title(having[0], name)))
                        .help("a component of one name is of one kind in every environment"),
                );
            }
            let kind = first.made.kind().map(AsRef::as_ref);
            let tuned = tuning.leaves(&having[0].target, name, kind);
            let leaves = tune::variables(&tuned, name, &having, kind.is_some());
            found.insert(name.to_owned(), Arc::new(leaves));
        }
    }
    chosen
}

/// What a component is made of, as one text.
fn title(stack: &Stack, name: &str) -> String {
    match &stack.components[name].made {
        Made::Kind(kind) => kind.title(),
        Made::Foreign(foreign) => foreign.source.clone(),
    }
}
