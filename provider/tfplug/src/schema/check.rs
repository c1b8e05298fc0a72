//! What a known value must satisfy, as small values that a schema holds.
//!
//! Rules run only on values that are wholly known, so they never report an unknown one. Each says in
//! words what it wants: the words stand in the error and in the documentation.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::diag::Error;
use crate::typed::{AttributeType, Secret, Set};
use crate::value::Value;

/// The rules by name, as they are in scope in `#[tf(check = …)]`: without types, so that an author's own
/// `Rule` stays the author's.
pub mod rules {
    pub use super::{at_least, between, custom, each, explained, len, one_of};
}

/// A rule for values of the type `T`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a rule for values of the type `{T}`",
    note = "see `tfplug::schema::check` for the rules there are, or write one with `custom`"
)]
pub trait Rule<T>: Send + Sync + 'static {
    /// What is wanted, to follow "must": "be at least 1".
    fn wants(&self) -> String;

    /// Whether the value satisfies the rule.
    fn accepts(&self, value: &T) -> bool;

    /// What exactly is wrong with a value that does not, in a sentence, where more can be said than what
    /// is wanted. It must not repeat a secret.
    fn explain(&self, value: &T) -> Option<String> {
        let _ = value;
        None
    }
}

/// A rule for values of one attribute, whatever its type.
#[derive(Clone)]
pub struct Check {
    wants: String,
    test: Arc<Test>,
}

type Test = dyn Fn(&Value) -> Result<(), Error> + Send + Sync;

impl Check {
    /// A check made from a rule. Values that do not decode as `T` are left to [`Check::decodes`].
    pub fn rule<T: AttributeType>(rule: impl Rule<T>) -> Self {
        let wants = rule.wants();
        let words = wants.clone();
        Check {
            wants,
            test: Arc::new(move |value| match T::decode(value.clone()) {
                Ok(decoded) if !rule.accepts(&decoded) => {
                    let detail = rule.explain(&decoded).unwrap_or_else(|| {
                        let found = if T::SENSITIVE { String::new() } else { found(value) };
                        format!("The value must {words}{found}.")
                    });
                    Err(Error::user("Invalid value", detail))
                }
                _ => Ok(()),
            }),
        }
    }

    /// The check that a value is one of `T` at all: whole numbers, well-formed JSON, no null elements.
    pub fn decodes<T: AttributeType>() -> Self {
        Check { wants: String::new(), test: Arc::new(|value| T::decode(value.clone()).map(drop)) }
    }

    /// What is wanted, to follow "must"; empty for a matter of course.
    pub fn wants(&self) -> &str {
        &self.wants
    }

    /// Tests a wholly known value that is not null. Paths in the error begin at the value.
    pub fn test(&self, value: &Value) -> Result<(), Error> {
        (self.test)(value)
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Check({:?})", self.wants)
    }
}

fn found(value: &Value) -> String {
    match value {
        Value::String(text) => format!(", found {text:?}"),
        Value::Number(number) => format!(", found {number}"),
        Value::List(items) => format!(", found {} elements", items.len()),
        Value::Set(items) => format!(", found {} elements", items.len()),
        Value::Map(members) => format!(", found {} elements", members.len()),
        Value::Null | Value::Unknown(_) | Value::Bool(_) | Value::Dynamic(_) => String::new(),
    }
}

/// What has a length: characters of a text, elements of a collection.
pub trait Length {
    /// What is counted.
    const UNIT: &'static str;

    /// How many there are.
    fn length(&self) -> usize;
}

impl Length for String {
    const UNIT: &'static str = "characters";

    fn length(&self) -> usize {
        self.chars().count()
    }
}

impl Length for Secret {
    const UNIT: &'static str = "characters";

    fn length(&self) -> usize {
        self.expose().chars().count()
    }
}

impl<T> Length for Vec<T> {
    const UNIT: &'static str = "elements";

