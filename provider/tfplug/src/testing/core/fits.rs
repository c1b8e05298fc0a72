//! Whether a value is one of its type at all, wholly known, and without write-only values.

use crate::path::{Path, Step};
use crate::schema::{Kind, Members, Nesting};
use crate::testing::problem::Finding;
use crate::value::{Type, Value};

/// Where a value is not one of its type: the encoder would fail there.
pub(in crate::testing) fn misfits(ty: &Type, value: &Value) -> Vec<Finding> {
    let mut found = Vec::new();
    fit(ty, value, &Path::ROOT, &mut found);
    found
}

/// Where a value is unknown.
pub(in crate::testing) fn unknowns(value: &Value) -> Vec<Finding> {
    let mut found = Vec::new();
    known(value, &Path::ROOT, &mut found);
    found
}

/// Where a write-only attribute has a value.
pub(in crate::testing) fn write_only_values(members: Members<'_>, value: &Value) -> Vec<Finding> {
    let mut found = Vec::new();
    nulled(members, value, &Path::ROOT, &mut found);
    found
}

fn says(path: &Path, text: impl Into<String>, found: &mut Vec<Finding>) {
    found.push(Finding { path: path.clone(), text: text.into() });
}

fn fit(ty: &Type, value: &Value, at: &Path, found: &mut Vec<Finding>) {
    match (ty, value) {
        (_, Value::Null | Value::Unknown(_))
        | (Type::String, Value::String(_))
        | (Type::Number, Value::Number(_))
        | (Type::Bool, Value::Bool(_)) => {}
        (Type::Dynamic, Value::Dynamic(inner)) => fit(&inner.0, &inner.1, at, found),
        (Type::List(element), Value::List(items)) => {
            for (index, item) in items.iter().enumerate() {
                fit(element, item, &at.then(Step::Index(index)), found);
            }
        }
        (Type::Set(element), Value::Set(items)) => {
            for item in items {
                fit(element, item, &at.then(Step::Element), found);
            }
        }
        (Type::Map(element), Value::Map(items)) => {
            for (key, item) in items {
                fit(element, item, &at.then(Step::Key(key.clone())), found);
            }
        }
        (Type::Object(types), Value::Map(members)) => {
            if !types.keys().eq(members.keys()) {
                let names = |names: Vec<&String>| {
                    names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ")
                };
                let text = format!(
                    "an object with the attributes {} is required, this one has {}",
                    names(types.keys().collect()),
                    names(members.keys().collect())
                );
                return says(at, text, found);
            }
            for ((name, ty), value) in types.iter().zip(members.values()) {
                fit(ty, value, &at.then(Step::Attribute(name.clone())), found);
            }
        }
        (Type::Tuple(types), Value::List(items)) if types.len() == items.len() => {
            for (index, (ty, item)) in types.iter().zip(items).enumerate() {
                fit(ty, item, &at.then(Step::Index(index)), found);
            }
        }
        (ty, value) => says(at, format!("{ty} is required, this is {}", value.describe()), found),
    }
}

fn known(value: &Value, at: &Path, found: &mut Vec<Finding>) {
    match value {
        Value::Unknown(_) => says(at, "the value is unknown", found),
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                known(item, &at.then(Step::Index(index)), found);
            }
        }
        Value::Set(items) => {
            for item in items {
                known(item, &at.then(Step::Element), found);
            }
        }
        Value::Map(members) => {
            for (name, value) in members {
                known(value, &at.then(Step::Attribute(name.clone())), found);
            }
        }
        Value::Dynamic(inner) => known(&inner.1, at, found),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn nulled(members: Members<'_>, value: &Value, at: &Path, found: &mut Vec<Finding>) {
    for attribute in members.attributes.iter().filter(|attribute| attribute.write_only) {
        if !value.member(&attribute.name).is_null() {
            let at = at.then(Step::Attribute(attribute.name.to_string()));
            says(&at, "a write-only attribute has a value", found);
        }
    }
    for attribute in members.attributes {
        if let Kind::Nested(nested) = &attribute.kind {
            let at = at.then(Step::Attribute(attribute.name.to_string()));
            each(nested.nesting, nested.members(), value.member(&attribute.name), &at, found);
        }
    }
    for block in members.blocks {
        let at = at.then(Step::Attribute(block.name.to_string()));
        let value = value.member(&block.name);
        each(block.nesting.nesting(), block.block.members(), value, &at, found);
    }
}

fn each(
    nesting: Nesting,
    members: Members<'_>,
    value: &Value,
    at: &Path,
    found: &mut Vec<Finding>,
) {
    match (nesting, value) {
        (Nesting::Single, object) => nulled(members, object, at, found),
        (_, Value::List(items)) => {
            for (index, item) in items.iter().enumerate() {
                nulled(members, item, &at.then(Step::Index(index)), found);
            }
        }
        (_, Value::Set(items)) => {
            for item in items {
                nulled(members, item, &at.then(Step::Element), found);
            }
        }
        (_, Value::Map(items)) => {
            for (key, item) in items {
                nulled(members, item, &at.then(Step::Key(key.clone())), found);
            }
        }
        _ => {}
    }
}
