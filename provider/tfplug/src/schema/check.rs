//! What a known value must satisfy, as small values that a schema holds.
//!
//! Rules run only on values that are wholly known, so they never report an unknown one. Each says in
//! words what it wants: the words stand in the error and in the documentation.
//!
//! **Invariant:** no rule here repeats what it refuses. A variable may be sensitive wherever it is used,
//! and Terraform hides it everywhere but in what a provider says. A length is told, a value never.

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

    /// A fact about a refused value that gives nothing of it away, to follow the wish and a comma:
    /// "found 70", which is a length.
    fn fact(&self, value: &T) -> Option<String> {
        let _ = value;
        None
    }

    /// What exactly is wrong with a refused value, in a sentence that stands instead of the wish. It must
    /// not repeat the value, which may be a secret.
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

type Test = dyn Fn(&str, &Value) -> Result<(), Error> + Send + Sync;

impl Check {
    /// A check made from a rule. Values that do not decode as `T` are left to [`Check::decodes`].
    pub fn rule<T: AttributeType>(rule: impl Rule<T>) -> Self {
        let wants = rule.wants();
        let words = wants.clone();
        Check {
            wants,
            test: Arc::new(move |name, value| match T::decode(value.clone()) {
                Ok(decoded) if !rule.accepts(&decoded) => {
                    let detail = rule.explain(&decoded).unwrap_or_else(|| {
                        let fact = rule.fact(&decoded).filter(|_| !T::SENSITIVE);
                        let fact = fact.map_or_else(String::new, |fact| format!(", {fact}"));
                        format!("`{name}` must {words}{fact}.")
                    });
                    Err(Error::user("Invalid value", detail))
                }
                _ => Ok(()),
            }),
        }
    }

    /// The check that a value is one of `T` at all: whole numbers, well-formed JSON, no null elements.
    pub fn decodes<T: AttributeType>() -> Self {
        Check {
            wants: String::new(),
            test: Arc::new(|_, value| T::decode(value.clone()).map(drop)),
        }
    }

    /// What is wanted, to follow "must"; empty for a matter of course.
    pub fn wants(&self) -> &str {
        &self.wants
    }

    /// Tests a value, wholly known and not null, of the attribute `name`. Paths in the error begin at the
    /// value.
    pub fn test(&self, name: &str, value: &Value) -> Result<(), Error> {
        (self.test)(name, value)
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Check({:?})", self.wants)
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

    fn fact(&self, value: &T) -> Option<String> {
        Some(format!("found {}", value.length()))
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
/// What it says must not repeat the value; see [`Rule::explain`].
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

    fn fact(&self, value: &Vec<T>) -> Option<String> {
        let index = value.iter().position(|element| !self.0.accepts(element))?;
        Some(format!("unlike the one at index {index}"))
    }
}

impl<T, R: Rule<T>> Rule<Set<T>> for Each<R> {
    fn wants(&self) -> String {
        format!("have elements that each {}", self.0.wants())
    }

    fn accepts(&self, value: &Set<T>) -> bool {
        value.0.iter().all(|element| self.0.accepts(element))
    }

    fn fact(&self, value: &Set<T>) -> Option<String> {
        let refused = value.0.iter().filter(|element| !self.0.accepts(element)).count();
        Some(format!("unlike {refused} of the {}", value.0.len()))
    }
}

impl<T, R: Rule<T>> Rule<BTreeMap<String, T>> for Each<R> {
    fn wants(&self) -> String {
        format!("have values that each {}", self.0.wants())
    }

    fn accepts(&self, value: &BTreeMap<String, T>) -> bool {
        value.values().all(|element| self.0.accepts(element))
    }

    fn fact(&self, value: &BTreeMap<String, T>) -> Option<String> {
        let refused = value.values().filter(|element| !self.0.accepts(element)).count();
        Some(format!("unlike {refused} of the {}", value.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks a value of the attribute `it`: what is said about it, and that it is not repeated.
    #[track_caller]
    fn check<T: AttributeType>(rule: impl Rule<T>, value: impl Into<Value>, expected: &str) {
        let found = Check::rule(rule)
            .test("it", &value.into())
            .map_or_else(|error| error.to_string(), |()| "ok".to_owned());
        assert_eq!(found, expected);
    }

    fn texts(texts: &[&str]) -> Vec<Value> {
        texts.iter().map(|text| Value::from(*text)).collect()
    }

    #[test]
    fn each_rule_says_what_it_wants_and_never_what_it_refuses() {
        check::<String>(len(1..=3), "abc", "ok");
        check::<String>(
            len(1..=3),
            "日本語です",
            "Invalid value: `it` must have 1 to 3 characters, found 5.",
        );
        check::<String>(
            len(2..=2),
            "a",
            "Invalid value: `it` must have exactly 2 characters, found 1.",
        );
        check::<String>(
            one_of(&["a", "b"]),
            "hunter2",
            "Invalid value: `it` must be one of \"a\", \"b\".",
        );
        check::<i64>(at_least(1), -77, "Invalid value: `it` must be at least 1.");
        check::<i64>(between(1..=9), 77, "Invalid value: `it` must be between 1 and 9.");
        check::<String>(
            custom("be upper case", |text: &String| text.to_uppercase() == *text),
            "hunter2",
            "Invalid value: `it` must be upper case.",
        );
        check::<String>(
            custom("be upper case", |text: &String| text.to_uppercase() == *text),
            "X",
            "ok",
        );
        check::<String>(
            explained("be a date", |_: &String| Err("the day is missing")),
            "hunter2",
            "Invalid value: The day is missing.",
        );
    }

    #[test]
    fn a_rule_for_elements_says_which_it_refuses() {
        check::<Vec<String>>(
            each(len(1..=9)),
            Value::List(texts(&["a", ""])),
            "Invalid value: `it` must have elements that each have 1 to 9 characters, unlike the one at index 1.",
        );
        check::<Set<String>>(each(len(1..=9)), Value::set(texts(&["a"])), "ok");
        check::<Set<String>>(
            each(one_of(&["a"])),
            Value::set(texts(&["a", "hunter2"])),
            "Invalid value: `it` must have elements that each be one of \"a\", unlike 1 of the 2.",
        );
        check::<BTreeMap<String, String>>(
            each(one_of(&["a"])),
            Value::object([("key", "hunter2".into())]),
            "Invalid value: `it` must have values that each be one of \"a\", unlike 1 of the 1.",
        );
        check::<Set<String>>(
            len(2..=usize::MAX),
            Value::set(texts(&["a"])),
            "Invalid value: `it` must have at least 2 elements, found 1.",
        );
    }

    #[test]
    fn of_a_secret_not_even_the_length_is_told() {
        check::<Secret>(
            len(9..=usize::MAX),
            "hunter2",
            "Invalid value: `it` must have at least 9 characters.",
        );
    }
}
