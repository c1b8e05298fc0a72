//! One attribute with all that is said of it.

use std::fmt;
use std::sync::Arc;

use crate::schema::{Check, Members, Nesting, Text};
use crate::value::{Type, Value};

/// An attribute of a resource, a data source, a provider or a nested object.
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own, as in the protocol")]
#[derive(Clone, Debug)]
pub struct Attribute {
    /// The name in the configuration.
    pub name: Text,
    /// The type of its values, or the nested object they are.
    pub kind: Kind,
    /// Who gives it its value.
    pub presence: Presence,
    /// What it means, in Markdown.
    pub description: Text,
    /// Terraform hides its value.
    pub sensitive: bool,
    /// Read from the configuration only; never in a plan or a state.
    pub write_only: bool,
    /// Why it should not be used any more, and what to use instead.
    pub deprecated: Option<Text>,
    /// Part of what identifies the resource; a change then always replaces it.
    pub identity: bool,
    /// Value when the configuration has none.
    pub default: Option<Value>,
    /// Whether a value that the provider set outlives an update.
    pub keep: Keep,
    /// Whether a change replaces the resource.
    pub replace: Replace,
    /// What a known value must satisfy.
    pub checks: Vec<Check>,
    /// Whether two values mean the same although they are written differently.
    pub same: Option<fn(&Value, &Value) -> bool>,
    /// As a parameter of a function: the function is called even when the argument is unknown.
    pub takes_unknown: bool,
    /// About how the resource is managed, not about the thing itself: a look at the thing does not change
    /// it, and a data source does not have it.
    pub setting: bool,
    /// Environment variables, the first that is set, that give its value where the configuration of a
    /// provider has none.
    pub env: Vec<Text>,
    /// A value for the documentation, as HCL.
    pub example: Option<Text>,
}

impl Attribute {
    /// An attribute of which nothing more is said.
    pub fn new(name: impl Into<Text>, kind: impl Into<Kind>, presence: Presence) -> Self {
        Attribute {
            name: name.into(),
            kind: kind.into(),
            presence,
            description: Text::default(),
            sensitive: false,
            write_only: false,
            deprecated: None,
            identity: false,
            default: None,
            keep: Keep::No,
            replace: Replace::No,
            checks: Vec::new(),
            same: None,
            takes_unknown: false,
            setting: false,
            env: Vec::new(),
            example: None,
        }
    }

    /// The type of its values.
    pub fn ty(&self) -> Type {
        self.kind.ty()
    }
}

/// What the values of an attribute are.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Values of a type.
    Type(Type),
    /// Nested objects, whose members are attributes in their own right.
    Nested(Nested),
}

impl Kind {
    /// The type of the values.
    pub fn ty(&self) -> Type {
        match self {
            Kind::Type(ty) => ty.clone(),
            Kind::Nested(nested) => nested.nesting.around(nested.members().ty()),
        }
    }
}

impl From<Type> for Kind {
    fn from(ty: Type) -> Self {
        Kind::Type(ty)
    }
}

impl From<Nested> for Kind {
    fn from(nested: Nested) -> Self {
        Kind::Nested(nested)
    }
}

/// The objects inside an attribute.
#[derive(Clone, Debug)]
pub struct Nested {
    /// One object, or how many are held.
    pub nesting: Nesting,
    /// What each object consists of.
    pub attributes: Vec<Attribute>,
}

impl Nested {
    /// The members of each object.
    pub fn members(&self) -> Members<'_> {
        Members { attributes: &self.attributes, blocks: &[] }
    }
}

/// Who gives an attribute its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The configuration must.
    Required,
    /// The configuration may.
    Optional,
    /// The configuration may; if it does not, the provider does.
    OptionalComputed,
    /// The provider does.
    Computed,
}

impl Presence {
    /// Whether the provider may give a value.
    pub fn is_computed(self) -> bool {
        matches!(self, Presence::OptionalComputed | Presence::Computed)
    }

    /// Whether nobody but the provider may give a value.
    pub fn is_only_computed(self) -> bool {
        self == Presence::Computed
    }

    /// Whether the configuration may give a value.
    pub fn is_settable(self) -> bool {
        self != Presence::Computed
    }
}

/// What an update plans for a value that the provider set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// It may change with any update.
    #[default]
    No,
    /// It stays, once there is one.
    Value,
    /// It stays, even null.
    EvenNull,
}

/// Whether a change of an attribute replaces the resource.
#[derive(Clone, Default)]
pub enum Replace {
    /// It is changed in place.
    #[default]
    No,
    /// Every change replaces.
    Always,
    /// A change replaces if this says so of the prior and the planned value, both known.
    When(Decides),
}

/// Decides of the prior and the planned value.
pub type Decides = Arc<dyn Fn(&Value, &Value) -> bool + Send + Sync>;

impl fmt::Debug for Replace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Replace::No => "No",
            Replace::Always => "Always",
            Replace::When(_) => "When(…)",
        })
    }
}
