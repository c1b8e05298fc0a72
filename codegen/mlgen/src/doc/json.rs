//! JSON, indented.

use serde_json::Value;

/// A whole file, with one end of line at its end; keys in the order of the value.
pub fn print(value: &Value) -> String {
    format!("{value:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_keep_their_order_and_numbers_their_digits() {
        let value = serde_json::from_str(r#"{"b": 1.10, "a": [true, {}]}"#).unwrap();
        assert_eq!(print(&value), "{\n  \"b\": 1.10,\n  \"a\": [\n    true,\n    {}\n  ]\n}\n");
    }
}
