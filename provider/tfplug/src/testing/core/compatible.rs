//! What core demands of a result: "Provider produced inconsistent result after apply".
//!
//! The same judgement compares the plan made during an apply with the one that the user approved.

use std::collections::{BTreeMap, BTreeSet};

use crate::path::{Path, Step};
use crate::schema::{Members, Nesting};
use crate::testing::problem::Finding;
use crate::value::{Refinement, Value, ValueSet};

/// What core would refuse in an object that was planned in this way, in its words.
pub(in crate::testing) fn object_incompatible(
    members: Members<'_>,
    planned: &Value,
    actual: &Value,
) -> Vec<Finding> {
    let mut found = Vec::new();
    object(&Path::ROOT, members, planned, actual, &mut found);
    found
}

/// The same for a value that no schema describes.
pub(in crate::testing) fn value_incompatible(planned: &Value, actual: &Value) -> Vec<Finding> {
    let mut found = Vec::new();
    value(&Path::ROOT, planned, actual, &mut found);
    found
}

fn says(at: &Path, text: impl Into<String>, found: &mut Vec<Finding>) {
    found.push(Finding { path: at.clone(), text: text.into() });
}

fn object(
    at: &Path,
    members: Members<'_>,
    planned: &Value,
    actual: &Value,
    found: &mut Vec<Finding>,
) {
    match (planned.is_null(), actual.is_null()) {
        (true, true) => return,
        (true, false) => return says(at, "was absent, but now present", found),
        (false, true) => return says(at, "was present, but now absent", found),
        (false, false) => {}
    }
    if planned.is_unknown() {
        return;
    }
    for attribute in members.attributes {
        let at = at.then(Step::Attribute(attribute.name.to_string()));
        let mut inner = Vec::new();
        value(&at, planned.member(&attribute.name), actual.member(&attribute.name), &mut inner);
        if attribute.sensitive && !inner.is_empty() {
            says(&at, "inconsistent values for sensitive attribute", found);
        } else {
            found.append(&mut inner);
        }
    }
    for block in members.blocks {
        let at = at.then(Step::Attribute(block.name.to_string()));
        let (planned, actual) = (planned.member(&block.name), actual.member(&block.name));
        blocks(&at, block.nesting.nesting(), block.block.members(), planned, actual, found);
    }
}

fn blocks(
    at: &Path,
    nesting: Nesting,
    members: Members<'_>,
    planned: &Value,
    actual: &Value,
    found: &mut Vec<Finding>,
) {
    match (nesting, planned, actual) {
        (_, Value::Unknown(_), _) => {}
        (Nesting::Single, planned, actual) => object(at, members, planned, actual, found),
        (Nesting::List, Value::List(before), Value::List(after)) => {
            if before.len() != after.len() {
                let text = format!("block count changed from {} to {}", before.len(), after.len());
                return says(at, text, found);
            }
            for (index, (planned, actual)) in before.iter().zip(after).enumerate() {
                object(&at.then(Step::Index(index)), members, planned, actual, found);
            }
        }
        (Nesting::Map, Value::Map(before), Value::Map(after)) => {
            for key in after.keys().filter(|key| !before.contains_key(*key)) {
                says(at, format!("new block key {key:?} has appeared"), found);
            }
            for (key, planned) in before {
                match after.get(key) {
                    None => says(at, format!("block key {key:?} has vanished"), found),
                    Some(actual) => {
                        object(&at.then(Step::Key(key.clone())), members, planned, actual, found);
                    }
                }
            }
        }
        (Nesting::Set, Value::Set(before), Value::Set(after)) => {
            correlate(at, before, after, found, |planned, actual| {
                object_incompatible(members, planned, actual).is_empty()
            });
        }
        _ => says(at, "nested blocks are held in another way than was planned", found),
    }
}

