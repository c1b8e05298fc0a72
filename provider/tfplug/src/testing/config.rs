//! Configurations for tests, written as JSON and completed by the schema as core does it.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use super::core::misfits;
use super::problem::{Finding, Problem, Step};
use crate::erased::Shape;
use crate::path::{Path, Step as PathStep};
use crate::schema::{
    Attribute, Block, BlockNesting, Kind, Members, NestedBlock, Nesting, Presence,
};
use crate::value::{Number, Type, Value};

/// What stands for an unknown value in JSON. No text of a user looks like it.
const UNKNOWN: &str = "\u{1}unknown\u{1}";

/// A configuration: JSON that the schema completes, or a value that is taken as it is.
#[derive(Clone, Debug)]
pub enum Config {
    /// Attributes that are left out are null, blocks that are left out are not there.
    Json(Json),
    /// The value itself.
    Value(Value),
}

/// Makes a [`Config`] of a JSON object in which expressions may stand.
#[macro_export]
#[doc(hidden)]
macro_rules! __config {
    ($($json:tt)+) => { $crate::testing::Config::Json($crate::testing::__json!($($json)+)) };
}

pub use crate::__config as config;

/// A value in [`config!`] that will be known later.
pub fn unknown() -> Marker {
    Marker(())
}

/// See [`unknown`].
#[derive(Clone, Copy, Debug)]
pub struct Marker(());

impl Serialize for Marker {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(UNKNOWN)
    }
}

impl From<Value> for Config {
    fn from(value: Value) -> Self {
        Config::Value(value)
    }
}

impl From<Json> for Config {
    fn from(json: Json) -> Self {
        Config::Json(json)
    }
}

impl From<&Config> for Config {
    fn from(config: &Config) -> Self {
        config.clone()
    }
}

impl Config {
    /// Whether core would send it to a provider with this schema.
    pub fn fits(self, block: &Block) -> bool {
        self.complete(block.members()).is_ok()
    }

    /// The value that core would send to a kind of this shape.
    pub(super) fn sent_to(self, shape: &Shape) -> Result<Value, Problem> {
        let summary = "the configuration does not fit the schema";
        let value = self
            .complete(shape.block.members())
            .map_err(|findings| Problem::rule(Step::Config, summary, findings))?;
        Problem::unless_empty(Step::Config, summary, misfits(&shape.ty, &value))?;
        Ok(value)
    }

    /// The value that core would send, or all that it would refuse.
    pub(super) fn complete(self, members: Members<'_>) -> Result<Value, Vec<Finding>> {
        let mut read = Read::default();
        let value = match self {
            Config::Value(value) => value,
            Config::Json(json) => read.object(members, json),
        };
        read.required(members, &value);
        if read.findings.is_empty() { Ok(value) } else { Err(read.findings) }
    }
}

/// A stored state, which has no unknown values, as core reads it: attributes that are missing are null.
pub(super) fn state(members: Members<'_>, json: Json) -> Result<Value, Vec<Finding>> {
    let mut read = Read::default();
    let value = read.object(members, json);
    if read.findings.is_empty() { Ok(value) } else { Err(read.findings) }
}

#[derive(Default)]
struct Read {
    at: Path,
    findings: Vec<Finding>,
}

impl Read {
    fn says(&mut self, text: impl Into<String>) -> Value {
        self.findings.push(Finding { path: self.at.clone(), text: text.into() });
        Value::Null
    }

    fn within<T>(&mut self, step: PathStep, read: impl FnOnce(&mut Self) -> T) -> T {
        self.at.enter(step);
        let value = read(self);
        self.at.leave();
        value
    }

    fn object(&mut self, members: Members<'_>, json: Json) -> Value {
        let mut given = match json {
            Json::Object(given) => given,
            Json::Null => return Value::Null,
            Json::String(text) if text == UNKNOWN => return Value::UNKNOWN,
            other => return self.says(format!("expected an object, found {other}")),
        };
        let mut object = BTreeMap::new();
        for attribute in members.attributes {
            let json = given.shift_remove(&*attribute.name).unwrap_or_default();
            let value =
                self.within(
                    PathStep::Attribute(attribute.name.to_string()),
                    |read| match &attribute.kind {
                        Kind::Type(ty) => read.value(ty, json),
                        Kind::Nested(nested) => read.nested(nested.nesting, nested.members(), json),
                    },
                );
            object.insert(attribute.name.to_string(), value);
        }
        for block in members.blocks {
            let value = match given.shift_remove(&*block.name) {
                None | Some(Json::Null) => empty(block),
                Some(json) => self.within(PathStep::Attribute(block.name.to_string()), |read| {
                    read.nested(block.nesting.nesting(), block.block.members(), json)
                }),
            };
            object.insert(block.name.to_string(), value);
        }
        for name in given.keys() {
            self.within(PathStep::Attribute(name.clone()), |read| {
                read.says("an argument of this name is not expected here")
            });
        }
        Value::Map(object)
    }

    fn nested(&mut self, nesting: Nesting, members: Members<'_>, json: Json) -> Value {
        self.holding(nesting, json, &|read, json| read.object(members, json))
    }

