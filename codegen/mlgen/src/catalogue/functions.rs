//! Terraform's functions that validations use, with Terraform's answers.
//!
//! None of them is almost right: where an argument is of a kind about which Terraform has rules of its own, there is no
//! answer, and Terraform judges.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use unicode_segmentation::UnicodeSegmentation as _;

use super::condition::{Answer, float, number, same};
use super::range::Range;

/// The functions that there are. A rule that needs another one has no answer.
pub(super) const NAMES: [&str; 26] = [
    "alltrue",
    "anytrue",
    "cidrhost",
    "cidrnetmask",
    "cidrsubnet",
    "compact",
    "contains",
    "distinct",
    "endswith",
    "flatten",
    "floor",
    "jsondecode",
    "keys",
    "length",
    "lower",
    "max",
    "min",
    "regex",
    "startswith",
    "strcontains",
    "tolist",
    "tonumber",
    "toset",
    "trimspace",
    "upper",
    "values",
];

/// What a function gives for these arguments; `Err` where Terraform refuses them.
pub(super) fn call(name: &str, arguments: &[Value]) -> Answer {
    let flag = |flag: bool| Ok(Some(Value::Bool(flag)));
    let text = |text: Option<String>| Ok(text.map(Value::String));
    match (name, arguments) {
        ("cidrnetmask", [range]) => match address_range(range)? {
            Some(range) => text(Some(range.netmask()?)),
            None => Ok(None),
        },
        ("cidrhost", [range, number]) => match (address_range(range)?, integer(number)?) {
            (Some(range), Some(number)) => text(range.host(number)?),
            _ => Ok(None),
        },
        ("cidrsubnet", [range, more, number]) => {
            match (address_range(range)?, integer(more)?, integer(number)?) {
                (Some(range), Some(more), Some(number)) => text(range.subnet(more, number)?),
                _ => Ok(None),
            }
        }
        ("compact", [Value::Array(items)]) => {
            let items = items.iter().filter(|item| !item.is_null()).map(as_text);
            let items: Option<Vec<String>> = items.collect();
            Ok(items.map(|mut items| {
                items.retain(|item| !item.is_empty());
                items.into()
            }))
        }
        ("flatten", [Value::Array(items)]) => {
            let mut found = Vec::new();
            Ok(flatten(items, &mut found).then_some(Value::Array(found)))
        }
        ("jsondecode", [Value::String(text)]) => decoded(text),
        ("contains", [Value::Array(items), wanted]) => {
            flag(items.iter().any(|item| same(item, wanted)))
        }
        ("startswith", [Value::String(text), Value::String(start)]) => {
            flag(text.starts_with(start))
        }
        ("endswith", [Value::String(text), Value::String(end)]) => flag(text.ends_with(end)),
        ("strcontains", [Value::String(text), Value::String(part)]) => flag(text.contains(part)),
        ("alltrue", [Value::Array(items)]) => {
            flag(items.iter().all(|item| *item == Value::Bool(true)))
        }
        ("anytrue", [Value::Array(items)]) => flag(items.contains(&Value::Bool(true))),
        ("length", [Value::Array(items)]) => Ok(Some(items.len().into())),
        ("length", [Value::Object(entries)]) => Ok(Some(entries.len().into())),
        ("length", [Value::String(text)]) => Ok(Some(text.graphemes(true).count().into())),
        ("keys", [Value::Object(entries)]) => {
            let sorted: BTreeSet<&String> = entries.keys().collect();
            Ok(Some(sorted.into_iter().map(String::as_str).collect()))
        }
        ("values", [Value::Object(entries)]) => {
            let sorted: BTreeMap<&String, &Value> = entries.iter().collect();
            Ok(Some(sorted.into_values().cloned().collect()))
        }
        ("distinct", [Value::Array(items)]) => {
            let mut found: Vec<Value> = Vec::new();
            for item in items {
                if !found.iter().any(|known| same(known, item)) {
                    found.push(item.clone());
                }
            }
            Ok(Some(Value::Array(found)))
        }
        ("regex", [Value::String(pattern), Value::String(text)]) => match compiled(pattern) {
            Some(pattern) => {
                pattern.captures(text).map(|found| Some(captured(&pattern, &found))).ok_or(())
            }
            None => Ok(None),
        },
        ("lower", [Value::String(text)]) => Ok(Some(text.to_lowercase().into())),
        ("upper", [Value::String(text)]) => Ok(Some(text.to_uppercase().into())),
        ("trimspace", [Value::String(text)]) => Ok(Some(text.trim().into())),
        ("floor", [Value::Number(_)]) => {
            Ok(number(&arguments[0]).and_then(|value| float(value.floor())))
        }
        ("tonumber", [value]) => number(value).map(float).ok_or(()),
        ("toset" | "tolist", [Value::Array(_)]) => Ok(Some(arguments[0].clone())),
        ("min" | "max", [_, ..]) => {
            let numbers: Option<Vec<f64>> = arguments.iter().map(number).collect();
            let numbers = numbers.ok_or(())?.into_iter();
            Ok(if name == "min" { numbers.reduce(f64::min) } else { numbers.reduce(f64::max) }
                .and_then(float))
        }
        _ => Ok(None),
    }
}

