//! An answer from the author's code becomes what is stored.
//!
//! Write-only values are left out, and where a value means the same as the one that is already there,
//! the one that is there stays: it is how the user wrote it.

use std::collections::BTreeMap;

use crate::schema::{Attribute, Kind, Members, Nesting};
use crate::value::Value;

/// Settles an object with these members; `there` is the planned or the prior one.
pub(super) fn settle(members: Members<'_>, there: &Value, mut object: Value) -> Value {
    let Value::Map(values) = &mut object else { return object };
    for attribute in members.attributes {
        if let Some(slot) = values.get_mut(&*attribute.name) {
            let value = std::mem::take(slot);
            *slot = match &attribute.default {
                // Nothing is there yet, as at an import: how it is managed is for the configuration to say.
                Some(default) if attribute.setting && there.is_null() => default.clone(),
                _ => settle_attribute(attribute, there.member(&attribute.name), value),
            };
        }
    }
    for block in members.blocks {
        if let Some(slot) = values.get_mut(&*block.name) {
            let value = std::mem::take(slot);
            *slot = elements(
                block.nesting.nesting(),
                there.member(&block.name),
                value,
                &|there, object| settle(block.block.members(), there, object),
            );
        }
    }
    object
}

/// The plan with those values that stand only in the configuration.
pub(super) fn with_write_only(members: Members<'_>, config: &Value, mut planned: Value) -> Value {
    let Value::Map(values) = &mut planned else { return planned };
    for attribute in members.attributes {
        let Some(slot) = values.get_mut(&*attribute.name) else { continue };
        let config = config.member(&attribute.name);
        if attribute.write_only {
            *slot = config.clone();
        } else if let Kind::Nested(nested) = &attribute.kind {
            let value = std::mem::take(slot);
            *slot = elements(nested.nesting, config, value, &|config, object| {
                with_write_only(nested.members(), config, object)
            });
        }
    }
    for block in members.blocks {
        if let Some(slot) = values.get_mut(&*block.name) {
            let value = std::mem::take(slot);
            *slot = elements(
                block.nesting.nesting(),
                config.member(&block.name),
                value,
                &|config, object| with_write_only(block.block.members(), config, object),
            );
        }
    }
    planned
}

fn settle_attribute(attribute: &Attribute, there: &Value, value: Value) -> Value {
    if attribute.write_only {
        return Value::Null;
    }
    if attribute.setting {
        return there.clone();
    }
    let comparable =
        !there.is_null() && !value.is_null() && there.is_wholly_known() && value.is_wholly_known();
    if comparable && attribute.same.is_some_and(|same| same(there, &value)) {
        return there.clone();
    }
    match &attribute.kind {
        Kind::Nested(nested) => elements(nested.nesting, there, value, &|there, object| {
            settle(nested.members(), there, object)
        }),
        Kind::Type(_) => value,
    }
}

/// Applies `each` to the objects in `value`, each with its counterpart. A set's elements have none.
fn elements(
    nesting: Nesting,
    there: &Value,
    value: Value,
    each: &dyn Fn(&Value, Value) -> Value,
) -> Value {
    match (nesting, value) {
        (Nesting::Single, object) => each(there, object),
        (Nesting::List, Value::List(items)) => {
            let there = |index: usize| match there {
                Value::List(items) => items.get(index).unwrap_or(&Value::Null),
                _ => &Value::Null,
            };
            items.into_iter().enumerate().map(|(index, item)| each(there(index), item)).collect()
        }
        (Nesting::Map, Value::Map(items)) => Value::Map(
            items
                .into_iter()
                .map(|(key, item)| {
                    let settled = each(there.member(&key), item);
                    (key, settled)
                })
                .collect::<BTreeMap<_, _>>(),
        ),
        (_, other) => other,
    }
}
