//! What the code written by `#[derive(Schema)]` calls. Not for people.
//!
//! Of a field whose type cannot be one, [`attribute`] alone complains: all else is reached through [`Of`],
//! which has a silent stand-in for such types, so that one mistake is one message.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::diag::{Error, Result};
use crate::path::{Path, Step};
use crate::resource::Schema;
use crate::schema::check::Rule;
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

/// What a field of the type `T` can do, where `T` can be the type of one.
///
/// Functions of an `impl` whose bounds hold go before those of a trait. So `Of::<T>::take` is the real one
/// below for a type that fits, and that of [`OrElse`], which nothing ever runs, for one that does not.
#[derive(Debug)]
pub struct Of<T>(PhantomData<T>);

impl<S: Slot> Of<S> {
    /// Takes one member; on a mistake there is none, and [`Fields::into_error`] tells it.
    pub fn take(fields: &mut Fields, name: &'static str) -> Option<S> {
        let value = fields.values.remove(name).unwrap_or_default();
        S::from_value(value)
            .map_err(|error| fields.add(error.under(&Step::Attribute(name.to_owned()))))
            .ok()
    }

    /// Writes the member.
    pub fn put(field: S) -> Value {
        field.into_value()
    }
}

impl<T: AttributeType> Of<T> {
    /// A rule for values of this type.
    pub fn check(rule: impl Rule<T>) -> Check {
        Check::rule(rule)
    }

    /// A default.
    pub fn default(value: T) -> Value {
        value.encode()
    }

    /// A change that replaces if `decides` says so of the two values.
    pub fn replace_when(decides: impl Fn(&T, &T) -> bool + Send + Sync + 'static) -> Replace {
        Replace::When(Arc::new(move |before, after| {
            match (T::decode(before.clone()), T::decode(after.clone())) {
                (Ok(before), Ok(after)) => decides(&before, &after),
                _ => true,
            }
        }))
    }

    /// One part of what identifies a resource.
    pub fn key_part(identity: &Value, name: &'static str) -> Result<T> {
        decode_known(identity.member(name).clone()).map_err(|error| error.at(Path::attribute(name)))
    }
}

impl<T: Schema> Of<T> {
    /// Takes the members of a flattened struct, whose mistakes have the places of its fields.
    pub fn take_flattened(fields: &mut Fields) -> Option<T> {
        let taken = T::decode(Value::Map(fields.values.clone()));
        taken.map_err(|error| fields.add(error)).ok()
    }

    /// One object with the members of both.
    pub fn merge(object: Value, flattened: T) -> Value {
        match (object, flattened.encode()) {
            (Value::Map(mut members), Value::Map(more)) => {
                members.extend(more);
                Value::Map(members)
            }
            (object, _) => object,
        }
    }
}

/// Stands in for [`Of`] where the type of a field was refused. No program holds these functions.
pub trait OrElse<T> {
    /// See [`Of::take`].
    fn take(_: &mut Fields, _: &'static str) -> Option<T> {
        unreachable!("{REFUSED}")
    }

    /// See [`Of::put`].
    fn put(_: T) -> Value {
        unreachable!("{REFUSED}")
    }

    /// See [`Of::check`].
    fn check<R>(_: R) -> Check {
        unreachable!("{REFUSED}")
    }

    /// See [`Of::default`].
    fn default<D>(_: D) -> Value {
        unreachable!("{REFUSED}")
    }

    /// See [`Of::replace_when`].
    fn replace_when(_: impl Fn(&T, &T) -> bool) -> Replace {
        unreachable!("{REFUSED}")
    }

    /// See [`Of::key_part`].
    fn key_part(_: &Value, _: &'static str) -> Result<T> {
        unreachable!("{REFUSED}")
    }

    /// See [`Of::take_flattened`].
    fn take_flattened(_: &mut Fields) -> Option<T> {
        unreachable!("{REFUSED}")
    }

    /// See [`Of::merge`].
    fn merge(_: Value, _: T) -> Value {
        unreachable!("{REFUSED}")
    }
}

const REFUSED: &str = "the compiler has refused the type of this field";

impl<T> OrElse<T> for Of<T> {}

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
