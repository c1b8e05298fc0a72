//! An attribute that holds any JSON, written as Terraform's own values.
//!
//! `[1, 2]` may be a list, a set or a tuple to Terraform and `{}` a map or an object; to the service all of these are
//! JSON. So two values are the same if they mean the same JSON, and what the user wrote stays as it was written.

use std::collections::BTreeMap;

use serde_json::Value as Document;
use tfplug::schema::Kind;
use tfplug::{AttributeType, Error, Result, Type, Value};

use crate::backend::prefect::json_eq;

/// Any JSON.
#[derive(Clone, Debug)]
pub struct Anything(pub Document);

impl AttributeType for Anything {
    fn kind() -> Kind {
        Type::Dynamic.into()
    }

    fn decode(value: Value) -> Result<Self> {
        document(value).map(Anything)
    }

    fn encode(self) -> Value {
        match typed(self.0) {
            (_, Value::Null) => Value::Null,
            typed => Value::Dynamic(Box::new(typed)),
        }
    }

    fn same(left: &Value, right: &Value) -> bool {
        left == right
            || matches!((Self::decode(left.clone()), Self::decode(right.clone())), (Ok(left), Ok(right)) if json_eq(&left.0, &right.0))
    }
}

fn document(value: Value) -> Result<Document> {
    let all = |items: Vec<Value>| items.into_iter().map(document).collect::<Result<_>>();
    Ok(match value {
        Value::Null => Document::Null,
        Value::Bool(value) => Document::Bool(value),
        Value::String(text) => Document::String(text),
        Value::Number(number) => Document::Number(number.to_string().parse().map_err(|_| {
            Error::user(
                "Invalid number",
                "Expected a number that JSON can hold, found an infinite one.",
            )
        })?),
        Value::List(items) => Document::Array(all(items)?),
        Value::Set(items) => Document::Array(all(items.iter().cloned().collect())?),
        Value::Map(members) => members
            .into_iter()
            .map(|(name, member)| Ok((name, document(member)?)))
            .collect::<Result<serde_json::Map<_, _>>>()?
            .into(),
        Value::Dynamic(inner) => document(inner.1)?,
        Value::Unknown(_) => {
            return Err(Error::bug("A value was read as JSON before it was known."));
        }
    })
}

/// The document as Terraform would type it if it stood in a configuration.
fn typed(document: Document) -> (Type, Value) {
    match document {
        Document::Null => (Type::Dynamic, Value::Null),
        Document::Bool(value) => (Type::Bool, Value::Bool(value)),
        Document::String(text) => (Type::String, Value::from(text)),
        Document::Number(number) => {
            let number = number.to_string().parse().expect("a number of JSON is one of Terraform");
            (Type::Number, Value::Number(number))
        }
        Document::Array(items) => {
            let (types, items) = items.into_iter().map(typed).unzip();
            (Type::Tuple(types), Value::List(items))
        }
        Document::Object(members) => {
            let (mut types, mut values) = (BTreeMap::new(), BTreeMap::new());
            for (name, member) in members {
                let (ty, value) = typed(member);
                types.insert(name.clone(), ty);
                values.insert(name, value);
            }
            (Type::Object(types), Value::Map(values))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_typed_as_a_configuration_would_be() {
        let check = |text: &str, ty: &str| {
            let document: Document = serde_json::from_str(text).unwrap();
            let (found, value) = typed(document.clone());
            assert_eq!(found.to_string(), ty, "{text}");
            let back = Anything::decode(value).unwrap().0;
            assert!(json_eq(&back, &document), "{text} became {back}");
        };
        check("\"a\"", "string");
        check("1.5", "number");
        check("true", "bool");
        check("null", "any");
        check("[]", "tuple([])");
        check("[1,\"a\"]", "tuple([number, string])");
        check(
            "{\"a\":null,\"b\":{\"c\":[true]}}",
            "object({ a = any, b = object({ c = tuple([bool]) }) })",
        );
    }

    #[test]
    fn what_means_the_same_json_is_the_same() {
        let (one, two) = (Value::from(1), Value::from(2));
        let list = Value::List(vec![one.clone(), two.clone()]);
        let as_list = Value::Dynamic(Box::new((Type::Number.list(), list.clone())));
        let found = Anything(serde_json::json!([1.0, 2])).encode();
        assert!(Anything::same(&as_list, &found));
        assert!(Anything::same(&Value::set([two.clone(), one.clone()]), &list));
        assert!(!Anything::same(&Value::List(vec![two, one]), &list));
        assert!(!Anything::same(&Value::from("1"), &Value::from(1)));
    }
}