    fn length(&self) -> usize {
        self.len()
    }
}

impl<T> Length for Set<T> {
    const UNIT: &'static str = "elements";

    fn length(&self) -> usize {
        self.0.len()
    }
}

impl<T> Length for BTreeMap<String, T> {
    const UNIT: &'static str = "elements";

    fn length(&self) -> usize {
        self.len()
    }
}

/// A length within this range, both ends included.
pub fn len(range: RangeInclusive<usize>) -> Len {
    Len(range)
}

/// See [`len`].
#[derive(Clone, Debug)]
pub struct Len(RangeInclusive<usize>);

impl<T: Length> Rule<T> for Len {
    fn wants(&self) -> String {
        let (least, most, unit) = (self.0.start(), self.0.end(), T::UNIT);
        match (least, most) {
            (least, &usize::MAX) => format!("have at least {least} {unit}"),
            (0, most) => format!("have at most {most} {unit}"),
            (least, most) if least == most => format!("have exactly {least} {unit}"),
            _ => format!("have {least} to {most} {unit}"),
        }
    }

    fn accepts(&self, value: &T) -> bool {
        self.0.contains(&value.length())
    }
}

/// One of these texts.
pub fn one_of(choices: &'static [&'static str]) -> OneOf {
    OneOf(choices)
}

/// See [`one_of`].
#[derive(Clone, Copy, Debug)]
pub struct OneOf(&'static [&'static str]);

impl Rule<String> for OneOf {
    fn wants(&self) -> String {
        format!(
            "be one of {}",
            self.0.iter().map(|choice| format!("{choice:?}")).collect::<Vec<_>>().join(", ")
        )
    }

    fn accepts(&self, value: &String) -> bool {
        self.0.contains(&value.as_str())
    }
}

/// At least this number.
pub fn at_least(least: i64) -> AtLeast {
    AtLeast(least)
}

/// See [`at_least`].
#[derive(Clone, Copy, Debug)]
pub struct AtLeast(i64);

impl Rule<i64> for AtLeast {
    fn wants(&self) -> String {
        format!("be at least {}", self.0)
    }

    fn accepts(&self, value: &i64) -> bool {
        *value >= self.0
    }
}

/// A number within this range, both ends included.
pub fn between(range: RangeInclusive<i64>) -> Between {
    Between(range)
}

/// See [`between`].
#[derive(Clone, Debug)]
pub struct Between(RangeInclusive<i64>);

impl Rule<i64> for Between {
    fn wants(&self) -> String {
        format!("be between {} and {}", self.0.start(), self.0.end())
    }

    fn accepts(&self, value: &i64) -> bool {
        self.0.contains(value)
    }
}

/// A rule in words and in code: `custom("be an absolute path", |text: &String| text.starts_with('/'))`.
pub fn custom<T, F: Fn(&T) -> bool>(wants: &'static str, accepts: F) -> Custom<F> {
    Custom { wants, accepts }
}

/// See [`custom`].
#[derive(Clone, Copy)]
pub struct Custom<F> {
    wants: &'static str,
    accepts: F,
}

impl<F> fmt::Debug for Custom<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Custom({:?})", self.wants)
    }
}

impl<T, F: Fn(&T) -> bool + Send + Sync + 'static> Rule<T> for Custom<F> {
    fn wants(&self) -> String {
        self.wants.to_owned()
    }

    fn accepts(&self, value: &T) -> bool {
        (self.accepts)(value)
    }
}

/// A rule whose code says what is wrong: `explained("be a pool name", |name: &String| check_pool(name))`.
pub fn explained<T, E: fmt::Display, F: Fn(&T) -> Result<(), E>>(
    wants: &'static str,
    test: F,
) -> Explained<F> {
    Explained { wants, test }
}

/// See [`explained`].
#[derive(Clone, Copy)]
pub struct Explained<F> {
    wants: &'static str,
    test: F,
}

