//! Blocks: a resource as a whole, and those nested in it.

use crate::schema::{Attribute, Text};
use crate::value::{Type, Value};

/// A resource, a data source, a provider configuration, or the content of a nested block.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// What it means, in Markdown.
    pub description: Text,
    /// Why it should not be used any more, and what to use instead.
    pub deprecated: Option<Text>,
    /// Its attributes, in the order in which documentation lists them.
    pub attributes: Vec<Attribute>,
    /// The blocks nested in it.
    pub blocks: Vec<NestedBlock>,
    /// Attributes and blocks that exclude each other.
    pub groups: Vec<Group>,
}

/// Attributes and blocks, by name, of which not any number may be configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// One of them must be configured, and no other.
    ExactlyOne(&'static [&'static str]),
    /// None or one of them may be configured.
    AtMostOne(&'static [&'static str]),
}

impl Block {
    /// What an object of this shape consists of.
    pub fn members(&self) -> Members<'_> {
        Members { attributes: &self.attributes, blocks: &self.blocks }
    }

    /// The attribute `name`, if there is one.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }
}

/// A kind of block that may stand inside another one.
#[derive(Clone, Debug)]
pub struct NestedBlock {
    /// The name in the configuration.
    pub name: Text,
    /// How many there may be, and how they are told apart.
    pub nesting: BlockNesting,
    /// What each of them consists of.
    pub block: Block,
}

impl NestedBlock {
    /// The type of its values.
    pub fn ty(&self) -> Type {
        let object = self.block.members().ty();
        match self.nesting {
            BlockNesting::Single { .. } | BlockNesting::Group => object,
            // As core does it: elements with a type of their own cannot share a list.
            BlockNesting::List { .. } | BlockNesting::Map if object.has_dynamic() => Type::Dynamic,
            BlockNesting::List { .. } => object.list(),
            BlockNesting::Set { .. } => object.set(),
            BlockNesting::Map => object.map(),
        }
    }
}

/// How the objects inside an attribute are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// One object.
    Single,
    /// Objects in order.
    List,
    /// Objects without order.
    Set,
    /// Objects by key.
    Map,
}

impl Nesting {
    pub(crate) fn around(self, object: Type) -> Type {
        match self {
            Nesting::Single => object,
            Nesting::List => object.list(),
            Nesting::Set => object.set(),
            Nesting::Map => object.map(),
        }
    }
}

/// How nested blocks of one kind are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockNesting {
    /// At most one, or exactly one.
    Single {
        /// Whether it must be there.
        required: bool,
    },
    /// At most one; where there is none, its attributes are null.
    Group,
    /// Any number in order.
    List {
        /// At least so many.
        min: u32,
        /// At most so many; 0 for no limit.
        max: u32,
    },
    /// Any number without order.
    Set {
        /// At least so many.
        min: u32,
        /// At most so many; 0 for no limit.
        max: u32,
    },
    /// Any number, each with a label.
    Map,
}

impl BlockNesting {
    /// The nesting of the objects, however many there must be.
    pub fn nesting(self) -> Nesting {
        match self {
            BlockNesting::Single { .. } | BlockNesting::Group => Nesting::Single,
            BlockNesting::List { .. } => Nesting::List,
            BlockNesting::Set { .. } => Nesting::Set,
            BlockNesting::Map => Nesting::Map,
        }
    }

    /// What stands in a value where the configuration has no such block.
    pub fn empty(self) -> Value {
        match self {
            BlockNesting::Single { .. } | BlockNesting::Group => Value::Null,
            BlockNesting::List { .. } => Value::List(Vec::new()),
            BlockNesting::Set { .. } => Value::set([]),
            BlockNesting::Map => Value::Map(std::collections::BTreeMap::new()),
        }
    }
}

/// What an object consists of, be it a block or the value of a nested attribute.
#[derive(Clone, Copy, Debug)]
pub struct Members<'s> {
    /// The attributes.
    pub attributes: &'s [Attribute],
    /// The nested blocks.
    pub blocks: &'s [NestedBlock],
}

impl<'s> Members<'s> {
    /// The type of the object: every attribute and every kind of nested block is a member.
    pub fn ty(self) -> Type {
        let attributes =
            self.attributes.iter().map(|attribute| (attribute.name.to_string(), attribute.ty()));
        let blocks = self.blocks.iter().map(|block| (block.name.to_string(), block.ty()));
        Type::object(attributes.chain(blocks))
    }

    /// The object with nothing in it: attributes null, no blocks.
    pub fn empty(self) -> Value {
        let attributes =
            self.attributes.iter().map(|attribute| (attribute.name.to_string(), Value::Null));
        let blocks = self.blocks.iter().map(|block| {
            let empty = match block.nesting {
                BlockNesting::Group => block.block.members().empty(),
                other => other.empty(),
            };
            (block.name.to_string(), empty)
        });
        Value::object(attributes.chain(blocks))
    }

    /// The nested blocks and nested attributes, each as its name, its nesting and its own members.
    pub fn nested(self) -> impl Iterator<Item = (&'s str, Nesting, Members<'s>)> {
        let attributes = self.attributes.iter().filter_map(|attribute| match &attribute.kind {
            super::Kind::Nested(nested) => {
                Some((&*attribute.name, nested.nesting, nested.members()))
            }
            super::Kind::Type(_) => None,
        });
        let blocks = self
            .blocks
            .iter()
            .map(|block| (&*block.name, block.nesting.nesting(), block.block.members()));
        attributes.chain(blocks)
    }
}
