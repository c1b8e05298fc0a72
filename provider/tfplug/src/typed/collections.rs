//! Lists, sets and maps of any type of attribute.

use std::collections::BTreeMap;

use super::{AttributeType, decode_known, mismatch};
use crate::diag::{Error, Result};
use crate::path::Step;
use crate::schema::{Kind, Nested, Nesting};
use crate::value::Value;

/// Elements without order and without equal ones.
///
/// Equal elements need not be sorted out: the engine does it. The elements may be of any type of
/// attribute, which is why this is not a set of the standard library.
///
/// ```
/// use tfplug::{Schema, Set};
///
/// /// A firewall.
/// #[derive(Schema)]
/// struct Firewall {
///     /// Open ports, in any order.
///     #[tf(check = each(between(1..=65535)))]
///     ports: Set<i64>,
/// }
///
/// let firewall = Firewall { ports: [80, 443].into_iter().collect() };
/// assert!(firewall.ports.0.contains(&443));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Set<T>(
    /// The elements in any order.
    pub Vec<T>,
);

impl<T> FromIterator<T> for Set<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        Set(elements.into_iter().collect())
    }
}

impl<T: AttributeType> AttributeType for Vec<T> {
    const SENSITIVE: bool = T::SENSITIVE;

    fn kind() -> Kind {
        holding(Nesting::List, T::kind())
    }

    fn decode(value: Value) -> Result<Self> {
        match value {
            Value::List(items) => collect(
                items.into_iter().enumerate().map(|(index, item)| (Step::Index(index), item)),
            ),
            other => mismatch("a list", &other),
        }
    }

    fn encode(self) -> Value {
        self.into_iter().map(T::encode).collect()
    }

    fn same(left: &Value, right: &Value) -> bool {
        match (left, right) {
            (Value::List(left), Value::List(right)) => {
                left.len() == right.len()
                    && left.iter().zip(right).all(|(left, right)| same_element::<T>(left, right))
            }
            _ => left == right,
        }
    }
}

impl<T: AttributeType> AttributeType for Set<T> {
    const SENSITIVE: bool = T::SENSITIVE;

    fn kind() -> Kind {
        holding(Nesting::Set, T::kind())
    }

    fn decode(value: Value) -> Result<Self> {
        match value {
            Value::Set(items) => {
                collect(items.into_iter().map(|item| (Step::Element, item))).map(Set)
            }
            other => mismatch("a set", &other),
        }
    }

    fn encode(self) -> Value {
        Value::set(self.0.into_iter().map(T::encode))
    }
}

impl<T: AttributeType> AttributeType for BTreeMap<String, T> {
    const SENSITIVE: bool = T::SENSITIVE;

    fn kind() -> Kind {
        holding(Nesting::Map, T::kind())
    }

    fn decode(value: Value) -> Result<Self> {
        match value {
            Value::Map(members) => {
                let keys: Vec<String> = members.keys().cloned().collect();
                let values =
                    collect(members.into_iter().map(|(key, value)| (Step::Key(key), value)))?;
                Ok(keys.into_iter().zip(values).collect())
            }
            other => mismatch("a map", &other),
        }
    }

    fn encode(self) -> Value {
        Value::Map(self.into_iter().map(|(key, value)| (key, value.encode())).collect())
    }

    fn same(left: &Value, right: &Value) -> bool {
        match (left, right) {
            (Value::Map(left), Value::Map(right)) => {
                left.len() == right.len()
                    && left.iter().all(|(key, left)| {
                        right.get(key).is_some_and(|right| same_element::<T>(left, right))
                    })
            }
            _ => left == right,
        }
    }
}

fn same_element<T: AttributeType>(left: &Value, right: &Value) -> bool {
    left == right || (left.is_wholly_known() && right.is_wholly_known() && T::same(left, right))
}

/// Decodes every element, so that all mistakes are told at once.
fn collect<T: AttributeType>(items: impl Iterator<Item = (Step, Value)>) -> Result<Vec<T>> {
    let mut decoded = Vec::with_capacity(items.size_hint().0);
    let mut failed: Option<Error> = None;
    for (step, item) in items {
        match decode_known(item) {
            Ok(item) => decoded.push(item),
            Err(error) => {
                let error = error.under(&step);
                failed = Some(match failed.take() {
                    Some(earlier) => earlier.and(error),
                    None => error,
                });
            }
        }
    }
    failed.map_or(Ok(decoded), Err)
}

/// Objects become nested attributes; what is nested deeper than Terraform can show becomes a plain type.
fn holding(nesting: Nesting, element: Kind) -> Kind {
    match element {
        Kind::Nested(Nested { nesting: Nesting::Single, attributes }) => {
            Nested { nesting, attributes }.into()
        }
        other => nesting.around(other.ty()).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bad_element_is_named() {
        let value =
            Value::object([("a", Value::from(true)), ("b", "x".into()), ("c", Value::Null)]);
        assert_eq!(
            BTreeMap::<String, String>::decode(value).unwrap_err().to_string(),
            "[\"a\"]: Wrong type: Expected a string, found a bool.\n[\"c\"]: Missing value: A value is needed here, found null."
        );
    }

    #[test]
    fn collections_of_collections_have_a_plain_type() {
        assert_eq!(Vec::<BTreeMap<String, i64>>::kind().ty().to_string(), "list(map(number))");
        assert_eq!(Set::<String>::kind().ty().to_string(), "set(string)");
    }
}