impl<F> fmt::Debug for Explained<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Explained({:?})", self.wants)
    }
}

impl<T, E: fmt::Display, F: Fn(&T) -> Result<(), E> + Send + Sync + 'static> Rule<T>
    for Explained<F>
{
    fn wants(&self) -> String {
        self.wants.to_owned()
    }

    fn accepts(&self, value: &T) -> bool {
        (self.test)(value).is_ok()
    }

    fn explain(&self, value: &T) -> Option<String> {
        (self.test)(value).err().map(|error| sentence(&error.to_string()))
    }
}

/// A message as a sentence: with a capital and a full stop.
fn sentence(message: &str) -> String {
    let mut chars = message.chars();
    let first: String =
        chars.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    let stop = if message.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{stop}", chars.as_str())
}

/// The rule for every element of a list or every value of a map.
pub fn each<R>(rule: R) -> Each<R> {
    Each(rule)
}

/// See [`each`].
#[derive(Clone, Copy, Debug)]
pub struct Each<R>(R);

impl<T, R: Rule<T>> Rule<Vec<T>> for Each<R> {
    fn wants(&self) -> String {
        format!("have elements that each {}", self.0.wants())
    }

    fn accepts(&self, value: &Vec<T>) -> bool {
        value.iter().all(|element| self.0.accepts(element))
    }
}

impl<T, R: Rule<T>> Rule<Set<T>> for Each<R> {
    fn wants(&self) -> String {
        format!("have elements that each {}", self.0.wants())
    }

    fn accepts(&self, value: &Set<T>) -> bool {
        value.0.iter().all(|element| self.0.accepts(element))
    }
}

impl<T, R: Rule<T>> Rule<BTreeMap<String, T>> for Each<R> {
    fn wants(&self) -> String {
        format!("have values that each {}", self.0.wants())
    }

    fn accepts(&self, value: &BTreeMap<String, T>) -> bool {
        value.values().all(|element| self.0.accepts(element))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<T: AttributeType>(rule: impl Rule<T>, value: impl Into<Value>, expected: &str) {
        let found = Check::rule(rule)
            .test(&value.into())
            .map_or_else(|error| error.to_string(), |()| "ok".to_owned());
        assert_eq!(found, expected);
    }

    #[test]
    fn each_rule_says_what_it_wants() {
        check::<String>(len(1..=3), "abc", "ok");
        check::<String>(
            len(1..=3),
            "日本語です",
            "Invalid value: The value must have 1 to 3 characters, found \"日本語です\".",
        );
        check::<String>(
            len(2..=2),
            "a",
            "Invalid value: The value must have exactly 2 characters, found \"a\".",
        );
        check::<String>(
            one_of(&["a", "b"]),
            "c",
            "Invalid value: The value must be one of \"a\", \"b\", found \"c\".",
        );
        check::<i64>(at_least(1), 0, "Invalid value: The value must be at least 1, found 0.");
        check::<i64>(
            between(1..=9),
            10,
            "Invalid value: The value must be between 1 and 9, found 10.",
        );
        check::<Vec<String>>(
            each(len(1..=9)),
            Value::List(vec!["".into()]),
            "Invalid value: The value must have elements that each have 1 to 9 characters, found 1 elements.",
        );
        check::<Set<String>>(each(len(1..=9)), Value::set(["a".into()]), "ok");
        check::<Set<String>>(
            len(2..=usize::MAX),
            Value::set(["a".into()]),
            "Invalid value: The value must have at least 2 elements, found 1 elements.",
        );
        check::<String>(
            custom("be upper case", |text: &String| text.to_uppercase() == *text),
            "X",
            "ok",
        );
    }

    #[test]
    fn a_secret_is_not_repeated() {
        check::<Secret>(
            len(9..=usize::MAX),
            "hunter2",
            "Invalid value: The value must have at least 9 characters.",
        );
    }
}
