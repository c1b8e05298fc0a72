//! What a value must be for a check to pass.

use serde_json::Value;

/// What is expected of a value; what is none is not asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expectation {
    /// The value as text: that of a string, or JSON of anything else. Numbers are equal by their value.
    pub equals: Option<String>,
    /// The least number that passes.
    pub at_least: Option<f64>,
    /// The highest number that passes.
    pub at_most: Option<f64>,
}

impl Expectation {
    /// Whether nothing is expected.
    pub fn is_empty(&self) -> bool {
        self == &Self::default()
    }

    /// The value as text if it is as expected, and otherwise what it is and should be.
    pub(super) fn judge(&self, what: &str, value: &Value) -> Result<String, String> {
        let found = text(value);
        if let Some(expected) = &self.equals
            && &found != expected
            && !number(value).is_some_and(|number| expected.parse() == Ok(number))
        {
            return Err(format!("{what} should be {expected:?} and is {}", shown(&found)));
        }
        if self.at_least.is_some() || self.at_most.is_some() {
            let number = number(value)
                .ok_or_else(|| format!("{what} should be a number and is {}", shown(&found)))?;
            if let Some(least) = self.at_least.filter(|least| number < *least) {
                return Err(format!("{what} should be at least {least} and is {found}"));
            }
            if let Some(most) = self.at_most.filter(|most| number > *most) {
                return Err(format!("{what} should be at most {most} and is {found}"));
            }
        }
        Ok(found)
    }
}

/// The value at a JSON pointer.
pub(super) fn at<'v>(document: &'v Value, pointer: &str) -> Result<&'v Value, String> {
    document.pointer(pointer).ok_or_else(|| format!("there is nothing at {pointer:?}"))
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A number, also one that a database gives as text.
fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number| number.is_finite())
}

/// A value in a message: enough to understand what it is.
fn shown(found: &str) -> String {
    const LONGEST: usize = 60;
    let start: String = found.chars().take(LONGEST).collect();
    if start.len() < found.len() { format!("{start:?} and so on") } else { format!("{start:?}") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(expectation: &Expectation, value: &Value, expected: Result<&str, &str>) {
        let found = expectation.judge("the answer", value);
        assert_eq!(found, expected.map(str::to_owned).map_err(str::to_owned));
    }

    #[test]
    fn a_value_equals_its_text() {
        let equals =
            |text: &str| Expectation { equals: Some(text.to_owned()), ..Expectation::default() };
        check(&equals("ok"), &json!("ok"), Ok("ok"));
        check(&equals("true"), &json!(true), Ok("true"));
        check(&equals("0"), &json!(0.0), Ok("0.0"));
        check(&equals("[1,2]"), &json!([1, 2]), Ok("[1,2]"));
        check(&equals("ok"), &json!("no"), Err("the answer should be \"ok\" and is \"no\""));
        check(&equals("0"), &json!(null), Err("the answer should be \"0\" and is \"null\""));
        let long = "x".repeat(70);
        let error = format!("the answer should be \"y\" and is \"{}\" and so on", "x".repeat(60));
        check(&equals("y"), &json!(long), Err(&error));
    }

    #[test]
    fn a_number_lies_between() {
        let between =
            Expectation { at_least: Some(80.0), at_most: Some(90.5), ..Expectation::default() };
        check(&between, &json!(80), Ok("80"));
        check(&between, &json!("90.5"), Ok("90.5"));
        check(&between, &json!(79.9), Err("the answer should be at least 80 and is 79.9"));
        check(&between, &json!(91), Err("the answer should be at most 90.5 and is 91"));
        for value in [json!("many"), json!("NaN"), json!(null), json!([80])] {
            assert!(
                between
                    .judge("the answer", &value)
                    .unwrap_err()
                    .starts_with("the answer should be a number")
            );
        }
    }

    #[test]
    fn a_pointer_leads_into_a_document() {
        let document = json!({ "a": [{ "b/c": 1 }] });
        assert_eq!(at(&document, "/a/0/b~1c"), Ok(&json!(1)));
        assert_eq!(at(&document, ""), Ok(&document));
        assert_eq!(at(&document, "/a/1"), Err("there is nothing at \"/a/1\"".to_owned()));
    }
}
