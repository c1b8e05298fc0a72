//! The merged tree, and how to look at it.

use indexmap::IndexMap;
use serde_json::Number;

use crate::merge::path::{Path, Segment};
use crate::source::Span;

/// Which layer: an index into the layers that were merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LayerId(pub usize);

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Who set it.
    pub layer: LayerId,
    /// The value as it was written; for an operator, all of the operator.
    pub span: Span,
    /// Its key, unless it is the root or an item of a list.
    pub key: Option<Span>,
}

/// A value with its history.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// What it is.
    pub value: MergedValue,
    /// Who set it. A map that several layers fill comes from the first; its entries have origins of their own.
    pub origin: Origin,
    /// What stood here before, nearest first.
    pub overridden: Vec<Overridden>,
    /// The keys that were taken out of this map, each with its history, which begins with the operator that did it.
    pub removed: IndexMap<String, Vec<Overridden>>,
    /// Set when this is the value of `$literal`: nothing in it may be interpreted.
    pub literal: Option<Literal>,
}

/// What stood in a place before.
#[derive(Clone, Debug, PartialEq)]
pub struct Overridden {
    /// Who had set it.
    pub origin: Origin,
    /// What it was; nothing if it had been unset.
    pub value: Option<MergedValue>,
}

/// What was said about a value that must not be interpreted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// Why, in the author's words.
    pub reason: Option<String>,
}

/// What a merged value is.
#[derive(Clone, Debug, PartialEq)]
pub enum MergedValue {
    /// Null.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number, exact.
    Number(Number),
    /// A string; its references are not yet read.
    String(String),
    /// Items, each with its own origin.
    List(Vec<Merged>),
    /// Entries: those of the first layer in its order, then what each later layer adds.
    Map(MergedMap),
}

/// Entries by key.
pub type MergedMap = IndexMap<String, MergedEntry>;

/// The value under a key.
#[derive(Clone, Debug, PartialEq)]
pub struct MergedEntry {
    /// Every place where the key is written, from the first layer to the last.
    pub keys: Vec<Span>,
    /// The value.
    pub value: Merged,
}

impl Origin {
    /// The place to point at: the key, or the value where there is none.
    pub fn place(self) -> Span {
        self.key.unwrap_or(self.span)
    }
}

impl Merged {
    /// The value at a path.
    pub fn get(&self, path: &Path) -> Option<&Self> {
        path.0.iter().try_fold(self, |at, segment| match (segment, &at.value) {
            (Segment::Key(key), _) => at.child(key),
            (Segment::Index(index), MergedValue::List(items)) => items.get(*index),
            (Segment::Index(_), _) => None,
        })
    }

    /// The value under `key`, if this is a map that has it.
    pub fn child(&self, key: &str) -> Option<&Self> {
        self.as_map()?.get(key).map(|entry| &entry.value)
    }

    /// The entries, if this is a map.
    pub fn as_map(&self) -> Option<&MergedMap> {
        match &self.value {
            MergedValue::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The items, if this is a list.
    pub fn as_list(&self) -> Option<&[Self]> {
        match &self.value {
            MergedValue::List(items) => Some(items),
            _ => None,
        }
    }

    /// The text, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            MergedValue::String(text) => Some(text),
            _ => None,
        }
    }

    /// The values that a later layer would replace as a whole, with their paths: everything but maps that have entries.
    pub fn leaves(&self) -> Vec<(Path, &Self)> {
        let mut found = Vec::new();
        self.visit(&mut Path::default(), &mut |path, value| {
            let leaf = value.is_leaf();
            if leaf {
                found.push((path.clone(), value));
            }
            !leaf
        });
        found
    }

    /// Every value with its path, parents before children, items of lists included.
    pub fn walk(&self) -> Vec<(Path, &Self)> {
        let mut found = Vec::new();
        self.visit(&mut Path::default(), &mut |path, value| {
            found.push((path.clone(), value));
            true
        });
        found
    }

    /// The value alone, without its history.
    pub fn to_json(&self) -> serde_json::Value {
        self.value.to_json()
    }

    fn is_leaf(&self) -> bool {
        self.literal.is_some() || self.as_map().is_none_or(IndexMap::is_empty)
    }

    /// Calls `see` for this and, as long as it says so, for what is inside.
    fn visit<'a>(&'a self, path: &mut Path, see: &mut impl FnMut(&Path, &'a Self) -> bool) {
        if !see(path, self) {
            return;
        }
        let mut step = |segment, value: &'a Self, path: &mut Path| {
            path.0.push(segment);
            value.visit(path, see);
            path.0.pop();
        };
        match &self.value {
            MergedValue::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    step(Segment::Index(index), item, path);
                }
            }
            MergedValue::Map(entries) => {
                for (key, entry) in entries {
                    step(Segment::Key(key.clone()), &entry.value, path);
                }
            }
            _ => {}
        }
    }
}

impl MergedValue {
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

    /// The value alone, without its history.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Number(number) => number.clone().into(),
            Self::String(text) => text.as_str().into(),
            Self::List(items) => items.iter().map(Merged::to_json).collect(),
            Self::Map(entries) => {
                entries.iter().map(|(key, entry)| (key.clone(), entry.value.to_json())).collect()
            }
        }
    }
}
