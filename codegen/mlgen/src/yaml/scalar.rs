//! What a plain scalar means.
//!
//! A number is what JSON calls a number, without an exponent: `12e4567` is far more often the start of a commit's name
//! than a number. For the same reason `+81501234567` (a telephone), `0755`, `1_000`, `0x1F`, `.5`, `22:22`,
//! `2025-01-15`, `yes` and `NULL` stay the strings that they are. A JSON file says numbers in JSON's way,
//! so there the exponent is read.

use crate::node::Value;

/// The value of a scalar without quotes.
pub(super) fn plain(text: &str, json: bool) -> Value {
    match text {
        "" | "~" | "null" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ if is_decimal(text) || json && is_exponential(text) => match text.parse() {
            Ok(number) => Value::Number(number),
            Err(_) => Value::String(text.to_owned()),
        },
        _ => Value::String(text.to_owned()),
    }
}

/// `-?(0|[1-9][0-9]*)(\.[0-9]+)?`
fn is_decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    is_digits(whole) && (whole == "0" || !whole.starts_with('0')) && fraction.is_none_or(is_digits)
}

fn is_exponential(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return false };
    is_decimal(mantissa) && is_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: bool, texts: &[&str], kind: &str) {
        for text in texts {
            let value = plain(text, json);
            assert_eq!(value.kind(), kind, "{text}");
            match value {
                Value::Number(number) if is_decimal(text) => assert_eq!(number.to_string(), *text),
                Value::String(string) => assert_eq!(string, *text),
                Value::Bool(value) => assert_eq!(value.to_string(), *text),
                _ => {}
            }
        }
    }

    #[test]
    fn null_and_booleans_have_one_spelling() {
        check(false, &["", "~", "null"], "null");
        check(false, &["true", "false"], "a boolean");
        let words = ["no", "on", "yes", "y", "off", "True", "TRUE", "Null", "NULL", "None"];
        check(false, &words, "a string");
    }

    #[test]
    fn numbers_are_decimal_and_exact() {
        let numbers = [
            "0",
            "-0",
            "7",
            "-12",
            "1.5",
            "14.10",
            "0.001",
            "-0.5",
            "123456789012345678901234567890",
        ];
        check(false, &numbers, "a number");
        check(true, &numbers, "a number");
    }

    #[test]
    fn what_only_looks_like_a_number_is_a_string() {
        let texts = [
            "0755",
            "00",
            "-01",
            "1_000",
            "22:22",
            "2025-01-15",
            "0x1F",
            "0o17",
            ".5",
            "5.",
            "+1",
            "-",
            "--1",
            "1.2.3",
            ".inf",
            ".nan",
            "NaN",
            "1,5",
            "10GiB",
            "٣",
        ];
        check(false, &texts, "a string");
        check(true, &texts, "a string");
    }

    #[test]
    fn exponents_are_numbers_in_json_alone() {
        let texts = ["1e3", "12e4567", "1E+3", "-1.5e-7"];
        check(false, &texts, "a string");
        check(true, &texts, "a number");
        check(true, &["1e", "e3", "1e3e3", "1e+", "01e2"], "a string");
    }
}
