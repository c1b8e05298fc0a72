//! A JSON document in an attribute of type string, compared by meaning.

use serde_json::Value as Document;

use super::{AttributeType, mismatch};
use crate::diag::{Error, Result};
use crate::schema::Kind;
use crate::value::{Number, Type, Value};

/// A JSON document, in the configuration mostly written with `jsonencode`.
///
/// Two documents are equal when they mean the same: spacing, the order of members and the way a number
/// is written do not count. So no plan shows a difference because a service gives a document back in
/// another order.
///
/// ```
/// use tfplug::{Json, Schema};
///
/// /// A job.
/// #[derive(Schema)]
/// struct Job {
///     /// What it is given: `parameters = jsonencode({ retries = 3 })`.
///     parameters: Option<Json>,
/// }
///
/// let sent = Json(serde_json::json!({ "retries": 3, "tags": [] }));
/// let found = Json(serde_json::from_str(r#"{ "tags": [ ], "retries": 3.0 }"#)?);
/// assert_eq!(sent, found);
/// assert_eq!(sent.to_text(), r#"{"retries":3,"tags":[]}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Json(pub Document);

impl Json {
    /// The document as text without spaces.
    pub fn to_text(&self) -> String {
        self.0.to_string()
    }
}

impl From<Document> for Json {
    fn from(document: Document) -> Self {
        Json(document)
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        same_document(&self.0, &other.0)
    }
}

impl AttributeType for Json {
    fn kind() -> Kind {
        Type::String.into()
    }

    fn decode(value: Value) -> Result<Self> {
        let Some(text) = value.as_str() else {
            return mismatch("a string with a JSON document", &value);
        };
        serde_json::from_str(text).map(Json).map_err(|error| {
            // The parser's own message names line and column, never the content.
            Error::user(
                "Invalid JSON",
                format!("The text is not a JSON document: {error}. Use `jsonencode`."),
            )
        })
    }

    fn encode(self) -> Value {
        self.to_text().into()
    }

    fn same(left: &Value, right: &Value) -> bool {
        left == right
            || matches!((Json::decode(left.clone()), Json::decode(right.clone())), (Ok(left), Ok(right)) if left == right)
    }
}

fn same_document(left: &Document, right: &Document) -> bool {
    match (left, right) {
        (Document::Number(left), Document::Number(right)) => {
            let (left, right) = (left.to_string(), right.to_string());
            left == right
                || matches!((left.parse::<Number>(), right.parse::<Number>()), (Ok(left), Ok(right)) if left == right)
        }
        (Document::Array(left), Document::Array(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(left, right)| same_document(left, right))
        }
        (Document::Object(left), Document::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, left)| {
                    right.get(name).is_some_and(|right| same_document(left, right))
                })
        }
        (left, right) => left == right,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(left: &str, right: &str, same: bool) {
        assert_eq!(Json::same(&left.into(), &right.into()), same, "{left} {right}");
    }

    #[test]
    fn documents_are_compared_by_meaning() {
        check(r#"{"a":1,"b":[true,null]}"#, r#" { "b": [ true, null ], "a": 1.0 } "#, true);
        check("1e2", "100", true);
        check("18446744073709551617", "18446744073709551616", false);
        check("[1,2]", "[2,1]", false);
        check(r#"{"a":1}"#, r#"{"a":1,"b":null}"#, false);
        check("no json", "no json", true);
        check("no json", "null", false);
    }

    #[test]
    fn what_is_no_document_is_refused_without_repeating_it() {
        let error = Json::decode(r#"{"password": hunter2}"#.into()).unwrap_err().to_string();
        assert_eq!(
            error,
            "Invalid JSON: The text is not a JSON document: expected value at line 1 column 14. Use `jsonencode`."
        );
    }
}
