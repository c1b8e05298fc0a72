//! What the code written by `#[derive(Schema)]` calls. Not for people.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diag::{Error, Result};
use crate::path::{Path, Step};
use crate::resource::Schema;
use crate::schema::{
    Attribute, Block, BlockNesting, Check, Kind, Nested, NestedBlock, Nesting, Presence, Replace,
};
use crate::typed::{AttributeType, Slot, decode_known, mismatch};
use crate::value::{Type, Value};

/// An object whose members are taken out one by one, with all mistakes collected.
#[derive(Debug)]
pub struct Fields {
    values: BTreeMap<String, Value>,
    error: Option<Error>,
}

impl Fields {
    /// The members of an object.
    pub fn of(value: Value) -> Result<Self> {
        match value {
            Value::Map(values) => Ok(Fields { values, error: None }),
            other => mismatch("an object", &other),
        }
    }

    /// Takes one member; on a mistake there is none, and [`Fields::into_error`] tells it.
    pub fn take<S: Slot>(&mut self, name: &'static str) -> Option<S> {
        let value = self.values.remove(name).unwrap_or_default();
        S::from_value(value)
            .map_err(|error| self.add(error.under(&Step::Attribute(name.to_owned()))))
            .ok()
    }

    /// Takes the members of a flattened struct, whose mistakes have the places of its fields.
    pub fn take_flattened<T: Schema>(&mut self) -> Option<T> {
        let taken = T::decode(Value::Map(self.values.clone()));
        taken.map_err(|error| self.add(error)).ok()
    }

    fn add(&mut self, error: Error) {
        self.error = Some(match self.error.take() {
            Some(earlier) => earlier.and(error),
            None => error,
        });
    }

    /// All mistakes there were.
    pub fn into_error(self) -> Error {
        self.error.unwrap_or_else(|| {
            Error::bug("An object was not read although nothing was wrong with it.")
        })
    }
}

/// An attribute with what its type says of it.
pub fn attribute<T: AttributeType>(
    name: &'static str,
    presence: Presence,
    doc: &'static str,
) -> Attribute {
    let kind = T::kind();
    // Text and truth values decode whatever they are; a dynamic value is any.
    let always = matches!(kind, Kind::Type(Type::Dynamic | Type::Bool));
    let checks = if always { Vec::new() } else { vec![Check::decodes::<T>()] };
    Attribute {
        description: doc.into(),
        sensitive: T::SENSITIVE,
        checks,
        same: Some(T::same),
        ..Attribute::new(name, kind, presence)
    }
}

/// A kind of nested block, described by the field or else by its struct.
pub fn nested_block<T: Schema>(
    name: &'static str,
    nesting: BlockNesting,
    doc: &'static str,
) -> NestedBlock {
    let block = T::block();
    NestedBlock { name: name.into(), nesting, block: Block { description: doc.into(), ..block } }
}

/// A struct as the kind of an attribute. Blocks in it become nested attributes.
pub fn nested<T: Schema>() -> Kind {
    fn attributes(block: Block) -> Vec<Attribute> {
        let Block { attributes: mut all, blocks, .. } = block;
        all.extend(blocks.into_iter().map(|block| {
            let NestedBlock { name, nesting, block } = block;
            // The field of any number of blocks is never null, so the attribute must not be either.
            let presence = match nesting {
                BlockNesting::Single { required: false } | BlockNesting::Group => {
                    Presence::Optional
                }
                _ => Presence::Required,
            };
            let (description, deprecated) = (block.description.clone(), block.deprecated.clone());
            let nested = Nested { nesting: nesting.nesting(), attributes: attributes(block) };
            Attribute { description, deprecated, ..Attribute::new(name, nested, presence) }
        }));
        all
    }
    Nested { nesting: Nesting::Single, attributes: attributes(T::block()) }.into()
}

/// Declares what the flattened struct `T` declares. In an immutable struct every change of it replaces.
pub fn flatten<T: Schema>(block: &mut Block, immutable: bool) {
    let Block { mut attributes, blocks, groups, .. } = T::block();
    for attribute in &mut attributes {
        let open = matches!(attribute.replace, Replace::No);
        if immutable && open && attribute.presence.is_settable() && !attribute.write_only {
            attribute.replace = Replace::Always;
        }
    }
    block.attributes.extend(attributes);
    block.blocks.extend(blocks);
    block.groups.extend(groups);
}

/// One object with the members of both.
pub fn merge(object: Value, flattened: Value) -> Value {
    match (object, flattened) {
        (Value::Map(mut members), Value::Map(more)) => {
            members.extend(more);
            Value::Map(members)
        }
        (object, _) => object,
    }
}

/// A change that replaces if `decides` says so of the two values.
pub fn replace_when<T: AttributeType>(
    decides: impl Fn(&T, &T) -> bool + Send + Sync + 'static,
) -> Replace {
    Replace::When(Arc::new(move |before, after| {
        match (T::decode(before.clone()), T::decode(after.clone())) {
            (Ok(before), Ok(after)) => decides(&before, &after),
            _ => true,
        }
    }))
}

/// One part of what identifies a resource.
pub fn key_part<T: AttributeType>(identity: &Value, name: &'static str) -> Result<T> {
    decode_known(identity.member(name).clone()).map_err(|error| error.at(Path::attribute(name)))
}
