//! `GenerateResourceConfig`: the configuration that somebody would have written for a state.
//!
//! What only the provider sets is left out, and so is what is not worth a line: defaults, what is deprecated,
//! what excludes something that is there already. Secrets are left out, too, since this becomes a file.

use std::collections::BTreeMap;

use crate::engine::validate::is_absent;
use crate::erased::Managed;
use crate::schema::{Attribute, Block, Group, Kind, Members, NestedBlock, Nesting, Presence};
use crate::value::Value;

/// The configuration for a state, which then plans no change.
pub fn generate(resource: &dyn Managed, state: Value) -> Value {
    block(&resource.shape().block, state)
}

fn block(block: &Block, state: Value) -> Value {
    let Value::Map(mut config) = object(block.members(), state) else { return Value::Null };
    for group in &block.groups {
        let (Group::ExactlyOne(names) | Group::AtMostOne(names)) = group;
        let present = |name: &&&str| config.get(**name).is_some_and(|value| !is_absent(value));
        let spare: Vec<&str> = names.iter().filter(present).skip(1).copied().collect();
        for name in spare {
            let nested = block.blocks.iter().find(|nested| nested.name == name);
            let absent = nested.map_or(Value::Null, |nested| nested.nesting.empty());
            config.insert(name.to_owned(), absent);
        }
    }
    Value::Map(config)
}

fn object(members: Members<'_>, state: Value) -> Value {
    let Value::Map(mut state) = state else { return Value::Null };
    let mut take = |name: &str| state.remove(name).unwrap_or_default();
    let mut config = BTreeMap::new();
    for it in members.attributes {
        config.insert(it.name.to_string(), attribute(it, take(&it.name)));
    }
    for it in members.blocks {
        config.insert(it.name.to_string(), nested_block(it, take(&it.name)));
    }
    Value::Map(config)
}

fn attribute(attribute: &Attribute, value: Value) -> Value {
    let required = attribute.presence == Presence::Required;
    if !attribute.presence.is_settable()
        || attribute.write_only
        || attribute.sensitive
        || (attribute.deprecated.is_some() && !required)
        || attribute.default.as_ref() == Some(&value)
    {
        return Value::Null;
    }
    let Kind::Nested(nested) = &attribute.kind else { return value };
    let config = elements(nested.nesting, value, &|state| object(nested.members(), state));
    // An object of which the provider set all there is.
    let set_by_nobody = attribute.presence == Presence::OptionalComputed
        && config.as_map().is_some_and(|members| members.values().all(Value::is_null));
    if set_by_nobody { Value::Null } else { config }
}

fn nested_block(nested: &NestedBlock, value: Value) -> Value {
    if nested.block.deprecated.is_some() {
        return nested.nesting.empty();
    }
    elements(nested.nesting.nesting(), value, &|state| block(&nested.block, state))
}

fn elements(nesting: Nesting, value: Value, each: &dyn Fn(Value) -> Value) -> Value {
    match (nesting, value) {
        (_, Value::Null) => Value::Null,
        (Nesting::Single, object) => each(object),
        (_, Value::List(items)) => items.into_iter().map(each).collect(),
        (_, Value::Set(items)) => Value::set(items.into_iter().map(each)),
        (_, Value::Map(items)) => {
            Value::object(items.into_iter().map(|(key, item)| (key, each(item))))
        }
        (_, other) => other,
    }
}
