//! YAML: a tree, and a printer whose output every reader takes for that tree, be it of YAML 1.1 or 1.2.
//!
//! Reading order: this tree, `print` (lines and indentation), `scalar` (what needs quotes).

mod print;
mod scalar;

use indexmap::IndexMap;

pub use print::print;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Yaml {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A decimal number.
    Number(serde_json::Number),
    /// A text, in quotes where a reader could take it for something else.
    String(String),
    /// Items in order, each on a line of its own.
    List(Vec<Yaml>),
    /// A list on one line, such as a command.
    Line(Vec<Yaml>),
    /// Entries in order.
    Map(Map),
}

/// Entries in order, and how they stand.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    entries: IndexMap<String, Entry>,
    spaced: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct Entry {
    comment: Option<String>,
    value: Yaml,
}

impl Map {
    /// A map with nothing in it yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with one more entry. A key that is there gets the new value at its old place.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<Yaml>) -> Self {
        self.insert(key, value);
        self
    }

    /// The same with blank lines between the entries.
    #[must_use]
    pub fn spaced(mut self) -> Self {
        self.spaced = true;
        self
    }

    /// Adds an entry. A key that is there gets the new value at its old place.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<Yaml>) {
        self.entries.insert(key.into(), Entry { comment: None, value: value.into() });
    }

    /// Puts a comment, without the `#`, on lines above an entry; no entry, no comment.
    pub fn comment(&mut self, key: &str, comment: impl Into<String>) {
        if let Some(entry) = self.entries.get_mut(key) {
            entry.comment = Some(comment.into());
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Yaml> {
        self.entries.get(key).map(|entry| &entry.value)
    }

    /// Keys and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Yaml)> {
        self.entries.iter().map(|(key, entry)| (key.as_str(), &entry.value))
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl<K: Into<String>, V: Into<Yaml>> FromIterator<(K, V)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        for (key, value) in entries {
            map.insert(key, value);
        }
        map
    }
}

impl From<Map> for Yaml {
    fn from(map: Map) -> Self {
        Self::Map(map)
    }
}

impl From<&str> for Yaml {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Yaml {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Yaml {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Yaml {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

impl<T: Into<Yaml>> From<Vec<T>> for Yaml {
    fn from(items: Vec<T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

impl From<serde_json::Value> for Yaml {
    fn from(value: serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(value) => Self::Bool(value),
            serde_json::Value::Number(number) => Self::Number(number),
            serde_json::Value::String(text) => Self::String(text),
            serde_json::Value::Array(items) => items.into(),
            serde_json::Value::Object(entries) => Self::Map(entries.into_iter().collect()),
        }
    }
}
