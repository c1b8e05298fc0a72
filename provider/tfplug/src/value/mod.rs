//! Values as Terraform knows them: null, unknown, and known ones of every type.
//!
//! A [`Value`] says what it is, not what type it was asked to be: a list and a tuple look alike, as do
//! a map and an object. The [`Type`] stands beside it, in the schema.
//!
//! **Invariant:** nothing here knows protobuf or an encoding.

mod number;
mod set;
mod ty;
mod unknown;

use std::collections::BTreeMap;

pub use number::{Number, NumberError};
pub use set::ValueSet;
pub use ty::{Type, TypeError};
pub use unknown::{Bound, Refinement, Unknown};

/// One value of any type, or the lack of one.
///
/// Equality and order ignore [refinements](Refinement), as Terraform's own comparisons do: two unknown
/// values are never known to differ.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// No value. Every type has it.
    #[default]
    Null,
    /// A value that is not known yet, only while planning.
    Unknown(Unknown),
    /// A truth value.
    Bool(bool),
    /// A number of any size and precision.
    Number(Number),
    /// Text in Unicode normal form C.
    String(String),
    /// A list or a tuple.
    List(Vec<Value>),
    /// A set: without order and without equal elements.
    Set(ValueSet),
    /// A map, an object or a nested block.
    Map(BTreeMap<String, Value>),
    /// A value whose type was decided by the configuration, with that type.
    Dynamic(Box<(Type, Value)>),
}

impl Value {
    /// The unknown value of which nothing more is known.
    pub const UNKNOWN: Value = Value::Unknown(Unknown::PLAIN);

    /// An object or a map from its members.
    pub fn object<K: Into<String>>(members: impl IntoIterator<Item = (K, Value)>) -> Value {
        Value::Map(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }

    /// A set of these elements; equal ones become one.
    pub fn set(elements: impl IntoIterator<Item = Value>) -> Value {
        Value::Set(elements.into_iter().collect())
    }

    /// Whether this is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// Whether this very value is unknown; its parts are not looked at.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Value::Unknown(_))
    }

    /// Whether neither this value nor any part of it is unknown.
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Value::Unknown(_) => false,
            Value::List(items) => items.iter().all(Value::is_wholly_known),
            Value::Set(items) => items.iter().all(Value::is_wholly_known),
            Value::Map(members) => members.values().all(Value::is_wholly_known),
            Value::Dynamic(inner) => inner.1.is_wholly_known(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
        }
    }

    /// The text, if this is a known string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The members, if this is a known map or object.
    pub fn as_map(&self) -> Option<&BTreeMap<String, Value>> {
        match self {
            Value::Map(members) => Some(members),
            _ => None,
        }
    }

    /// The member `name` of a map or object; null where there is none.
    pub fn member(&self, name: &str) -> &Value {
        const NULL: &Value = &Value::Null;
        self.as_map().and_then(|members| members.get(name)).unwrap_or(NULL)
    }

    #[must_use]
    /// Takes the member `name` out of a map or object, leaving null; null where there is none.
    pub fn take_member(&mut self, name: &str) -> Value {
        match self {
            Value::Map(members) => members.get_mut(name).map(std::mem::take).unwrap_or_default(),
            _ => Value::Null,
        }
    }

    #[must_use]
    /// Replaces every unknown part by null, for a state that must be known although a call failed.
    pub fn nulled_unknowns(self) -> Value {
        match self {
            Value::Unknown(_) => Value::Null,
            Value::List(items) => {
                Value::List(items.into_iter().map(Value::nulled_unknowns).collect())
            }
            Value::Set(items) => Value::set(items.into_iter().map(Value::nulled_unknowns)),
            Value::Map(members) => Value::Map(
                members.into_iter().map(|(name, value)| (name, value.nulled_unknowns())).collect(),
            ),
            Value::Dynamic(inner) => match *inner {
                (_, Value::Unknown(_)) => Value::Null,
                (ty, value) => Value::Dynamic(Box::new((ty, value.nulled_unknowns()))),
            },
            known @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => known,
        }
    }

    /// What this is, for a message to people: "a string", "an unknown value", …
    pub fn describe(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Unknown(_) => "an unknown value",
            Value::Bool(_) => "a bool",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::List(_) => "a list",
            Value::Set(_) => "a set",
            Value::Map(_) => "an object",
            Value::Dynamic(inner) => inner.1.describe(),
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Value::Number(value.into())
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Value::String(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Value::String(value)
    }
}

impl FromIterator<Value> for Value {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> Self {
        Value::List(items.into_iter().collect())
    }
}
