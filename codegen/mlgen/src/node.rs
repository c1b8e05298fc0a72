//! A tree of values as somebody wrote it: each value and each key knows its place.

use indexmap::IndexMap;

use crate::source::Span;

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What was written.
    pub value: Value,
    /// From its first byte to its last.
    pub span: Span,
}

/// What a node holds. A text that only looks like a number or a date to some is a string.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`, `~`, or nothing.
    Null,
    /// `true` or `false`, and no other word.
    Bool(bool),
    /// A decimal number, exact.
    Number(serde_json::Number),
    /// Anything else that is one scalar.
    String(String),
    /// Items in order.
    List(Vec<Node>),
    /// Entries in the order in which they were written.
    Map(Map),
}

/// Entries by key; no key occurs twice.
pub type Map = IndexMap<String, Entry>;

/// The value under a key, and where the key stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key's place.
    pub key: Span,
    /// The value.
    pub node: Node,
}

impl Value {
    /// What this is, for messages: `a number`, `a map`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }
}

impl Node {
    /// The text, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The entries, if this is a map.
    pub fn as_map(&self) -> Option<&Map> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The node under `key`, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_map()?.get(key).map(|entry| &entry.node)
    }
}
