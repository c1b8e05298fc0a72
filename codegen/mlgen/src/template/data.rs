//! What a document says of itself, beside its template and path: plain data, in which the names of the environment may
//! be written as everywhere in a spec.

use serde_json::{Map, Value as Json};

use super::context::RESERVED;
use crate::construct::stack::json;
use crate::construct::{Environment, Stack};
use crate::diag::{Diagnostic, Diags};
use crate::node::{Node, Value};
use crate::secrecy::{forms, sounds_secret};
use crate::source::Sources;
use crate::spec::layer::Document;
use crate::spec::reference::{Part, Reference, Referent, Text};

/// What the texts of a document's data may refer to.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    pub(super) system: &'a str,
    /// The environment, and its first stack, in a document of one environment.
    pub(super) environment: Option<(&'a Environment, Option<&'a Stack>)>,
    pub(super) sources: &'a Sources,
}

/// Stands for GitHub's `${{` while references are cut out.
const GITHUB: &str = "\u{fdd0}{";

/// The document's own data.
pub(super) fn data(document: &Document, names: Names<'_>, diags: &mut Diags) -> Map<String, Json> {
    let mut found = Map::new();
    for (key, entry) in document.data.as_map().into_iter().flatten() {
        if RESERVED.contains(&key.as_str()) {
            let message = format!("a document cannot have data called `{key}`");
            diags.push(
                Diagnostic::error(entry.key, message)
                    .help("every template sees something of this name: choose another"),
            );
        }
        refuse_secrets(key, &entry.node, diags);
        found.insert(key.clone(), names.value(&entry.node, diags));
    }
    found
}

/// Values that are secrets by their names or by their forms.
fn refuse_secrets(key: &str, node: &Node, diags: &mut Diags) {
    let message = match &node.value {
        Value::Map(entries) => {
            return entries.iter().for_each(|(key, entry)| refuse_secrets(key, &entry.node, diags));
        }
        Value::List(items) => {
            return items.iter().for_each(|item| refuse_secrets(key, item, diags));
        }
        Value::Null | Value::Bool(_) => return,
        Value::String(text) => match forms(text).first() {
            Some((_, what)) => format!("`{key}` holds {what}"),
            None if text.is_empty() || text.contains("${") || !sounds_secret(key) => return,
            None => format!("`{key}` sounds like a secret, and this is its value"),
        },
        Value::Number(_) if !sounds_secret(key) => return,
        Value::Number(_) => format!("`{key}` sounds like a secret, and this is its value"),
    };
    diags.conceal(node.span);
    let help = "a document holds no secrets: say where it is kept, or name the data otherwise if it is none";
    diags.push(Diagnostic::error(node.span, message).help(help));
}

impl Names<'_> {
    fn value(self, node: &Node, diags: &mut Diags) -> Json {
        match &node.value {
            Value::String(text) => self.text(text, node, diags),
            Value::List(items) => items.iter().map(|item| self.value(item, diags)).collect(),
            Value::Map(entries) => {
                let entries = entries.iter();
                let entries =
                    entries.map(|(key, entry)| (key.clone(), self.value(&entry.node, diags)));
                Json::Object(entries.collect())
            }
            _ => json(node),
        }
    }

    fn text(self, text: &str, node: &Node, diags: &mut Diags) -> Json {
        if !text.contains("${") {
            return text.into();
        }
        let hidden = text.replace("${{", GITHUB);
        let parsed = Text::parse(&hidden, node.span, self.sources, diags);
        if let Some(reference) = parsed.whole() {
            return self.reference(reference, diags).unwrap_or_default();
        }
        let parts = parsed.0.iter().map(|part| match part {
            Part::Literal(text) => text.replace(GITHUB, "${{"),
            Part::Reference(reference) => match self.reference(reference, diags) {
                Some(Json::String(text)) => text,
                Some(other) => other.to_string(),
                None => String::new(),
            },
        });
        parts.collect::<String>().into()
    }

    fn reference(self, reference: &Reference, diags: &mut Diags) -> Option<Json> {
        let stack = || self.environment.and_then(|(_, stack)| stack);
        let found = match &reference.to {
            Referent::System => Some(self.system.into()),
            Referent::Prefix => self.environment.map(|(one, _)| one.prefix.as_str().into()),
            Referent::Environment => {
                self.environment.map(|(one, _)| one.names.variable.as_str().into())
            }
            Referent::Setting(path) => stack().and_then(|stack| {
                let found = path.iter().try_fold(&stack.settings, |at, key| at.get(key));
                found.map(json)
            }),
            _ => {
                let message = format!("a document sees inputs, never outputs: {reference}");
                let help = "let its template read the input, as {{components.api.port}}; for a literal `${` write `$${`";
                diags.push(Diagnostic::error(reference.span, message).help(help));
                return None;
            }
        };
        if found.is_none() {
            let message = format!("{reference} has no value here");
            let help = "a document has an environment where it says `each: environment`";
            diags.push(Diagnostic::error(reference.span, message).help(help));
        }
        found
    }
}
