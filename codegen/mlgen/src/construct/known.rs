//! What is known of a component before anything exists: its inputs with their defaults, and outputs that they alone
//! decide.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::stack::{Component, json};
use super::value::{Statics, Value};
use crate::catalogue::Kind;
use crate::catalogue::types::Type;

/// The inputs that are known, by name.
pub(super) fn inputs(
    kind: &Kind,
    given: &BTreeMap<String, Value>,
    statics: &Statics,
) -> BTreeMap<String, Json> {
    let mut known = BTreeMap::new();
    for (input, declaration) in &kind.interface.inputs {
        let value = match given.get(input) {
            Some(value) => value.known(statics),
            None => declaration.default.as_ref().map(json),
        };
        if let Some(value) = value {
            known.insert(input.clone(), complete(value, &declaration.ty));
        }
    }
    known
}

impl Component {
    /// An input, given or at its default, if it is known.
    pub fn known_input(&self, input: &str, statics: &Statics) -> Option<Json> {
        match self.inputs.get(input) {
            Some(value) => value.known(statics),
            None => self.made.kind()?.interface.inputs.get(input)?.default.as_ref().map(json),
        }
    }

    /// An output, if the inputs alone decide it.
    pub fn known_output(&self, output: &str, statics: &Statics) -> Option<Json> {
        let kind = self.made.kind()?;
        kind.interface.known_output(output, &inputs(kind, &self.inputs, statics))
    }
}

/// The value with what its type adds: attributes that may be left out, at their defaults.
fn complete(value: serde_json::Value, ty: &Type) -> serde_json::Value {
    use serde_json::Value as Json;
    match (value, ty) {
        (Json::Object(mut entries), Type::Object(fields)) => {
            for (name, field) in fields {
                let given = entries.remove(name).filter(|given| !given.is_null());
                let value = given.or_else(|| field.default.as_ref().map(json)).unwrap_or_default();
                entries.insert(name.clone(), complete(value, &field.ty));
            }
            Json::Object(entries)
        }
        (Json::Object(entries), Type::Map(item)) => {
            entries.into_iter().map(|(key, value)| (key, complete(value, item))).collect()
        }
        (Json::Array(items), Type::List(item) | Type::Set(item)) => {
            items.into_iter().map(|value| complete(value, item)).collect()
        }
        (value, _) => value,
    }
}
