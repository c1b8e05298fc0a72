//! Values that the user wants instead of made-up ones, from a JSON file.
//!
//! What a secret, a parameter or a look-up of an image gives is in no schema. The file says it by type and
//! path: `{"data.aws_ssm_parameter.value": "{\"size\": 3}", "aws_eip.public_ip": "203.0.113.7"}`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde_json::Value as Json;
use tfplug::{Type, Value};

/// The values by type and path; the types of data sources begin with `data.`.
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
            if !key.strip_prefix("data.").unwrap_or(key).contains('.') {
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
