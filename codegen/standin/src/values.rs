//! Values that the user wants instead of made-up ones, from a JSON file.
//!
//! What a secret, a parameter or a look-up of an image gives is in no schema. The file says it by type and
//! path: `{"data.aws_ssm_parameter.value": "{\"size\": 3}", "aws_eip.public_ip": "203.0.113.7"}`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde_json::Value as Json;
use tfplug::{Type, Value};

/// The values by type and path; other types than resources begin with `data.` or `ephemeral.`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values(BTreeMap<String, Json>);

impl Values {
    /// Reads a file.
    pub fn read(file: &Path) -> Result<Self> {
        let text = fs::read_to_string(file)
            .with_context(|| format!("cannot read the values in {}", file.display()))?;
        Values::parse(&text).with_context(|| format!("in {}", file.display()))
    }

    /// Reads the text of a file.
    pub fn parse(text: &str) -> Result<Self> {
        let values: BTreeMap<String, Json> = serde_json::from_str(text)
            .context("expected an object such as {\"data.aws_ssm_parameter.value\": \"x\"}")?;
        for key in values.keys() {
            let own = key.strip_prefix("data.").or_else(|| key.strip_prefix("ephemeral."));
            if !own.unwrap_or(key).contains('.') {
                bail!("{key:?} has no attribute: write `type.attribute` or `data.type.attribute`");
            }
        }
        Ok(Values(values))
    }

    /// The value for `path` in things of this kind, if the file has one that fits the type.
    pub fn get(&self, kind: &str, path: &str, ty: &Type) -> Option<Value> {
        if self.0.is_empty() {
            return None;
        }
        typed(self.0.get(&format!("{kind}.{path}"))?, ty)
    }

    /// Refuses values that do not fit things of this kind, whose objects have the type `ty`.
    pub fn check(&self, kind: &str, ty: &Type) -> Result<()> {
        for (key, value) in &self.0 {
            let Some(path) = key.strip_prefix(kind).and_then(|rest| rest.strip_prefix('.')) else {
                continue;
            };
            let Some(found) = path.split('.').try_fold(ty, member) else {
                bail!("the values have {key:?}, and there is no such attribute");
            };
            if typed(value, found).is_none() {
                bail!("the values have {value} for {key:?}, which is a {found}");
            }
        }
        Ok(())
    }

    /// The keys that are of none of these kinds.
    pub fn unclaimed<'v>(
        &'v self,
        kinds: &'v BTreeSet<String>,
    ) -> impl Iterator<Item = &'v str> + 'v {
        let claims = |key: &str| key.match_indices('.').any(|(end, _)| kinds.contains(&key[..end]));
        self.0.keys().map(String::as_str).filter(move |key| !claims(key))
    }
}

/// What is called so in values of a type: elements of collections have no names of their own.
fn member<'t>(ty: &'t Type, name: &str) -> Option<&'t Type> {
    match ty {
        Type::List(element) | Type::Set(element) | Type::Map(element) => member(element, name),
        Type::Object(members) => members.get(name),
        _ => None,
    }
}

/// A JSON value as one of this type; none if it does not fit.
pub fn typed(json: &Json, ty: &Type) -> Option<Value> {
    Some(match (json, ty) {
        (Json::Null, _) => Value::Null,
        (Json::String(text), Type::String) => Value::from(text.as_str()),
        (Json::Bool(flag), Type::Bool) => (*flag).into(),
        (Json::Number(number), Type::Number) => Value::Number(number.to_string().parse().ok()?),
        (Json::Array(items), Type::List(element)) => {
            items.iter().map(|item| typed(item, element)).collect::<Option<_>>()?
        }
        (Json::Array(items), Type::Set(element)) => {
            let items: Vec<Value> =
                items.iter().map(|item| typed(item, element)).collect::<Option<_>>()?;
            Value::set(items)
        }
        (Json::Object(members), Type::Map(element)) => {
            let members = members.iter().map(|(key, item)| Some((key, typed(item, element)?)));
            let members: Vec<(&String, Value)> = members.collect::<Option<_>>()?;
            Value::object(members)
        }
        (Json::Object(members), Type::Object(types)) => {
            if members.keys().any(|name| !types.contains_key(name)) {
                return None;
            }
            let members = types.iter().map(|(name, ty)| {
                Some((name, typed(members.get(name).unwrap_or(&Json::Null), ty)?))
            });
            let members: Vec<(&String, Value)> = members.collect::<Option<_>>()?;
            Value::object(members)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let disks = Type::object([("size", Type::Number), ("tags", Type::String.map())]).list();
        let ty = Type::object([("disks", disks), ("name", Type::String)]);
        let found = Values::parse(text)
            .and_then(|values| values.check("data.box", &ty))
            .map_or_else(|error| format!("{error:#}"), |()| "ok".to_owned());
        assert_eq!(found, expected);
    }

    #[test]
    fn values_that_do_not_fit_are_refused() {
        check(r#"{"data.box.name": "a"}"#, "ok");
        check(r#"{"data.box.name": null}"#, "ok");
        check(r#"{"data.box.disks": [{"size": 1}]}"#, "ok");
        check(r#"{"data.box.disks.size": 1.5}"#, "ok");
        check(r#"{"data.boxes.name": 1}"#, "ok");
        check(
            r#"{"data.box.nam": "a"}"#,
            "the values have \"data.box.nam\", and there is no such attribute",
        );
        check(
            r#"{"data.box.name": 1}"#,
            "the values have 1 for \"data.box.name\", which is a string",
        );
        check(
            r#"{"data.box.disks": [{"color": 1}]}"#,
            "the values have [{\"color\":1}] for \"data.box.disks\", which is a list(object({ size = number, tags = map(string) }))",
        );
        check(
            r#"{"data.box": "a"}"#,
            "\"data.box\" has no attribute: write `type.attribute` or `data.type.attribute`",
        );
        check(
            "[]",
            "expected an object such as {\"data.aws_ssm_parameter.value\": \"x\"}: invalid type: sequence, expected a map at line 1 column 0",
        );
    }

    #[test]
    fn a_value_that_nobody_asks_for_is_told() {
        let values = Values::parse(r#"{"data.a.b.c": 1, "a.b": 1, "d.b": 1}"#).unwrap();
        let kinds = BTreeSet::from(["data.a".to_owned(), "d".to_owned()]);
        assert_eq!(values.unclaimed(&kinds).collect::<Vec<_>>(), ["a.b"]);
    }
}
