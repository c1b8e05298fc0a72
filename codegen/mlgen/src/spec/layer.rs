//! The files of `configs/base` or of one environment, as one layer.
//!
//! `targets` and `environments` at the top of a file hold for everything in it that does not say so itself.

use indexmap::IndexMap;

pub use super::component::{Declared, Foreign};
pub use super::scope::Scope;
pub use super::section::{Document, Fact, Given};

use super::component::Targets;
use super::file_name::is_device;
use crate::decode;
use crate::diag::{Diagnostic, Diags};
use crate::node::{Entry, Map, Node, Value};
use crate::source::Span;

/// What one layer says.
#[derive(Clone, Debug, Default)]
pub struct Layer {
    /// Whether every file could be read; else nobody knows what the layer says.
    pub is_whole: bool,
    /// Components by name.
    pub components: IndexMap<String, Declared>,
    /// Facts of a run that no file knows.
    pub inputs: IndexMap<String, Fact>,
    /// Values that no file may hold.
    pub secrets: IndexMap<String, Fact>,
    /// What is given out.
    pub outputs: IndexMap<String, Given>,
    /// Files made from templates.
    pub documents: IndexMap<String, Document>,
}

/// What may stand at the top of a file; `$schema` speaks to editors.
const SECTIONS: [&str; 8] = [
    "components",
    "inputs",
    "secrets",
    "outputs",
    "documents",
    "targets",
    "environments",
    "$schema",
];

/// Names that mean something else in `${...}`, or that a stack has a file for.
const TAKEN: [&str; 9] = [
    "environment",
    "input",
    "prefix",
    "region",
    "secret",
    "settings",
    "system",
    "terraform",
    "variables",
];

impl Layer {
    /// Reads the files of one layer. `targets` are the names that are sections of a component.
    pub(super) fn read(files: &[Option<Node>], targets: &Targets<'_>, diags: &mut Diags) -> Self {
        let mut layer = Self { is_whole: files.iter().all(Option::is_some), ..Self::default() };
        for file in files.iter().flatten() {
            if file.value == Value::Null {
                continue;
            }
            if decode::fields(file, "a file of configs/", &SECTIONS, diags).is_none() {
                layer.is_whole = false;
                continue;
            }
            let scope = Scope::read(file, diags);
            layer.components(file, &scope, targets, diags);
            let mut each = |name: &str, take: &mut dyn FnMut(&str, &Entry, &mut Diags)| {
                let section = file.get(name).filter(|node| node.value != Value::Null);
                let map = section.and_then(|node| decode::map(node, &format!("`{name}`"), diags));
                for (name, entry) in map.into_iter().flatten() {
                    take(name, entry, diags);
                }
            };
            each("inputs", &mut |name, entry, diags| {
                let fact = Fact::input(name, entry, &scope, diags);
                once(&mut layer.inputs, name, fact, |fact| fact.key, diags);
            });
            each("secrets", &mut |name, entry, diags| {
                let fact = Fact::secret(name, entry, &scope, diags);
                once(&mut layer.secrets, name, fact, |fact| fact.key, diags);
            });
            each("outputs", &mut |name, entry, diags| {
                let given = Given::read(name, entry, &scope, diags);
                once(&mut layer.outputs, name, given, |given| given.key, diags);
            });
            each("documents", &mut |name, entry, diags| {
                if let Some(document) = Document::read(entry, &scope, diags) {
                    once(&mut layer.documents, name, document, |document| document.key, diags);
                }
            });
        }
        layer
    }

    fn components(&mut self, file: &Node, scope: &Scope, targets: &Targets<'_>, diags: &mut Diags) {
        let Some(node) = file.get("components").filter(|node| node.value != Value::Null) else {
            return;
        };
        let components = decode::map(node, "`components`", diags);
        self.is_whole &= components.is_some();
        for (name, entry) in components.into_iter().flatten() {
            check_name(name, entry.key, diags);
            let what = format!("component `{name}`");
            let empty = Node { value: Value::Map(Map::new()), span: entry.node.span };
            let node = if entry.node.value == Value::Null { &empty } else { &entry.node };
            if decode::map(node, &what, diags).is_none() {
                continue;
            }
            let declared = Declared::read(entry.key, node, scope, targets, diags);
            match self.components.get_mut(name) {
                None => {
                    self.components.insert(name.clone(), declared);
                }
                Some(known) => known.join(declared, diags),
            }
        }
    }
}

/// Adds an entry, or reports that there is one of this name.
fn once<T>(
    all: &mut IndexMap<String, T>,
    name: &str,
    new: T,
    key: impl Fn(&T) -> Span,
    diags: &mut Diags,
) {
    if let Some(first) = all.get(name) {
        let error = Diagnostic::error(key(&new), format!("`{name}` is already there"));
        diags.push(error.note_at(key(first), "here"));
        return;
    }
    all.insert(name.to_owned(), new);
}

fn check_name(name: &str, key: Span, diags: &mut Diags) {
    let word =
        |one: char| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '_' || one == '-';
    let begins = name.starts_with(|first: char| first.is_ascii_lowercase());
    if !begins || !name.chars().all(word) {
        diags.push(
            Diagnostic::error(key, "this cannot be the name of a component")
                .help("begin with a letter, then use a-z, 0-9, _ and -"),
        );
    } else if is_device(name) {
        diags.push(
            Diagnostic::error(key, format!("`{name}` cannot be the name of a component"))
                .help("Windows has a device of this name, and no files"),
        );
    } else if TAKEN.contains(&name) {
        diags.push(
            Diagnostic::error(key, format!("`{name}` cannot be the name of a component"))
                .help("the word means something else in `${...}`, or is a file of every stack"),
        );
    } else if name == "override" || name.ends_with("_override") {
        diags.push(
            Diagnostic::error(key, format!("`{name}` cannot be the name of a component"))
                .help("Terraform lays files that end in `override.tf` over the others"),
        );
    }
}
