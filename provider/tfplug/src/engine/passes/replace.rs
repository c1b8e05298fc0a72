//! Which changes replace the resource.

use std::collections::BTreeSet;

use crate::path::{Path, Step};
use crate::schema::{Attribute, Kind, Members, Nesting, Replace};
use crate::value::Value;

/// Adds the paths of all changes that replace an object with these members.
pub(in crate::engine) fn replace(
    members: Members<'_>,
    prior: &Value,
    planned: &Value,
    paths: &mut BTreeSet<Path>,
) {
    if !prior.is_null() && !planned.is_null() {
        object(members, prior, planned, &mut Path::ROOT.clone(), paths);
    }
}

fn object(
    members: Members<'_>,
    prior: &Value,
    planned: &Value,
    at: &mut Path,
    paths: &mut BTreeSet<Path>,
) {
    for attribute in members.attributes {
        let (before, after) = (prior.member(&attribute.name), planned.member(&attribute.name));
        if before == after {
            continue;
        }
        at.enter(Step::Attribute(attribute.name.to_string()));
        if replaces(attribute, before, after) {
            paths.insert(at.clone());
        } else if let Kind::Nested(nested) = &attribute.kind {
            elements(nested.nesting, nested.members(), before, after, at, paths);
        }
        at.leave();
    }
    for block in members.blocks {
        let (before, after) = (prior.member(&block.name), planned.member(&block.name));
        if before == after {
            continue;
        }
        at.enter(Step::Attribute(block.name.to_string()));
        elements(block.nesting.nesting(), block.block.members(), before, after, at, paths);
        at.leave();
    }
}

fn replaces(attribute: &Attribute, before: &Value, after: &Value) -> bool {
    attribute.identity
        || match &attribute.replace {
            Replace::No => false,
            Replace::Always => true,
            // What is not known yet might replace, and a plan must not promise less than it does.
            Replace::When(decides) => {
                before.is_null()
                    || after.is_null()
                    || !after.is_wholly_known()
                    || decides(before, after)
            }
        }
}

fn elements(
    nesting: Nesting,
    members: Members<'_>,
    before: &Value,
    after: &Value,
    at: &mut Path,
    paths: &mut BTreeSet<Path>,
) {
    let mut step_into = |step: Option<Step>, before: &Value, after: &Value, at: &mut Path| {
        if let Some(step) = step {
            at.enter(step);
            object(members, before, after, at, paths);
            at.leave();
        } else {
            object(members, before, after, at, paths);
        }
    };
    match (nesting, before, after) {
        // What was not there, or will not be, has null in every part.
        (Nesting::Single, Value::Map(_) | Value::Null, Value::Map(_))
        | (Nesting::Single, Value::Map(_), Value::Null) => step_into(None, before, after, at),
        (Nesting::List, Value::List(before), Value::List(after)) => {
            for (index, (before, after)) in before.iter().zip(after).enumerate() {
                step_into(Some(Step::Index(index)), before, after, at);
            }
        }
        (Nesting::Map, Value::Map(before), Value::Map(after)) => {
            for (key, before) in before {
                if let Some(after) = after.get(key) {
                    step_into(Some(Step::Key(key.clone())), before, after, at);
                }
            }
        }
        // What is not known yet might replace, and there is nothing further in to point at.
        (Nesting::Single, _, Value::Unknown(_)) if may_replace(members) => {
            paths.insert(at.clone());
        }
        (Nesting::List | Nesting::Map, before, Value::Unknown(_))
            if has_elements(before) && may_replace(members) =>
        {
            paths.insert(at.clone());
        }
        // Terraform cannot point into a set: the set as a whole must be declared to replace.
        _ => {}
    }
}

/// Whether a change of some part of such an object replaces the resource.
fn may_replace(members: Members<'_>) -> bool {
    members
        .attributes
        .iter()
        .any(|attribute| attribute.identity || !matches!(attribute.replace, Replace::No))
        || members.nested().any(|(_, nesting, inner)| nesting != Nesting::Set && may_replace(inner))
}

fn has_elements(value: &Value) -> bool {
    match value {
        Value::List(items) => !items.is_empty(),
        Value::Map(items) => !items.is_empty(),
        _ => false,
    }
}
