//! What both encodings do with text: normal form, numbers, types.

use std::borrow::Cow;

use serde_json::Value as Json;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::error::{Fit, Misfits};
use crate::value::{Number, Type};

/// The longest exact text, and the largest power of ten, of a number that is read or written. Below
/// the limits of [`Number`] itself, so that whatever was read can be written and read again.
const MAX_NUMBER: usize = 9_000;

/// Texts up to this length, without a power of ten, are within the limits whatever they say.
const SHORT_NUMBER: usize = 400;

/// The text in normal form C, in which Terraform compares and keeps all text.
pub(super) fn normal(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

/// The number that a decimal text says.
pub(super) fn read_number(text: &str) -> Fit<Number> {
    let number: Number = text.parse().map_err(|error| Misfits::one(format!("{error}")))?;
    let short = text.len() <= SHORT_NUMBER && !text.contains(['e', 'E']);
    if !short && number.to_i64().is_none() {
        write_number(&number)?;
    }
    Ok(number)
}

/// The exact decimal text of a finite number.
pub(super) fn write_number(number: &Number) -> Fit<String> {
    let text = number.to_string();
    let power = text.split_once(['e', 'E']).map_or(Ok(0), |(_, power)| power.parse::<i64>());
    let small = power.is_ok_and(|power| power.unsigned_abs() <= MAX_NUMBER as u64);
    if small && text.len() <= MAX_NUMBER {
        Ok(text)
    } else {
        Err(Misfits::one(format!("the number has more than {MAX_NUMBER} digits")))
    }
}

/// The type that its JSON form says.
pub(super) fn read_type(json: &[u8]) -> Fit<Type> {
    match json {
        b"\"string\"" => return Ok(Type::String),
        b"\"number\"" => return Ok(Type::Number),
        b"\"bool\"" => return Ok(Type::Bool),
        _ => {}
    }
    let json: Json = serde_json::from_slice(json)
        .map_err(|error| Misfits::one(format!("the type of the value is not JSON: {error}")))?;
    type_from_json(&json)
}

/// The type that its parsed JSON form says.
pub(super) fn type_from_json(json: &Json) -> Fit<Type> {
    Type::from_json(json).map_err(|error| {
        let mut problem = format!("the type of the value is malformed: {error}");
        if problem.len() > 300 {
            problem.truncate(problem.floor_char_boundary(300));
            problem.push('…');
        }
        Misfits::one(problem)
    })
}

/// The type in words, for a message: "a string", "an object", …
pub(super) fn expected(ty: &Type) -> &'static str {
    match ty {
        Type::String => "a string",
        Type::Number => "a number",
        Type::Bool => "a bool",
        Type::Dynamic => "a value with its type",
        Type::List(_) => "a list",
        Type::Set(_) => "a set",
        Type::Map(_) => "a map",
        Type::Object(_) => "an object",
        Type::Tuple(_) => "a tuple",
    }
}
