//! `--set documents.readme.title=...`: what documents are given on the command line.
//!
//! Unlike a component a document has one layer: what is set takes the place of what its file says, key by key.

use super::Spec;
use super::layer::Document;
use crate::decode;
use crate::diag::{Diagnostic, Diags};
use crate::node::{Entry, Map, Node, Value};

const SECTION: &str = "documents";

/// Keys of a document that are no settings of its template.
pub(super) const OWN: [&str; 5] = ["template", "path", "each", "targets", "environments"];

impl Spec {
    /// Takes what is set for documents out of the settings; a component that is called `documents` comes first.
    pub(crate) fn set_documents(&mut self, set: &mut Vec<Node>, diags: &mut Diags) {
        let mut layers = std::iter::once(&self.base).chain(self.environments.values());
        if layers.any(|layer| layer.components.contains_key(SECTION)) {
            return;
        }
        let (own, rest) = set.drain(..).partition(|node| node.get(SECTION).is_some());
        *set = rest;
        for node in own {
            let Some(section) = node.get(SECTION) else { continue };
            let Some(entries) = section.as_map() else {
                let error = Diagnostic::error(node.span, "a setting of a document needs its name");
                diags.push(error.help("write `documents.name.setting=value`"));
                continue;
            };
            for (name, entry) in entries {
                self.set_document(name, entry, diags);
            }
        }
    }

    fn set_document(&mut self, name: &str, entry: &Entry, diags: &mut Diags) {
        let is_whole = self.is_all_whole();
        let layers = std::iter::once(&mut self.base).chain(self.environments.values_mut());
        let mut known = Vec::new();
        let mut found = false;
        for (other, document) in layers.flat_map(|layer| &mut layer.documents) {
            if other != name {
                known.push(other.as_str());
                continue;
            }
            document.set(name, entry, diags);
            found = true;
        }
        if !found && is_whole {
            let error = Diagnostic::error(entry.key, format!("there is no document `{name}`"));
            diags.push(decode::among(error, name, known.into_iter()));
        }
    }
}

impl Document {
    fn set(&mut self, name: &str, given: &Entry, diags: &mut Diags) {
        let Some(settings) = given.node.as_map() else {
            let error = Diagnostic::error(given.key, "a setting needs its name");
            diags.push(error.help(format!("write `documents.{name}.setting=value`")));
            return;
        };
        for (key, entry) in settings {
            if OWN.contains(&key.as_str()) {
                let message = format!("`{key}` cannot be set on the command line");
                diags.push(Diagnostic::error(entry.key, message).help("write it in configs/"));
                return;
            }
        }
        lay(&mut self.data, &given.node);
    }
}

/// Puts a tree over another one: maps key by key, everything else as it stands.
fn lay(under: &mut Node, over: &Node) {
    let Value::Map(new) = &over.value else {
        *under = over.clone();
        return;
    };
    if under.as_map().is_none() {
        *under = Node { value: Value::Map(Map::new()), span: over.span };
    }
    let Value::Map(old) = &mut under.value else { return };
    for (key, entry) in new {
        match old.get_mut(key) {
            Some(known) => {
                known.key = entry.key;
                lay(&mut known.node, &entry.node);
            }
            None => {
                old.insert(key.clone(), entry.clone());
            }
        }
    }
}
