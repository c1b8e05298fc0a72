//! `ProposedNewState`: configuration and prior state merged, as core does it before it asks for a plan.

use std::collections::BTreeMap;

use crate::schema::{Attribute, BlockNesting, Kind, Members, Nesting};
use crate::value::Value;

/// The state that core proposes. It holds no unknown value that the configuration does not hold.
pub fn proposed_new_state(members: Members<'_>, prior: &Value, config: &Value) -> Value {
    if config.is_null() {
        return Value::Null;
    }
    let empty = members.empty();
    object(members, if prior.is_null() { &empty } else { prior }, config)
}

fn object(members: Members<'_>, prior: &Value, config: &Value) -> Value {
    let Value::Map(_) = config else { return config.clone() };
    let attributes = members.attributes.iter().map(|attribute| {
        let value =
            attribute_of(attribute, prior.member(&attribute.name), config.member(&attribute.name));
        (attribute.name.to_string(), value)
    });
    let blocks = members.blocks.iter().map(|block| {
        let (prior, config) = (prior.member(&block.name), config.member(&block.name));
        let inner = block.block.members();
        let value = match block.nesting {
            BlockNesting::Single { .. } | BlockNesting::Group => object(inner, prior, config),
            other => collection(other.nesting(), inner, prior, config),
        };
        (block.name.to_string(), value)
    });
    Value::object(attributes.chain(blocks))
}

fn attribute_of(attribute: &Attribute, prior: &Value, config: &Value) -> Value {
    let Kind::Nested(nested) = &attribute.kind else {
        let takes_prior = attribute.presence.is_computed() && config.is_null();
        return if takes_prior { prior.clone() } else { config.clone() };
    };
    if !config.is_null() {
        return collection(nested.nesting, nested.members(), prior, config);
    }
    let from_config = attribute.presence.is_settable() && configured_before(attribute, prior);
    if attribute.presence.is_computed() && !from_config { prior.clone() } else { Value::Null }
}

/// Whether a prior nested value holds a leaf that only a configuration can have put there.
fn configured_before(attribute: &Attribute, prior: &Value) -> bool {
    let Kind::Nested(nested) = &attribute.kind else {
        return !attribute.presence.is_computed() && !prior.is_null();
    };
    let objects: Vec<&Value> = match prior {
        Value::List(items) => items.iter().collect(),
        Value::Set(items) => items.iter().collect(),
        Value::Map(items) if nested.nesting == Nesting::Map => items.values().collect(),
        other => vec![other],
    };
    objects.iter().any(|object| {
        nested.attributes.iter().any(|inner| configured_before(inner, object.member(&inner.name)))
    })
}

fn collection(nesting: Nesting, members: Members<'_>, prior: &Value, config: &Value) -> Value {
    match (nesting, config) {
        (Nesting::Single, config) => object(members, prior, config),
        (Nesting::List, Value::List(items)) => {
            let before: &[Value] = if let Value::List(items) = prior { items } else { &[] };
            items
                .iter()
                .enumerate()
                .map(|(index, item)| match before.get(index) {
                    Some(prior) => object(members, prior, item),
                    None => item.clone(),
                })
                .collect()
        }
        (Nesting::Map, Value::Map(items)) => Value::object(
            items.iter().map(|(key, item)| (key, object(members, prior.member(key), item))),
        ),
        (Nesting::Set, Value::Set(items)) => {
            // Only elements that agree in what nobody computes can be a pair: look there alone.
            let mut before: BTreeMap<Vec<&Value>, Vec<&Value>> = BTreeMap::new();
            if let Value::Set(items) = prior {
                for item in items {
                    before.entry(configured_only(members, item)).or_default().push(item);
                }
            }
            Value::set(items.iter().map(|item| {
                let pair = before.get_mut(&configured_only(members, item)).and_then(|alike| {
                    let place =
                        alike.iter().position(|prior| could_come_from(members, prior, item))?;
                    Some(alike.remove(place))
                });
                object(members, pair.unwrap_or(&Value::Null), item)
            }))
        }
        (_, config) => config.clone(),
    }
}

/// What of an element is the configuration's alone, and plain.
fn configured_only<'v>(members: Members<'_>, element: &'v Value) -> Vec<&'v Value> {
    let plain = members.attributes.iter().filter(|attribute| {
        !attribute.presence.is_computed() && matches!(attribute.kind, Kind::Type(_))
    });
    plain.map(|attribute| element.member(&attribute.name)).collect()
}

/// Whether a prior element of a set is what such a configuration may have become.
fn could_come_from(members: Members<'_>, prior: &Value, config: &Value) -> bool {
    let (Value::Map(_), Value::Map(_)) = (prior, config) else { return prior == config };
    members.attributes.iter().all(|attribute| {
        let (prior, config) = (prior.member(&attribute.name), config.member(&attribute.name));
        if attribute.presence.is_computed() && config.is_null() {
            return true;
        }
        match &attribute.kind {
            Kind::Nested(nested) => elements_could(nested.nesting, nested.members(), prior, config),
            Kind::Type(_) => prior == config,
        }
    }) && members.blocks.iter().all(|block| {
        let (prior, config) = (prior.member(&block.name), config.member(&block.name));
        elements_could(block.nesting.nesting(), block.block.members(), prior, config)
    })
}

fn elements_could(nesting: Nesting, members: Members<'_>, prior: &Value, config: &Value) -> bool {
    match (nesting, prior, config) {
        (Nesting::Single, prior, config) => could_come_from(members, prior, config),
        (Nesting::List, Value::List(prior), Value::List(config)) => {
            prior.len() == config.len()
                && prior
                    .iter()
                    .zip(config)
                    .all(|(prior, config)| could_come_from(members, prior, config))
        }
        (Nesting::Map, Value::Map(prior), Value::Map(config)) => {
            prior.keys().eq(config.keys())
                && prior.iter().all(|(key, prior)| could_come_from(members, prior, &config[key]))
        }
        // A set in a set is only paired when it is the same.
        (_, prior, config) => prior == config,
    }
}
