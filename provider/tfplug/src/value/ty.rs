//! Types as Terraform knows them, and their JSON form.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value as Json, json};

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    /// Text.
    String,
    /// A number of any size and precision.
    Number,
    /// A truth value.
    Bool,
    /// Decided by the configuration, value by value.
    Dynamic,
    /// A sequence of elements of one type.
    List(Box<Type>),
    /// Elements of one type, without order and without equal ones.
    Set(Box<Type>),
    /// Elements of one type by key.
    Map(Box<Type>),
    /// A fixed set of named members, each with its type.
    Object(BTreeMap<String, Type>),
    /// A fixed sequence, each place with its type.
    Tuple(Vec<Type>),
}

/// A text that is not the JSON form of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeError(String);

/// How deep types may nest: more than any schema has, less than a stack can bear.
const MAX_DEPTH: usize = 64;

impl Type {
    /// A list of elements of this type.
    #[must_use]
    pub fn list(self) -> Type {
        Type::List(Box::new(self))
    }

    /// A set of elements of this type.
    #[must_use]
    pub fn set(self) -> Type {
        Type::Set(Box::new(self))
    }

    /// A map to elements of this type.
    #[must_use]
    pub fn map(self) -> Type {
        Type::Map(Box::new(self))
    }

    /// An object with these members.
    pub fn object<K: Into<String>>(members: impl IntoIterator<Item = (K, Type)>) -> Type {
        Type::Object(members.into_iter().map(|(name, ty)| (name.into(), ty)).collect())
    }

    /// Whether values of this type hold one of [`Type::Dynamic`] somewhere.
    pub fn has_dynamic(&self) -> bool {
        match self {
            Type::Dynamic => true,
            Type::String | Type::Number | Type::Bool => false,
            Type::List(element) | Type::Set(element) | Type::Map(element) => element.has_dynamic(),
            Type::Object(members) => members.values().any(Type::has_dynamic),
            Type::Tuple(items) => items.iter().any(Type::has_dynamic),
        }
    }

    /// The JSON form, as it stands in schemas and beside dynamic values.
    pub fn to_json(&self) -> Json {
        match self {
            Type::String => "string".into(),
            Type::Number => "number".into(),
            Type::Bool => "bool".into(),
            Type::Dynamic => "dynamic".into(),
            Type::List(element) => json!(["list", element.to_json()]),
            Type::Set(element) => json!(["set", element.to_json()]),
            Type::Map(element) => json!(["map", element.to_json()]),
            Type::Object(members) => {
                let members: serde_json::Map<_, _> =
                    members.iter().map(|(name, ty)| (name.clone(), ty.to_json())).collect();
                json!(["object", members])
            }
            Type::Tuple(items) => {
                json!(["tuple", items.iter().map(Type::to_json).collect::<Vec<_>>()])
            }
        }
    }

    /// Reads the JSON form. Which members of an object are optional is not kept: values have them all.
    pub fn from_json(json: &Json) -> Result<Type, TypeError> {
        Self::from_json_within(json, MAX_DEPTH)
    }

    fn from_json_within(json: &Json, depth: usize) -> Result<Type, TypeError> {
        let wrong = |expected: &str| Err(TypeError(format!("{expected}, found `{json}`")));
        let Some(depth) = depth.checked_sub(1) else {
            return Err(TypeError("a type nested too deep".to_owned()));
        };
        match json {
            Json::String(name) => match name.as_str() {
                "string" => Ok(Type::String),
                "number" => Ok(Type::Number),
                "bool" => Ok(Type::Bool),
                "dynamic" => Ok(Type::Dynamic),
                _ => wrong("expected `string`, `number`, `bool` or `dynamic`"),
            },
            Json::Array(parts) => match parts.as_slice() {
                [Json::String(kind), element] if kind == "list" => {
                    Ok(Self::from_json_within(element, depth)?.list())
                }
                [Json::String(kind), element] if kind == "set" => {
                    Ok(Self::from_json_within(element, depth)?.set())
                }
                [Json::String(kind), element] if kind == "map" => {
                    Ok(Self::from_json_within(element, depth)?.map())
                }
                [Json::String(kind), Json::Object(members), ..]
                    if kind == "object" && parts.len() <= 3 =>
                {
                    members
                        .iter()
                        .map(|(name, ty)| Ok((name.clone(), Self::from_json_within(ty, depth)?)))
                        .collect::<Result<_, _>>()
                        .map(Type::Object)
                }
                [Json::String(kind), Json::Array(items)] if kind == "tuple" => items
                    .iter()
                    .map(|ty| Self::from_json_within(ty, depth))
                    .collect::<Result<_, _>>()
                    .map(Type::Tuple),
                _ => wrong("expected a list, set, map, object or tuple type"),
            },
            _ => wrong("expected the JSON form of a type"),
        }
    }
}

/// The type as it is written in HCL: `list(string)`, `object({ name = string })`.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::String => f.write_str("string"),
            Type::Number => f.write_str("number"),
            Type::Bool => f.write_str("bool"),
            Type::Dynamic => f.write_str("any"),
            Type::List(element) => write!(f, "list({element})"),
            Type::Set(element) => write!(f, "set({element})"),
            Type::Map(element) => write!(f, "map({element})"),
            Type::Object(members) => {
                f.write_str("object({ ")?;
                for (position, (name, ty)) in members.iter().enumerate() {
                    write!(f, "{}{name} = {ty}", if position == 0 { "" } else { ", " })?;
                }
                f.write_str(" })")
            }
            Type::Tuple(items) => {
                f.write_str("tuple([")?;
                for (position, ty) in items.iter().enumerate() {
                    write!(f, "{}{ty}", if position == 0 { "" } else { ", " })?;
                }
                f.write_str("])")
            }
        }
    }
}

impl fmt::Display for TypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TypeError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, hcl: &str) {
        let ty = Type::from_json(&serde_json::from_str(json).unwrap()).unwrap();
        assert_eq!(ty.to_json().to_string(), json);
        assert_eq!(ty.to_string(), hcl);
    }

    #[test]
    fn json_and_hcl_forms() {
        check(r#""string""#, "string");
        check(r#""dynamic""#, "any");
        check(r#"["list","dynamic"]"#, "list(any)");
        check(r#"["set",["map","number"]]"#, "set(map(number))");
        check(
            r#"["object",{"a":"bool","b":["list","string"]}]"#,
            "object({ a = bool, b = list(string) })",
        );
        check(r#"["tuple",["number","string"]]"#, "tuple([number, string])");
    }

    #[test]
    fn optional_members_are_read_and_dropped() {
        let json = serde_json::json!(["object", {"a": "string"}, ["a"]]);
        assert_eq!(Type::from_json(&json).unwrap(), Type::object([("a", Type::String)]));
    }

    #[test]
    fn what_is_no_type_is_refused_in_words() {
        for (json, message) in [
            (r#""text""#, "expected `string`, `number`, `bool` or `dynamic`, found `\"text\"`"),
            (r#"["list"]"#, "expected a list, set, map, object or tuple type, found `[\"list\"]`"),
            ("3", "expected the JSON form of a type, found `3`"),
        ] {
            let error = Type::from_json(&serde_json::from_str(json).unwrap()).unwrap_err();
            assert_eq!(error.to_string(), message);
        }
        let deep = format!("{}\"string\"{}", r#"["list","#.repeat(100), "]".repeat(100));
        let error = Type::from_json(&serde_json::from_str(&deep).unwrap()).unwrap_err();
        assert_eq!(error.to_string(), "a type nested too deep");
    }
}