fn value(at: &Path, planned: &Value, actual: &Value, found: &mut Vec<Finding>) {
    match (planned, actual) {
        (Value::Unknown(unknown), actual) => {
            if unknown.refinement().is_some_and(|refinement| outside(refinement, actual)) {
                says(at, "final value does not conform to planning placeholder", found);
            }
        }
        (Value::Null, Value::Null) => {}
        (Value::Null, _) => says(at, "was null, but now has a value", found),
        (_, Value::Null) => says(at, "had a value, but now null", found),
        (Value::List(before), Value::List(after)) => {
            for (index, planned) in before.iter().enumerate() {
                match after.get(index) {
                    Some(actual) => value(&at.then(Step::Index(index)), planned, actual, found),
                    None => says(at, format!("element {index} has vanished"), found),
                }
            }
            for index in before.len()..after.len() {
                says(at, format!("new element {index} has appeared"), found);
            }
        }
        (Value::Map(before), Value::Map(after)) => {
            for (key, planned) in before {
                match after.get(key) {
                    Some(actual) => {
                        value(&at.then(Step::Attribute(key.clone())), planned, actual, found);
                    }
                    None => says(at, format!("element {key:?} has vanished"), found),
                }
            }
            for key in after.keys().filter(|key| !before.contains_key(*key)) {
                says(at, format!("new element {key:?} has appeared"), found);
            }
        }
        (Value::Set(before), Value::Set(after)) => {
            correlate(at, before, after, found, |planned, actual| {
                value_incompatible(planned, actual).is_empty()
            });
        }
        (Value::Dynamic(before), Value::Dynamic(after)) => value(at, &before.1, &after.1, found),
        (planned, actual) => {
            if planned != actual {
                says(at, "was another value than it is now", found);
            }
        }
    }
}

/// Elements of sets have no place: each planned one must have become some actual one, and the other
/// way round. Elements that turn out equal become one, but there are never more.
fn correlate(
    at: &Path,
    planned: &ValueSet,
    actual: &ValueSet,
    found: &mut Vec<Finding>,
    may_become: impl Fn(&Value, &Value) -> bool,
) {
    // Objects that agree in what was known are looked at first; a set may be large.
    let mut alike: BTreeMap<Vec<String>, BTreeMap<Value, Vec<&Value>>> = BTreeMap::new();
    let mut claimed: BTreeSet<&Value> = BTreeSet::new();
    for element in planned {
        let open: Vec<String> = element
            .as_map()
            .into_iter()
            .flatten()
            .filter(|(_, value)| !value.is_wholly_known())
            .map(|(name, _)| name.clone())
            .collect();
        let by_known = alike.entry(open.clone()).or_insert_with(|| {
            let mut by_known: BTreeMap<Value, Vec<&Value>> = BTreeMap::new();
            for actual in actual {
                by_known.entry(known_part(actual, &open)).or_default().push(actual);
            }
            by_known
        });
        let mut candidates = by_known
            .get(&known_part(element, &open))
            .into_iter()
            .flatten()
            .filter(|actual| may_become(element, actual))
            .peekable();
        if candidates.peek().is_none() {
            says(at, "planned set element does not correlate with any element in actual", found);
        }
        claimed.extend(candidates);
    }
    for _ in actual.iter().filter(|actual| !claimed.contains(actual)) {
        says(at, "actual set element does not correlate with any element in plan", found);
    }
    if actual.len() > planned.len() {
        let text = format!("length changed from {} to {}", planned.len(), actual.len());
        says(at, text, found);
    }
}

/// An object without these members; anything else looks the same.
fn known_part(element: &Value, open: &[String]) -> Value {
    let Value::Map(members) = element else { return Value::Null };
    let known = members.iter().filter(|(name, _)| !open.contains(name));
    Value::object(known.map(|(name, value)| (name, value.clone())))
}

fn outside(refinement: &Refinement, actual: &Value) -> bool {
    if actual.is_null() {
        return refinement.not_null;
    }
    let bad_prefix = refinement
        .prefix
        .as_deref()
        .is_some_and(|prefix| actual.as_str().is_some_and(|text| !text.starts_with(prefix)));
    let bad_number =
        if let Value::Number(number) = actual {
            let below = refinement.lower.as_ref().is_some_and(|end| {
                *number < end.number || (*number == end.number && !end.inclusive)
            });
            let above = refinement.upper.as_ref().is_some_and(|end| {
                *number > end.number || (*number == end.number && !end.inclusive)
            });
            below || above
        } else {
            false
        };
    let len = match actual {
        Value::List(items) => Some(items.len() as u64),
        Value::Set(items) => Some(items.len() as u64),
        Value::Map(items) => Some(items.len() as u64),
        _ => None,
    };
    let bad_len = len.is_some_and(|len| {
        refinement.min_len.is_some_and(|min| len < min)
            || refinement.max_len.is_some_and(|max| len > max)
    });
    bad_prefix || bad_number || bad_len
}
