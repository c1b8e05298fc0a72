//! Walks an object and gives a value to everything that is open in it; nothing else changes.

use tfplug::schema::{Attribute, Kind, Members, NestedBlock, Nesting};
use tfplug::{Type, Value};

use crate::mock::Maker;

/// What is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// What is unknown: a plan.
    Unknown,
    /// What is computed and null, too: the configuration of a data source.
    Computed,
}

/// A walk, with the way to where it is.
#[derive(Debug)]
pub struct Filler<'m> {
    maker: &'m Maker<'m>,
    open: Open,
    at: Vec<String>,
}

impl<'m> Filler<'m> {
    /// A walk that has not begun.
    pub fn new(maker: &'m Maker<'m>, open: Open) -> Self {
        Filler { maker, open, at: Vec::new() }
    }

    /// Fills an object.
    pub fn object(&mut self, members: Members<'_>, object: Value) -> Value {
        let mut values = match object {
            Value::Map(values) => values,
            Value::Unknown(_) => return self.made(members),
            other => return other,
        };
        for attribute in members.attributes {
            let value = std::mem::take(values.entry(attribute.name.to_string()).or_default());
            let filled = self.inside(&attribute.name, |walk| walk.attribute(attribute, value));
            values.insert(attribute.name.to_string(), filled);
        }
        for block in members.blocks {
            let value = std::mem::take(values.entry(block.name.to_string()).or_default());
            let (nesting, inner) = (block.nesting.nesting(), block.block.members());
            let filled = self.inside(&block.name, |walk| walk.nested(nesting, inner, value));
            values.insert(block.name.to_string(), filled);
        }
        Value::Map(values)
    }

    /// The object without its write-only values, at any depth.
    pub fn without_write_only(members: Members<'_>, object: &Value) -> Value {
        let Value::Map(values) = object else { return object.clone() };
        let mut values = values.clone();
        for attribute in members.attributes.iter().filter(|attribute| attribute.write_only) {
            values.remove(&*attribute.name);
        }
        for (name, _, inner) in members.nested() {
            let Some(slot) = values.get_mut(name) else { continue };
            let strip = |object: &Value| Filler::without_write_only(inner, object);
            *slot = match &*slot {
                Value::List(items) => items.iter().map(strip).collect(),
                Value::Set(items) => Value::set(items.iter().map(strip)),
                object => strip(object),
            };
        }
        Value::Map(values)
    }

    fn inside<T>(&mut self, step: &str, walk: impl FnOnce(&mut Self) -> T) -> T {
        self.at.push(step.to_owned());
        let result = walk(self);
        self.at.pop();
        result
    }

    fn attribute(&mut self, attribute: &Attribute, value: Value) -> Value {
        if attribute.write_only {
            return Value::Null;
        }
        match (&attribute.kind, value) {
            (_, Value::Null) if self.open == Open::Computed && attribute.presence.is_computed() => {
                self.make(attribute)
            }
            (_, Value::Null) => Value::Null,
            (_, Value::Unknown(_)) => self.make(attribute),
            (Kind::Nested(nested), value) => self.nested(nested.nesting, nested.members(), value),
            (Kind::Type(ty), value) => self.leaves(ty, value),
        }
    }

    /// Unknown leaves inside a value.
    fn leaves(&mut self, ty: &Type, value: Value) -> Value {
        match (ty, value) {
            (ty, Value::Unknown(_)) => self.maker.value(&self.at, ty),
            (Type::List(element), Value::List(items)) => {
                let items = items.into_iter().enumerate();
                items.map(|(place, item)| self.element(place, element, item)).collect()
            }
            (Type::Set(element), Value::Set(items)) => {
                let items = items.into_iter().enumerate();
                Value::set(items.map(|(place, item)| self.element(place, element, item)))
            }
            (Type::Map(element), Value::Map(members)) => {
                Value::object(members.into_iter().map(|(key, item)| {
                    let item = self.inside(&key, |walk| walk.leaves(element, item));
                    (key, item)
                }))
            }
            (Type::Object(types), Value::Map(members)) => {
                Value::object(members.into_iter().map(|(name, item)| {
                    let item = match types.get(&name) {
                        Some(ty) => self.inside(&name, |walk| walk.leaves(ty, item)),
                        None => item,
                    };
                    (name, item)
                }))
            }
            (Type::Dynamic, Value::Dynamic(inner)) => {
                let (ty, value) = *inner;
                let value = self.leaves(&ty, value);
                Value::Dynamic(Box::new((ty, value)))
            }
            (_, other) => other,
        }
    }

    fn element(&mut self, place: usize, ty: &Type, item: Value) -> Value {
        self.inside(&format!("#{place}"), |walk| walk.leaves(ty, item))
    }

    fn nested(&mut self, nesting: Nesting, members: Members<'_>, value: Value) -> Value {
        match (nesting, value) {
            (_, Value::Null) => Value::Null,
            (nesting, Value::Unknown(_)) => self.made_nested(nesting, members),
            (Nesting::Single, object) => self.object(members, object),
            (_, Value::List(items)) => {
                let items = items.into_iter().enumerate();
                items.map(|(place, item)| self.numbered(place, members, item)).collect()
            }
            (_, Value::Set(items)) => {
                let items = items.into_iter().enumerate();
                Value::set(items.map(|(place, item)| self.numbered(place, members, item)))
            }
            (_, Value::Map(items)) => Value::object(items.into_iter().map(|(key, item)| {
                let item = self.inside(&key, |walk| walk.object(members, item));
                (key, item)
            })),
            (_, other) => other,
        }
    }

    fn numbered(&mut self, place: usize, members: Members<'_>, item: Value) -> Value {
        self.inside(&format!("#{place}"), |walk| walk.object(members, item))
    }

    fn make(&mut self, attribute: &Attribute) -> Value {
        match &attribute.kind {
            Kind::Type(ty) => self.maker.value(&self.at, ty),
            Kind::Nested(nested) => self.made_nested(nested.nesting, nested.members()),
        }
    }

    /// One of what can be many, so that `[0]` finds it.
    fn made_nested(&mut self, nesting: Nesting, members: Members<'_>) -> Value {
        let one = |walk: &mut Self| walk.inside("#0", |walk| walk.made(members));
        match nesting {
            Nesting::Single => self.made(members),
            Nesting::List => Value::List(vec![one(self)]),
            Nesting::Set => Value::set([one(self)]),
            Nesting::Map => Value::object::<String>([]),
        }
    }

    /// An object of which nothing is known: everything that can be stored has a value.
    fn made(&mut self, members: Members<'_>) -> Value {
        let mut made = Vec::new();
        for attribute in members.attributes {
            let value = self.inside(&attribute.name, |walk| {
                if attribute.write_only { Value::Null } else { walk.make(attribute) }
            });
            made.push((attribute.name.to_string(), value));
        }
        for NestedBlock { name, nesting, block } in members.blocks {
            let value =
                self.inside(name, |walk| walk.made_nested(nesting.nesting(), block.members()));
            made.push((name.to_string(), value));
        }
        Value::object(made)
    }
}
