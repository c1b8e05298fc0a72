//! Configuration and prior state become a proposed state: defaults applied, write-only values left out,
//! computed ones carried over or marked unknown, values that mean the same kept as they are.
//!
//! Terraform sends a proposed state of its own. Ours is made anew, because elements of a set must have
//! their defaults before they can be paired with those that are there already.

use std::collections::BTreeMap;

use crate::schema::{Attribute, Keep, Kind, Members, Nesting, Presence};
use crate::value::{Value, ValueSet};

/// What becomes of computed attributes that the configuration leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum Computed {
    /// They stay as they are: the question is whether anything else changes.
    Carried,
    /// They become unknown, unless they are declared to be kept.
    Marked,
}

/// Proposes a state for an object with these members.
pub(in crate::engine) fn propose(
    members: Members<'_>,
    prior: &Value,
    config: &Value,
    computed: Computed,
) -> Value {
    let Value::Map(configured) = config else { return config.clone() };
    let mut proposed = BTreeMap::new();
    for attribute in members.attributes {
        let config = configured.get(&*attribute.name).unwrap_or(&Value::Null);
        let value =
            propose_attribute(attribute, prior, prior.member(&attribute.name), config, computed);
        proposed.insert(attribute.name.to_string(), value);
    }
    for block in members.blocks {
        let config = configured.get(&*block.name).unwrap_or(&Value::Null);
        let inner = block.block.members();
        let value = propose_nested(
            block.nesting.nesting(),
            inner,
            prior.member(&block.name),
            config,
            computed,
        );
        proposed.insert(block.name.to_string(), value);
    }
    Value::Map(proposed)
}

fn propose_attribute(
    attribute: &Attribute,
    parent: &Value,
    prior: &Value,
    config: &Value,
    computed: Computed,
) -> Value {
    if attribute.write_only {
        return Value::Null;
    }
    let value = match (&attribute.kind, config, &attribute.default) {
        (_, Value::Null, Some(default)) => default.clone(),
        (_, Value::Null, None) if !attribute.presence.is_computed() => return Value::Null,
        (_, Value::Null, None) => return leave_open(attribute, parent, prior, computed),
        (Kind::Nested(nested), config, _) => {
            propose_nested(nested.nesting, nested.members(), prior, config, computed)
        }
        (Kind::Type(_), config, _) => config.clone(),
    };
    if means_the_same(attribute, prior, &value) { prior.clone() } else { value }
}

/// A computed attribute of which the configuration says nothing.
fn leave_open(attribute: &Attribute, parent: &Value, prior: &Value, computed: Computed) -> Value {
    let kept = match attribute.keep {
        // What the server chose to identify it by cannot change while it is the same.
        _ if attribute.identity => !prior.is_null(),
        Keep::No => false,
        Keep::Value => !prior.is_null(),
        Keep::EvenNull => !parent.is_null(),
    };
    match computed {
        Computed::Marked if !kept => Value::UNKNOWN,
        // What the configuration set before and sets no longer must not linger.
        Computed::Carried
            if !kept
                && attribute.presence == Presence::OptionalComputed
                && was_set(attribute, prior) =>
        {
            Value::Null
        }
        Computed::Marked | Computed::Carried => prior.clone(),
    }
}

/// Whether the prior nested objects hold something that only a configuration can have set.
fn was_set(attribute: &Attribute, prior: &Value) -> bool {
    let Kind::Nested(nested) = &attribute.kind else { return false };
    let holds = |object: &Value| {
        nested.attributes.iter().any(|inner| {
            let value = object.member(&inner.name);
            !value.is_null() && (!inner.presence.is_computed() || was_set(inner, value))
        })
    };
    match (nested.nesting, prior) {
        (Nesting::Single, object) => holds(object),
        (_, Value::List(items)) => items.iter().any(holds),
        (_, Value::Set(items)) => items.iter().any(holds),
        (_, Value::Map(items)) => items.values().any(holds),
        _ => false,
    }
}

fn means_the_same(attribute: &Attribute, prior: &Value, value: &Value) -> bool {
    attribute.same.is_some_and(|same| {
        !prior.is_null() && !value.is_null() && value.is_wholly_known() && same(prior, value)
    })
}

fn propose_nested(
    nesting: Nesting,
    members: Members<'_>,
    prior: &Value,
    config: &Value,
    computed: Computed,
) -> Value {
    match (nesting, config) {
        (Nesting::Single, Value::Map(_)) => propose(members, prior, config, computed),
        (Nesting::List, Value::List(items)) => {
            let there = |index: usize| match prior {
                Value::List(prior) => prior.get(index).unwrap_or(&Value::Null),
                _ => &Value::Null,
            };
            items
                .iter()
                .enumerate()
                .map(|(index, item)| propose(members, there(index), item, computed))
                .collect()
        }
        (Nesting::Map, Value::Map(items)) => Value::Map(
            items
                .iter()
                .map(|(key, item)| {
                    (key.clone(), propose(members, prior.member(key), item, computed))
                })
                .collect(),
        ),
        (Nesting::Set, Value::Set(items)) => propose_set(members, prior, items, computed),
        // Null, or unknown as a whole.
        (_, config) => config.clone(),
    }
}