    fn holding(
        &mut self,
        nesting: Nesting,
        json: Json,
        each: &dyn Fn(&mut Self, Json) -> Value,
    ) -> Value {
        match (nesting, json) {
            (_, Json::Null) => Value::Null,
            (_, Json::String(text)) if text == UNKNOWN => Value::UNKNOWN,
            (Nesting::Single, json) => each(self, json),
            (Nesting::List, Json::Array(items)) => items
                .into_iter()
                .enumerate()
                .map(|(index, item)| self.within(PathStep::Index(index), |read| each(read, item)))
                .collect(),
            (Nesting::Set, Json::Array(items)) => {
                let items: Vec<Value> = items
                    .into_iter()
                    .map(|item| self.within(PathStep::Element, |read| each(read, item)))
                    .collect();
                Value::set(items)
            }
            (Nesting::Map, Json::Object(items)) => Value::Map(
                items
                    .into_iter()
                    .map(|(key, item)| {
                        let value =
                            self.within(PathStep::Key(key.clone()), |read| each(read, item));
                        (key, value)
                    })
                    .collect(),
            ),
            (nesting, other) => {
                self.says(format!("expected a {nesting:?}, found {other}").to_lowercase())
            }
        }
    }

    fn value(&mut self, ty: &Type, json: Json) -> Value {
        match (ty, json) {
            (_, Json::Null) => Value::Null,
            (_, Json::String(text)) if text == UNKNOWN => Value::UNKNOWN,
            (Type::String, Json::String(text)) => Value::String(text),
            (Type::Bool, Json::Bool(value)) => Value::Bool(value),
            (Type::Number, Json::Number(number)) => match number.to_string().parse::<Number>() {
                Ok(number) => Value::Number(number),
                Err(error) => self.says(format!("expected a number: {error}")),
            },
            (Type::Dynamic, json) => {
                let ty = type_of(&json);
                let value = self.value(&ty, json);
                Value::Dynamic(Box::new((ty, value)))
            }
            (Type::List(element), json) => {
                self.holding(Nesting::List, json, &|read, json| read.value(element, json))
            }
            (Type::Set(element), json) => {
                self.holding(Nesting::Set, json, &|read, json| read.value(element, json))
            }
            (Type::Map(element), json) => {
                self.holding(Nesting::Map, json, &|read, json| read.value(element, json))
            }
            (Type::Object(members), Json::Object(mut given)) => Value::Map(
                members
                    .iter()
                    .map(|(name, ty)| {
                        let json = given.shift_remove(name).unwrap_or_default();
                        let value = self
                            .within(PathStep::Attribute(name.clone()), |read| read.value(ty, json));
                        (name.clone(), value)
                    })
                    .collect(),
            ),
            (Type::Tuple(types), Json::Array(items)) if types.len() == items.len() => types
                .iter()
                .zip(items)
                .enumerate()
                .map(|(index, (ty, json))| {
                    self.within(PathStep::Index(index), |read| read.value(ty, json))
                })
                .collect(),
            (ty, other) => self.says(format!("expected {ty}, found {other}")),
        }
    }

    /// What core checks before it calls the provider: required arguments, numbers of blocks.
    fn required(&mut self, members: Members<'_>, object: &Value) {
        let Value::Map(values) = object else { return };
        for attribute in members.attributes {
            let value = values.get(&*attribute.name).unwrap_or(&Value::Null);
            self.within(PathStep::Attribute(attribute.name.to_string()), |read| {
                read.attribute_allowed(attribute, value);
                if let Kind::Nested(nested) = &attribute.kind {
                    read.each_required(nested.nesting, nested.members(), value);
                }
            });
        }
        for block in members.blocks {
            let value = values.get(&*block.name).unwrap_or(&Value::Null);
            self.within(PathStep::Attribute(block.name.to_string()), |read| {
                read.count_allowed(block, value);
                read.each_required(block.nesting.nesting(), block.block.members(), value);
            });
        }
    }

    fn attribute_allowed(&mut self, attribute: &Attribute, value: &Value) {
        match attribute.presence {
            Presence::Required if value.is_null() => {
                self.says("the argument is required, but no definition was found");
            }
            Presence::Computed if !value.is_null() => {
                self.says("a value cannot be set, since it is decided by the provider");
            }
            _ => {}
        }
    }

    fn count_allowed(&mut self, block: &NestedBlock, value: &Value) {
        let found = match value {
            Value::List(items) => items.len(),
            Value::Set(items) => items.len(),
            _ => 0,
        };
        let (min, max) = match block.nesting {
            BlockNesting::List { min, max } | BlockNesting::Set { min, max } => (min, max),
            BlockNesting::Single { required: true } if value.is_null() => {
                self.says("a block of this kind is required");
                return;
            }
            _ => return,
        };
        if !value.is_unknown() && (found < min as usize || (max != 0 && found > max as usize)) {
            self.says(format!("expected {min} to {max} blocks, found {found}"));
        }
    }

    fn each_required(&mut self, nesting: Nesting, members: Members<'_>, value: &Value) {
        match (nesting, value) {
            (Nesting::Single, object) => self.required(members, object),
            (_, Value::List(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.within(PathStep::Index(index), |read| read.required(members, item));
                }
            }
            (_, Value::Set(items)) => {
                for item in items {
                    self.within(PathStep::Element, |read| read.required(members, item));
                }
            }
            (_, Value::Map(items)) => {
                for (key, item) in items {
                    self.within(PathStep::Key(key.clone()), |read| read.required(members, item));
                }
            }
            _ => {}
        }
    }
}

fn empty(block: &NestedBlock) -> Value {
    match block.nesting {
        BlockNesting::Group => block.block.members().empty(),
        other => other.empty(),
    }
}

/// The type that HCL gives to a literal.
fn type_of(json: &Json) -> Type {
    match json {
        Json::Null => Type::Dynamic,
        Json::Bool(_) => Type::Bool,
        Json::Number(_) => Type::Number,
        Json::String(_) => Type::String,
        Json::Array(items) => Type::Tuple(items.iter().map(type_of).collect()),
        Json::Object(members) => {
            Type::object(members.iter().map(|(name, json)| (name.clone(), type_of(json))))
        }
    }
}
