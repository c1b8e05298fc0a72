//! What of a resource's state an event tells.
//!
//! Told is what the configuration says, and what the service chose for good, such as an ID. Left out are values that move
//! by themselves, settings of Terraform's, and what is null; what is sensitive is only told to be there.

use serde_json::{Map, Value as Json};
use tfplug::Value;
use tfplug::schema::{Attribute, Keep, Kind, Members, Nesting, Presence};

use crate::anything::document;

/// What stands for a value that is hidden from the state's readers.
const HIDDEN: &str = "(sensitive)";

/// How much of a state is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scope {
    /// What only a configuration says. If it is not what was told last, somebody has changed it.
    Configured,
    /// That, and what a configuration may leave to the service.
    Chosen,
    /// That, and what the service chose for good.
    Lasting,
}

/// An object of these members as JSON; null for null.
pub(super) fn told(members: Members<'_>, value: &Value, scope: Scope) -> Json {
    let Value::Map(values) = value else { return Json::Null };
    let mut told = Map::new();
    for attribute in members.attributes.iter().filter(|attribute| is_told(attribute, scope)) {
        let value = values.get(&*attribute.name).unwrap_or(&Value::Null);
        if value.is_null() || value.is_unknown() {
            continue;
        }
        let value = match &attribute.kind {
            _ if attribute.sensitive => Json::from(HIDDEN),
            Kind::Nested(nested) => each(nested.nesting, nested.members(), value, scope),
            Kind::Type(_) => plain(value),
        };
        told.insert(attribute.name.to_string(), value);
    }
    for block in members.blocks {
        let value = values.get(&*block.name).unwrap_or(&Value::Null);
        let value = each(block.nesting.nesting(), block.block.members(), value, scope);
        let is_empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        if !is_empty {
            told.insert(block.name.to_string(), value);
        }
    }
    Json::Object(told)
}

/// What of a told object only a configuration says; null for null.
pub(super) fn configured(members: Members<'_>, told: &Json) -> Json {
    let Json::Object(told) = told else { return Json::Null };
    let is_configured = |name: &str| {
        let attribute = members.attributes.iter().find(|attribute| attribute.name == name);
        attribute.is_none_or(|attribute| is_told(attribute, Scope::Configured))
    };
    let kept = told.iter().filter(|(name, _)| is_configured(name));
    Json::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
}

fn is_told(attribute: &Attribute, scope: Scope) -> bool {
    if attribute.write_only || attribute.setting {
        return false;
    }
    let needs = match attribute.presence {
        Presence::Computed if attribute.keep == Keep::No => return false,
        Presence::Computed => Scope::Lasting,
        Presence::OptionalComputed if attribute.default.is_none() => Scope::Chosen,
        Presence::OptionalComputed | Presence::Optional | Presence::Required => Scope::Configured,
    };
    scope >= needs
}

fn each(nesting: Nesting, members: Members<'_>, value: &Value, scope: Scope) -> Json {
    let one = |value: &Value| told(members, value, scope);
    match (nesting, value) {
        (Nesting::Single, object) => one(object),
        (_, Value::List(items)) => items.iter().map(one).collect(),
        (_, Value::Set(items)) => items.into_iter().map(one).collect(),
        (_, Value::Map(items)) => {
            items.iter().map(|(key, item)| (key.clone(), one(item))).collect::<Map<_, _>>().into()
        }
        _ => Json::Null,
    }
}

fn plain(value: &Value) -> Json {
    // A number that JSON cannot hold is in no state of ours.
    document(value.clone().nulled_unknowns()).unwrap_or_default()
}
