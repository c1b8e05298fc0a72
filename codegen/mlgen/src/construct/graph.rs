//! Who refers to whom, and what that changes: inside a cycle of components a whole one is handed over attribute by
//! attribute, since `module.x` waits for everything in it.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::value::{Resolved, To, Value};
use crate::catalogue::types::Type;

/// For each component those that it refers to.
pub type Edges = BTreeMap<String, BTreeSet<String>>;

/// The components that a set of inputs refers to.
pub fn referred(inputs: &BTreeMap<String, Value>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for value in inputs.values() {
        value.references(&mut |reference| match &reference.to {
            To::Whole(component) | To::Output { component, .. } => {
                found.insert(component.clone());
            }
            _ => {}
        });
    }
    found
}

/// Components that a set of inputs is handed whole.
pub fn whole(inputs: &BTreeMap<String, Value>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for value in inputs.values() {
        value.references(&mut |reference| {
            if let To::Whole(component) = &reference.to {
                found.insert(component.clone());
            }
        });
    }
    found
}

/// For each component all that it reaches, itself only if it is in a cycle.
pub fn reachable(edges: &Edges) -> Edges {
    let reach = |start: &String| {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&String> = edges.get(start).into_iter().flatten().collect();
        while let Some(next) = open.pop() {
            if seen.insert(next.clone()) {
                open.extend(edges.get(next).into_iter().flatten());
            }
        }
        seen
    };
    edges.keys().map(|start| (start.clone(), reach(start))).collect()
}

/// Replaces whole components that reach back to `me` by the attributes that the type asks for.
pub fn project(
    value: &mut Value,
    ty: &Type,
    me: &str,
    reach: &Edges,
    outputs: &dyn Fn(&str, &str) -> bool,
) {
    match value {
        Value::Reference(Resolved { to: To::Whole(other), span }) => {
            let back = reach.get(other.as_str()).is_some_and(|seen| seen.contains(me));
            let Type::Object(fields) = ty else { return };
            if !back {
                return;
            }
            let given = fields.keys().filter(|field| outputs(other, field));
            let attributes: IndexMap<String, Value> = given
                .map(|field| {
                    let to = To::Output { component: other.clone(), path: vec![field.clone()] };
                    (field.clone(), Value::Reference(Resolved { to, span: *span }))
                })
                .collect();
            *value = Value::Map(attributes);
        }
        Value::Map(entries) => {
            for (key, entry) in entries {
                if let Some(ty) = ty.under(key) {
                    project(entry, ty, me, reach, outputs);
                }
            }
        }
        Value::List(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                if let Some(ty) = ty.item(index) {
                    project(item, ty, me, reach, outputs);
                }
            }
        }
        _ => {}
    }
}
