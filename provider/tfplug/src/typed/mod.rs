//! Rust types as types of attributes: what an author's struct may hold.
//!
//! A field is required, optional or possibly unknown by its type: `T`, [`Option<T>`], [`Attr<T>`]. The
//! `T` is an [`AttributeType`]: text, numbers, collections, [`Json`], [`Secret`], nested structs that
//! derive `Schema`, or an author's own newtype.

mod attr;
mod collections;
mod json;
mod scalars;
mod secret;

pub use attr::Attr;
pub use collections::Set;
pub use json::Json;
pub use secret::{Secret, Sensitive};

use crate::diag::{Error, Result};
use crate::schema::Kind;
use crate::value::{Type, Value};

/// A Rust type whose values can be those of an attribute.
///
/// The value given to [`decode`](AttributeType::decode) is known and not null; null and unknown are the
/// matter of the field around it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the type of an attribute",
    note = "an attribute holds `String`, `bool`, `i64` (also `i32`, `u16`, `u32`, `u64`), `f64`, `Number`, `Json`, `Value`, `Secret`, `Sensitive<T>`, \
            `Vec<T>`, `Set<T>`, `BTreeMap<String, T>`, or a struct that derives `Schema`; `Option` or `Attr` stands around it, never inside",
    note = "instead of another number: `i64` with `check = between(0..=255)`\n\
            instead of an enum: `String` with `check = one_of(&[\"a\", \"b\"])`\n\
            instead of `HashMap<String, T>`: `BTreeMap<String, T>`\n\
            instead of `HashSet<T>` and `BTreeSet<T>`: `tfplug::Set<T>`\n\
            instead of `Vec<Option<T>>`: `Vec<T>`, since elements are never null\n\
            instead of any other type: a newtype that implements `tfplug::AttributeType`"
)]
pub trait AttributeType: Sized + Send + 'static {
    /// Whether Terraform must hide the values.
    const SENSITIVE: bool = false;

    /// The type as Terraform knows it.
    fn kind() -> Kind;

    /// Reads a known value. Paths in an error begin at the value.
    fn decode(value: Value) -> Result<Self>;

    /// Writes the value.
    fn encode(self) -> Value;

    /// Whether two values mean the same although they are written differently. Where they do, the
    /// engine keeps the one that is already there, so that no difference shows.
    fn same(left: &Value, right: &Value) -> bool {
        left == right
    }
}

/// A field of an author's struct: a type of attribute with or without null and unknown.
pub trait Slot: Sized {
    /// The type of the attribute.
    type Inner: AttributeType;

    /// Reads what stands in the attribute.
    fn from_value(value: Value) -> Result<Self>;

    /// Writes it.
    fn into_value(self) -> Value;
}

impl<T: AttributeType> Slot for T {
    type Inner = T;

    fn from_value(value: Value) -> Result<Self> {
        decode_known(value)
    }

    fn into_value(self) -> Value {
        self.encode()
    }
}

impl<T: AttributeType> Slot for Option<T> {
    type Inner = T;

    fn from_value(value: Value) -> Result<Self> {
        if value.is_null() { Ok(None) } else { decode_known(value).map(Some) }
    }

    fn into_value(self) -> Value {
        self.map_or(Value::Null, T::encode)
    }
}

impl<T: AttributeType> Slot for Attr<T> {
    type Inner = T;

    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Null => Ok(Attr::Null),
            Value::Unknown(_) => Ok(Attr::Unknown),
            value if value.is_wholly_known() => T::decode(value).map(Attr::Known),
            // The value of any type cannot say that a part of it is unknown.
            _ if matches!(T::kind(), Kind::Type(Type::Dynamic)) => Ok(Attr::Unknown),
            // A nested object can: what the user configured is there, what the provider computes is not.
            value => Ok(T::decode(value).map_or(Attr::Unknown, Attr::Known)),
        }
    }

    fn into_value(self) -> Value {
        match self {
            Attr::Known(value) => value.encode(),
            Attr::Null => Value::Null,
            Attr::Unknown => Value::UNKNOWN,
        }
    }
}

/// Decodes where neither null nor unknown has a place.
pub(crate) fn decode_known<T: AttributeType>(value: Value) -> Result<T> {
    match value {
        Value::Null => Err(Error::user("Missing value", "A value is needed here, found null.")),
        Value::Unknown(_) => Err(Error::bug("A value that must be known by now is still unknown.")),
        value => T::decode(value),
    }
}

/// The error for a value of another type than the schema promised.
pub(crate) fn mismatch<T>(expected: &str, found: &Value) -> Result<T> {
    Err(Error::user("Wrong type", format!("Expected {expected}, found {}.", found.describe())))
}
