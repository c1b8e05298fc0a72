//! Comparison of JSON values by meaning, and JSON pointers.
//!
//! The order of members never matters. Two whole numbers are compared digit by digit at any size; a number
//! written with a point or an exponent is a double to the server, so it is compared as one: `1` is `1.0`,
//! and `0.1` is what the server gives back for `0.10000000000000000001`.

use serde_json::{Number, Value};

/// Whether `a` and `b` mean the same.
pub fn json_eq(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => number_eq(a, b),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| json_eq(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| json_eq(a, b)))
        }
        _ => a == b,
    }
}

fn number_eq(a: &Number, b: &Number) -> bool {
    let (a, b) = (a.to_string(), b.to_string());
    if let (Some(a), Some(b)) = (whole(&a), whole(&b)) {
        return a == b;
    }
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(x), Ok(y)) if x.is_finite() && y.is_finite() => x == y,
        _ => a == b,
    }
}

/// The text of a whole number, or nothing for one with a point or an exponent.
fn whole(text: &str) -> Option<&str> {
    match text {
        "-0" => Some("0"),
        _ => text.bytes().all(|b| b.is_ascii_digit() || b == b'-').then_some(text),
    }
}

/// The RFC 6901 pointer of `segments`; the empty text is the whole document.
pub(super) fn pointer<S: AsRef<str>>(segments: &[S]) -> String {
    segments.iter().fold(String::new(), |mut text, segment| {
        text.push('/');
        text.push_str(&segment.as_ref().replace('~', "~0").replace('/', "~1"));
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(a: &str, b: &str, same: bool) {
        let parse = |text| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(json_eq(&parse(a), &parse(b)), same, "{a} and {b}");
        assert_eq!(json_eq(&parse(b), &parse(a)), same, "{b} and {a}");
    }

    #[test]
    fn compares_by_meaning() {
        check("1", "1.0", true);
        check("1", "1e0", true);
        check("100", "1E2", true);
        check("0", "-0", true);
        check("0", "-0.0", true);
        check("0.1", "0.10000000000000000001", true);
        check("1", "2", false);
        check("1", "1.5", false);
        check("9007199254740993", "9007199254740992", false);
        check("100000000000000000000000001", "100000000000000000000000001", true);
        check("1e400", "2e400", false);
        check("1", "\"1\"", false);
        check("null", "{}", false);
        check("{}", "{}", true);
        check(r#"{"a":1,"b":[1,{"c":2}]}"#, r#"{"b":[1.0,{"c":2.0}],"a":1}"#, true);
        check(r#"{"a":1}"#, r#"{"a":1,"b":null}"#, false);
        check("[1,2]", "[2,1]", false);
        check("[1]", "[1,1]", false);
    }

    #[test]
    fn pointers_escape_their_separators() {
        assert_eq!(pointer::<&str>(&[]), "");
        assert_eq!(pointer(&["a/b", "m~n", "0"]), "/a~1b/m~0n/0");
    }
}
