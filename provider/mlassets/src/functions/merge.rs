//! `deep_merge`: settings from layers, each of which says only what differs.

use std::collections::BTreeMap;

use tfplug::{Function, Result, Schema, Type, Value};

/// Merges layers of settings, of which a later one says only what differs.
///
/// - Maps and objects merge key by key, at any depth.
/// - Everything else is replaced as a whole by what a later layer says: lists, sets, texts, numbers.
/// - Null says nothing: what an earlier layer says stays. So an `optional(…)` attribute that nobody set does not wipe
///   out a default. A key that every layer leaves null is null.
///
/// Terraform's own `merge` looks at the first level only, and takes null for a value.
#[derive(Schema, Debug)]
#[tf(name = "deep_merge")]
pub struct DeepMerge {
    /// The layers, the most general one first.
    #[tf(example = "var.defaults, var.overrides")]
    pub layers: Vec<Value>,
}

impl Function for DeepMerge {
    type Output = Value;

    const VARIADIC: bool = true;

    fn call(self) -> Result<Value> {
        let layers = self.layers.into_iter().map(Typed::of);
        let merged = layers.reduce(merge).unwrap_or_else(|| Typed {
            ty: Type::object::<String>([]),
            value: Value::object::<String>([]),
        });
        Ok(Value::Dynamic(Box::new((merged.ty, merged.value))))
    }
}

/// A value with its type, which says how a member is to be read.
struct Typed {
    ty: Type,
    value: Value,
}

impl Typed {
    /// An argument, which brings its type along.
    fn of(value: Value) -> Self {
        match value {
            Value::Dynamic(inner) => {
                let (ty, value) = *inner;
                Typed { ty, value }.resolved()
            }
            value => Typed { ty: Type::Dynamic, value },
        }
    }

    /// The same without a type that only points to one further in.
    fn resolved(self) -> Self {
        match (self.ty, self.value) {
            (Type::Dynamic, value @ Value::Dynamic(_)) => Self::of(value),
            (ty, value) => Typed { ty, value },
        }
    }

    /// The members, if it has any.
    fn members(self) -> Result<BTreeMap<String, Typed>, Self> {
        match (self.ty, self.value) {
            (Type::Object(mut types), Value::Map(members)) => Ok(members
                .into_iter()
                .map(|(name, value)| {
                    let ty = types.remove(&name).unwrap_or(Type::Dynamic);
                    (name, Typed { ty, value }.resolved())
                })
                .collect()),
            (Type::Map(element), Value::Map(members)) => Ok(members
                .into_iter()
                .map(|(name, value)| (name, Typed { ty: (*element).clone(), value }.resolved()))
                .collect()),
            (ty, value) => Err(Typed { ty, value }),
        }
    }
}

fn merge(before: Typed, after: Typed) -> Typed {
    if after.value.is_null() {
        return before;
    }
    let Ok(mut merged) = before.members() else { return after };
    let after = match after.members() {
        Ok(members) => members,
        Err(after) => return after,
    };
    for (name, after) in after {
        let member = match merged.remove(&name) {
            Some(before) => merge(before, after),
            None => after,
        };
        merged.insert(name, member);
    }
    let (types, values) = merged
        .into_iter()
        .map(|(name, member)| ((name.clone(), member.ty), (name, member.value)))
        .unzip();
    Typed { ty: Type::Object(types), value: Value::Map(values) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A value as a literal in Terraform is one: objects and tuples.
    fn literal(json: &serde_json::Value) -> Typed {
        use serde_json::Value as Json;
        match json {
            Json::Null => Typed { ty: Type::Dynamic, value: Value::Null },
            Json::Bool(truth) => Typed { ty: Type::Bool, value: (*truth).into() },
            Json::Number(number) => Typed {
                ty: Type::Number,
                value: number.as_i64().expect("whole numbers only").into(),
            },
            Json::String(text) => Typed { ty: Type::String, value: text.as_str().into() },
            Json::Array(items) => {
                let (types, values) =
                    items.iter().map(literal).map(|item| (item.ty, item.value)).unzip();
                Typed { ty: Type::Tuple(types), value: Value::List(values) }
            }
            Json::Object(members) => {
                let (types, values) = members
                    .iter()
                    .map(|(name, member)| (name, literal(member)))
                    .map(|(name, member)| ((name.clone(), member.ty), (name.clone(), member.value)))
                    .unzip();
                Typed { ty: Type::Object(types), value: Value::Map(values) }
            }
        }
    }

    fn argument(json: &str) -> Value {
        let Typed { ty, value } = literal(&serde_json::from_str(json).expect("a test has JSON"));
        Value::Dynamic(Box::new((ty, value)))
    }

    #[track_caller]
    fn check(layers: &[&str], expected: &str) {
        let layers = layers.iter().copied().map(argument).collect();
        assert_eq!(DeepMerge { layers }.call(), Ok(argument(expected)));
    }

    #[test]
    fn maps_merge_and_everything_else_replaces() {
        check(&[], "{}");
        check(&[r#"{"a": 1}"#], r#"{"a": 1}"#);
        check(
            &[r#"{"a": 1, "b": {"c": 1, "d": 2}}"#, r#"{"b": {"d": 3}}"#],
            r#"{"a": 1, "b": {"c": 1, "d": 3}}"#,
        );
        check(&[r#"{"a": [1, 2]}"#, r#"{"a": [3]}"#], r#"{"a": [3]}"#);
        check(&[r#"{"a": {"b": 1}}"#, r#"{"a": "text"}"#], r#"{"a": "text"}"#);
        check(&[r#"{"a": "text"}"#, r#"{"a": {"b": 1}}"#], r#"{"a": {"b": 1}}"#);
        check(&[r#"{"a": 1}"#, r#"{"a": 2}"#, r#"{"b": 3}"#], r#"{"a": 2, "b": 3}"#);
        check(&["1", "2"], "2");
        let settings = r#"{"a": {"b": [1]}, "c": null}"#;
        check(&[settings, settings], settings);
    }

    #[test]
    fn null_says_nothing() {
        check(&[r#"{"a": 1}"#, r#"{"a": null}"#], r#"{"a": 1}"#);
        check(
            &[r#"{"a": {"b": 1}}"#, r#"{"a": null, "c": null}"#],
            r#"{"a": {"b": 1}, "c": null}"#,
        );
        check(&[r#"{"a": null}"#, r#"{"a": {"b": 1}}"#], r#"{"a": {"b": 1}}"#);
        check(&[r#"{"a": {"b": 1}}"#, "null"], r#"{"a": {"b": 1}}"#);
    }

    #[test]
    fn a_map_brings_the_type_of_its_elements() {
        let map = |key: &str, text: &str| {
            Value::Dynamic(Box::new((Type::String.map(), Value::object([(key, text.into())]))))
        };
        let merged = DeepMerge { layers: vec![map("a", "1"), map("b", "2")] }.call();
        assert_eq!(merged, Ok(argument(r#"{"a": "1", "b": "2"}"#)));
    }
}