/// Pairs each element with one that is there already, so that it keeps what the provider computed.
///
/// Elements are paired by their content through ordered indexes, so that a set of thousands is no matter:
/// first those that are the same but for what only the provider can say, then those that leave open what
/// the user might say as well.
fn propose_set(members: Members<'_>, prior: &Value, items: &ValueSet, computed: Computed) -> Value {
    let there: Vec<&Value> =
        if let Value::Set(prior) = prior { prior.iter().collect() } else { Vec::new() };
    let bare: Vec<Value> =
        items.iter().map(|item| propose(members, &Value::Null, item, Computed::Carried)).collect();
    let fits = |item: &Value, place: usize| {
        propose(members, there[place], item, Computed::Carried) == *there[place]
    };
    let items: Vec<&Value> = items.iter().collect();
    let mut pairs: Vec<Option<usize>> = vec![None; bare.len()];
    let mut owners: Vec<Option<usize>> = vec![None; there.len()];
    for open in [Presence::is_only_computed, Presence::is_computed] {
        let mut index: BTreeMap<Value, Vec<usize>> = BTreeMap::new();
        for (place, element) in
            there.iter().enumerate().filter(|(place, _)| owners[*place].is_none())
        {
            index.entry(without(members, element, open)).or_default().push(place);
        }
        for (item, bare) in bare.iter().enumerate() {
            if pairs[item].is_some() {
                continue;
            }
            let Some(places) = index.get_mut(&without(members, bare, open)) else { continue };
            if let Some(found) = places.iter().position(|place| fits(items[item], *place)) {
                let place = places.remove(found);
                owners[place] = Some(item);
                pairs[item] = Some(place);
            }
        }
    }
    // An element that says little may have taken the place that only another one fits.
    if pairs.contains(&None) && owners.contains(&None) {
        let said = |object: &Value| without(members, object, Presence::is_computed);
        let (wanted, given): (Vec<Value>, Vec<Value>) =
            (bare.iter().map(said).collect(), there.iter().map(|object| said(object)).collect());
        let may =
            |item: usize, place: usize| wanted[item] == given[place] && fits(items[item], place);
        for item in (0..items.len()).filter(|item| pairs[*item].is_none()) {
            Moves { fits: &may, owners: &mut owners }.find(item, &mut vec![false; there.len()]);
        }
    }
    for (place, owner) in owners.iter().enumerate() {
        if let Some(item) = owner {
            pairs[*item] = Some(place);
        }
    }
    Value::set(items.iter().zip(pairs).map(|(item, pair)| {
        propose(members, pair.map_or(&Value::Null, |place| there[place]), item, computed)
    }))
}

/// Elements that make room for another one, each moving to a place that it fits as well.
struct Moves<'a> {
    fits: &'a dyn Fn(usize, usize) -> bool,
    owners: &'a mut Vec<Option<usize>>,
}

impl Moves<'_> {
    /// Finds a place for an element, moving others if need be; whether there is one.
    fn find(&mut self, item: usize, seen: &mut [bool]) -> bool {
        for place in 0..self.owners.len() {
            if seen[place] || !(self.fits)(item, place) {
                continue;
            }
            seen[place] = true;
            let free = match self.owners[place] {
                None => true,
                Some(owner) => self.find(owner, seen),
            };
            if free {
                self.owners[place] = Some(item);
                return true;
            }
        }
        false
    }
}

/// An object without the attributes that are `open`, at any depth.
fn without(members: Members<'_>, object: &Value, open: fn(Presence) -> bool) -> Value {
    let Value::Map(values) = object else { return object.clone() };
    let closed = |name: &str| {
        !members
            .attributes
            .iter()
            .any(|attribute| attribute.name == *name && open(attribute.presence))
    };
    let mut values: BTreeMap<String, Value> = values
        .iter()
        .filter(|(name, _)| closed(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    for (name, nesting, inner) in members.nested() {
        let Some(slot) = values.get_mut(name) else { continue };
        let strip = |object: &Value| without(inner, object, open);
        *slot = match (nesting, &*slot) {
            (Nesting::Single, object) => strip(object),
            (Nesting::Map, Value::Map(items)) => {
                Value::object(items.iter().map(|(key, item)| (key, strip(item))))
            }
            (_, Value::List(items)) => items.iter().map(strip).collect(),
            // Elements that become equal by this must not become one.
            (_, Value::Set(items)) => {
                let mut items: Vec<Value> = items.iter().map(strip).collect();
                items.sort();
                Value::List(items)
            }
            (_, other) => other.clone(),
        };
    }
    Value::Map(values)
}
