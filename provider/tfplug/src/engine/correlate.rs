//! Which elements of one set may have become which of another one.
//!
//! Elements have no place to be found by. Those that are objects are found by their known members, so
//! that a set of thousands does not take millions of comparisons.

use std::collections::{BTreeMap, BTreeSet};

use crate::value::{Value, ValueSet};

/// Whether every planned element has become an applied one, and every applied one has been planned.
pub(super) fn correlates(
    planned: &ValueSet,
    applied: &ValueSet,
    may_become: impl Fn(&Value, &Value) -> bool,
) -> bool {
    let mut indexes: BTreeMap<Vec<&str>, BTreeMap<Value, Vec<&Value>>> = BTreeMap::new();
    let mut matched: BTreeSet<&Value> = BTreeSet::new();
    for element in planned {
        let all = applied.iter().as_slice();
        if let Ok(same) = all.binary_search(element) {
            matched.insert(&all[same]);
            continue;
        }
        let open = open_members(element);
        let index = indexes.entry(open.clone()).or_insert_with(|| {
            let mut index: BTreeMap<Value, Vec<&Value>> = BTreeMap::new();
            for element in applied {
                index.entry(closed(element, &open)).or_default().push(element);
            }
            index
        });
        let Some(candidates) = index.get(&closed(element, &open)) else { return false };
        let before = matched.len();
        let mut any = false;
        for candidate in candidates.iter().filter(|candidate| may_become(element, candidate)) {
            any = true;
            matched.insert(candidate);
            if matched.len() > before {
                break;
            }
        }
        if !any {
            return false;
        }
    }
    applied.iter().all(|applied| {
        matched.contains(applied) || planned.iter().any(|planned| may_become(planned, applied))
    })
}

/// The members of an object that are not wholly known.
fn open_members(element: &Value) -> Vec<&str> {
    let members = element.as_map().into_iter().flatten();
    members.filter(|(_, value)| !value.is_wholly_known()).map(|(name, _)| name.as_str()).collect()
}

/// An object without these members. All that is no object looks the same.
fn closed(element: &Value, open: &[&str]) -> Value {
    let Value::Map(members) = element else { return Value::Null };
    Value::Map(
        members
            .iter()
            .filter(|(name, _)| !open.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    )
}
