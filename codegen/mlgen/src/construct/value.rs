//! Values as a target prints them: literals, and references that are resolved.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::Number;

use crate::node::Node;
use crate::source::Span;
use crate::spec::Environment;

/// The value of an argument.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A decimal number.
    Number(Number),
    /// A text.
    String(String),
    /// Items in order.
    List(Vec<Value>),
    /// Entries in the order in which they are printed.
    Map(IndexMap<String, Value>),
    /// A text with references in it.
    Text(Vec<Piece>),
    /// Something that is not known here.
    Reference(Resolved),
    /// A value that each environment sets, by the name of its root variable.
    Variable(String),
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// As it stands.
    Literal(String),
    /// What is put in.
    Reference(Resolved),
}

/// A reference to something that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// What it is.
    pub to: To,
    /// Where the spec says it.
    pub span: Span,
}

/// What a reference means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum To {
    /// All of a component, and that it is ready.
    Whole(String),
    /// An output of a component.
    Output {
        /// The component.
        component: String,
        /// The output, and attributes of it.
        path: Vec<String>,
    },
    /// An output of a component that this environment has for other targets only.
    Elsewhere {
        /// The component.
        component: String,
        /// Its output.
        output: String,
        /// Whether the output is a reference to a secret.
        secret: bool,
    },
    /// A component that this environment has for other targets only, handed over by what it is called by: the
    /// attributes of it that are asked for and known before it exists.
    Reached {
        /// The component.
        component: String,
        /// The outputs that are asked for.
        outputs: Vec<String>,
    },
    /// An output of another environment.
    Foreign {
        /// The environment.
        environment: String,
        /// The component there.
        component: String,
        /// Its output.
        output: String,
    },
    /// A fact of the run.
    Input(String),
    /// A secret.
    Secret(String),
    /// A local value of the target's `provider.tf`.
    Local(String),
    /// What names begin with.
    Prefix,
    /// The environment's name.
    Environment,
    /// A setting of the target that a root variable carries.
    Setting(String),
}

/// What is the same wherever it stands in a stack, and known before anything exists.
#[derive(Clone, Debug, PartialEq)]
pub struct Statics {
    /// What names begin with.
    pub prefix: String,
    /// What `var.environment` holds.
    pub environment: String,
    /// Settings of the target that are scalars.
    pub settings: BTreeMap<String, serde_json::Value>,
}

impl Statics {
    /// Those of an environment for a target with these settings.
    pub fn of(environment: &Environment, settings: &Node) -> Self {
        let settings = settings.as_map().into_iter().flatten();
        Self {
            prefix: environment.prefix.clone(),
            environment: environment.names.variable.clone(),
            settings: settings
                .map(|(name, entry)| (name.clone(), super::stack::json(&entry.node)))
                .collect(),
        }
    }

    fn of_reference(&self, to: &To) -> Option<serde_json::Value> {
        match to {
            To::Prefix => Some(self.prefix.as_str().into()),
            To::Environment => Some(self.environment.as_str().into()),
            To::Setting(name) => self.settings.get(name).cloned(),
            _ => None,
        }
    }
}

impl Value {
    /// The value as JSON, if it is known before anything exists.
    pub fn known(&self, statics: &Statics) -> Option<serde_json::Value> {
        Some(match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(flag) => (*flag).into(),
            Self::Number(number) => serde_json::Value::Number(number.clone()),
            Self::String(text) => text.as_str().into(),
            Self::List(items) => {
                items.iter().map(|item| item.known(statics)).collect::<Option<Vec<_>>>()?.into()
            }
            Self::Map(entries) => {
                let entries =
                    entries.iter().map(|(key, item)| Some((key.clone(), item.known(statics)?)));
                serde_json::Value::Object(entries.collect::<Option<_>>()?)
            }
            Self::Text(pieces) => {
                let mut text = String::new();
                for piece in pieces {
                    match piece {
                        Piece::Literal(literal) => text.push_str(literal),
                        Piece::Reference(reference) => match statics.of_reference(&reference.to)? {
                            serde_json::Value::String(inner) => text.push_str(&inner),
                            other => text.push_str(&other.to_string()),
                        },
                    }
                }
                text.into()
            }
            Self::Reference(reference) => statics.of_reference(&reference.to)?,
            Self::Variable(_) => return None,
        })
    }

    /// Whether it is known before anything exists.
    pub fn is_known(&self) -> bool {
        let fixed = |to: &To| matches!(to, To::Prefix | To::Environment | To::Setting(_));
        match self {
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => true,
            Self::List(items) => items.iter().all(Self::is_known),
            Self::Map(entries) => entries.values().all(Self::is_known),
            Self::Text(pieces) => pieces.iter().all(|piece| match piece {
                Piece::Literal(_) => true,
                Piece::Reference(reference) => fixed(&reference.to),
            }),
            Self::Reference(reference) => fixed(&reference.to),
            Self::Variable(_) => false,
        }
    }

    /// Calls `visit` for every reference in it.
    pub fn references<'a>(&'a self, visit: &mut impl FnMut(&'a Resolved)) {
        match self {
            Self::Reference(reference) => visit(reference),
            Self::Text(pieces) => {
                for piece in pieces {
                    if let Piece::Reference(reference) = piece {
                        visit(reference);
                    }
                }
            }
            Self::List(items) => items.iter().for_each(|item| item.references(visit)),
            Self::Map(entries) => entries.values().for_each(|item| item.references(visit)),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::Variable(_) => {}
        }
    }

    /// The value under a path of keys.
    pub fn at(&self, path: &[String]) -> Option<&Self> {
        match (path, self) {
            ([], _) => Some(self),
            ([key, rest @ ..], Self::Map(entries)) => entries.get(key)?.at(rest),
            _ => None,
        }
    }

    /// Puts a value under a path whose maps exist.
    pub fn put(&mut self, path: &[String], value: Self) {
        match (path, self) {
            ([], here) => *here = value,
            ([key, rest @ ..], Self::Map(entries)) => {
                if let Some(entry) = entries.get_mut(key) {
                    entry.put(rest, value);
                }
            }
            _ => {}
        }
    }
}