/// A pattern, compiled once for all environments; none if it is of a kind that Terraform alone knows.
fn compiled(pattern: &str) -> Option<regex::Regex> {
    thread_local! {
        static KNOWN: RefCell<BTreeMap<String, Option<regex::Regex>>> =
            const { RefCell::new(BTreeMap::new()) };
    }
    KNOWN.with_borrow_mut(|known| {
        if let Some(found) = known.get(pattern) {
            found.clone()
        } else {
            let found = regex::Regex::new(pattern).ok();
            known.insert(pattern.to_owned(), found.clone());
            found
        }
    })
}

/// What was matched: the text, or a list or a map of the groups where the pattern has some.
fn captured(pattern: &regex::Regex, found: &regex::Captures<'_>) -> Value {
    let text = |one: Option<regex::Match<'_>>| one.map_or(Value::Null, |one| one.as_str().into());
    let mut named = pattern.capture_names().flatten().peekable();
    if named.peek().is_some() {
        return named.map(|name| (name.to_owned(), text(found.name(name)))).collect();
    }
    match found.len() {
        1 => text(found.get(0)),
        _ => found.iter().skip(1).map(text).collect(),
    }
}

/// A range of addresses. Null is refused; so is a number, which is a text that is no range.
fn address_range(value: &Value) -> Result<Option<Range>, ()> {
    match value {
        Value::String(text) => Range::read(text),
        Value::Null | Value::Number(_) | Value::Bool(_) => Err(()),
        _ => Ok(None),
    }
}

/// A whole number, or a text that is one. Null and fractions are refused.
fn integer(value: &Value) -> Result<Option<i64>, ()> {
    match value {
        Value::Null => Err(()),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(number), _) => Ok(Some(number)),
            (None, Some(number)) if number.fract() != 0.0 => Err(()),
            _ => Ok(None),
        },
        Value::String(text) => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let is_plain = !digits.is_empty() && digits.bytes().all(|one| one.is_ascii_digit());
            Ok(text.parse().ok().filter(|_| is_plain))
        }
        _ => Ok(None),
    }
}

/// A value as a text, where all agree how it is written.
fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => number.as_i64().map(|number| number.to_string()),
        _ => None,
    }
}

/// Puts the items of all lists in one; whether null, of which nobody knows what it would have been, is not among them.
fn flatten(items: &[Value], found: &mut Vec<Value>) -> bool {
    items.iter().all(|item| match item {
        Value::Array(items) => flatten(items, found),
        Value::Null => false,
        other => {
            found.push(other.clone());
            true
        }
    })
}

/// What a text is as JSON. Half of a pair of surrogates and a very deep text are nothing here, and something in Go.
fn decoded(text: &str) -> Answer {
    match serde_json::from_str(text) {
        Ok(value) => Ok(Some(value)),
        Err(_) if text.contains("\\u") || text.matches(['[', '{']).count() > DEPTH => Ok(None),
        Err(_) => Err(()),
    }
}

/// Lists and maps inside each other that are read for sure.
const DEPTH: usize = 100;
