//! Root variables of one name: made from components and inputs, from facts of the run and settings, they must not meet.

use std::collections::{BTreeMap, BTreeSet};

use super::build::Chosen;
use super::stack::{Component, SECRET_VALUES, Stack};
use super::tune::variable_name;
use crate::catalogue::target::Writer;
use crate::diag::{Diagnostic, Diags};
use crate::merge::{LayerName, MergedValue, Path, Segment};
use crate::source::Span;
use crate::spec::Spec;

/// Who has a name, and where that is said.
struct Owner {
    what: String,
    at: Option<Span>,
}

/// Reports names that two root variables of the stacks for a target would have.
pub(super) fn check(spec: &Spec, stacks: &[Stack], chosen: &Chosen, diags: &mut Diags) {
    for (target, components) in chosen {
        let mut of_target = stacks.iter().filter(|stack| stack.target.name == *target).peekable();
        let Some(first) = of_target.peek() else { continue };
        if first.target.writer != Writer::Terraform {
            continue;
        }
        let mut taken: BTreeMap<String, Owner> = BTreeMap::new();
        for name in ["environment", "prefix", SECRET_VALUES] {
            let what = "what every stack has".to_owned();
            taken.insert(name.to_owned(), Owner { what, at: None });
        }
        for (name, setting) in &first.target.settings {
            if let Some(variable) = &setting.variable {
                let what = format!("the setting `{name}`");
                taken.insert(variable.clone(), Owner { what, at: None });
            }
        }
        let mut places: BTreeMap<&str, &Component> = BTreeMap::new();
        let mut facts: BTreeMap<String, Owner> = BTreeMap::new();
        for stack in of_target {
            for (name, fact) in &stack.inputs {
                let owner = || Owner { what: format!("input `{name}`"), at: Some(fact.key) };
                facts.entry(name.clone()).or_insert_with(owner);
            }
            for (environment, component, output) in &stack.foreign {
                let what = format!("`{environment}:{component}.{output}`");
                let name = super::tune::foreign_variable(environment, component, output);
                facts.entry(name).or_insert(Owner { what, at: None });
            }
            for (name, component) in &stack.components {
                places.entry(name).or_insert(component);
            }
        }
        let leaves = components.iter().flat_map(|(name, leaves)| {
            let component = places[name.as_str()];
            leaves.iter().map(move |leaf| {
                let path = Path(leaf.iter().cloned().map(Segment::Key).collect());
                let at = component.merged.get(&path).map_or(component.span, |at| at.origin.place());
                let what = format!("`{name}.{}`", leaf.join("."));
                (variable_name(name, leaf), Owner { what, at: Some(at) })
            })
        });
        for (name, owner) in facts.into_iter().chain(leaves) {
            match taken.get(&name) {
                Some(other) => diags.push(clash(spec, &name, &owner, other)),
                None => {
                    taken.insert(name, owner);
                }
            }
        }
    }
}

/// Reports components of one stack that would be called the same where a name is all that tells them apart: services of
/// Compose, objects of a chart.
pub(super) fn check_objects(stacks: &[Stack], diags: &mut Diags) {
    let mut told: BTreeSet<Span> = BTreeSet::new();
    for stack in stacks.iter().filter(|stack| stack.target.writer != Writer::Terraform) {
        let mut taken: BTreeMap<String, &Component> = BTreeMap::new();
        for component in stack.components.values() {
            let name = component.known_input("name", &stack.statics);
            let Some(name) = name.as_ref().and_then(|name| name.as_str()) else { continue };
            if name.is_empty() {
                continue;
            }
            let Some(other) = taken.get(name) else {
                taken.insert(name.to_owned(), component);
                continue;
            };
            // The one whose name was chosen is the one to change.
            let (one, other) = match named_at(component) {
                Some(at) => ((component, at), *other),
                None => ((*other, named_at(other).unwrap_or(other.span)), component),
            };
            let (one, at) = one;
            if told.insert(at) {
                let message = format!(
                    "`{}` would be called `{name}` for {}, and so is `{}`",
                    one.name, stack.target.name, other.name
                );
                diags.push(
                    Diagnostic::error(at, message)
                        .note_at(named_at(other).unwrap_or(other.span), "the other one")
                        .help("give it a name of its own"),
                );
            }
        }
    }
}

/// Where a file of the project names a component other than by its key.
fn named_at(component: &Component) -> Option<Span> {
    let MergedValue::Map(entries) = &component.merged.value else { return None };
    let origin = entries.get("name")?.value.origin;
    (!matches!(component.layers.get(origin.layer.0)?, LayerName::Default | LayerName::Convention))
        .then_some(origin.span)
}

fn clash(spec: &Spec, name: &str, one: &Owner, other: &Owner) -> Diagnostic {
    let message = format!("{} and {} would both be the variable `{name}`", one.what, other.what);
    let at = one.at.or(other.at).or_else(|| Some(spec.project.targets.values().next()?.key));
    let error = match at {
        Some(at) => Diagnostic::error(at, message),
        None => Diagnostic::global(message),
    };
    let error = match other.at {
        Some(at) => error.note_at(at, "the other one"),
        None => error,
    };
    error.help("give one of them another name")
}
