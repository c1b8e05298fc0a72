//! What stands beside the components: inputs of a run, secrets, outputs and documents.

use super::Scope;
use super::setting::OWN;
use crate::catalogue::types::Type;
use crate::decode;
use crate::diag::{Diagnostic, Diags};
use crate::node::{Entry, Node};
use crate::source::Span;

/// An input of a run, or a secret.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Where its name stands.
    pub key: Span,
    /// One sentence.
    pub description: String,
    /// What it takes.
    pub ty: Type,
    /// Where it exists.
    pub scope: Scope,
}

/// An output of a stack.
#[derive(Clone, Debug)]
pub struct Given {
    /// Where its name stands.
    pub key: Span,
    /// The reference.
    pub value: Node,
    /// One sentence, in place of that of the component's output.
    pub description: Option<String>,
    /// Where it exists.
    pub scope: Scope,
}

/// A document to be made from a template.
#[derive(Clone, Debug)]
pub struct Document {
    /// Where its name stands.
    pub key: Span,
    /// Name of the template.
    pub template: (String, Span),
    /// Where it goes, itself a template.
    pub path: (String, Span),
    /// Whether there is one for each environment.
    pub each_environment: bool,
    /// Where it exists.
    pub scope: Scope,
    /// The rest: what the template sees as its own data.
    pub data: Node,
}

/// Names that Terraform does not give to a variable.
const META: [&str; 8] =
    ["count", "depends_on", "for_each", "lifecycle", "locals", "providers", "source", "version"];

impl Fact {
    pub(super) fn input(name: &str, entry: &Entry, scope: &Scope, diags: &mut Diags) -> Self {
        if META.contains(&name) {
            let error = Diagnostic::error(entry.key, "Terraform has no variables of this name");
            diags.push(error.help(format!("say whose it is, for instance `image_{name}`")));
        }
        let fact = Self::read(
            entry,
            scope,
            "an input",
            &["description", "type", "targets", "environments"],
            diags,
        );
        check_name(name, entry.key, "an input", diags);
        fact
    }

    pub(super) fn secret(name: &str, entry: &Entry, scope: &Scope, diags: &mut Diags) -> Self {
        check_name(name, entry.key, "a secret", diags);
        Self::read(entry, scope, "a secret", &["description", "targets", "environments"], diags)
    }

    fn read(entry: &Entry, scope: &Scope, what: &str, known: &[&str], diags: &mut Diags) -> Self {
        let mut fact = Self {
            key: entry.key,
            description: String::new(),
            ty: Type::String,
            scope: Scope::default(),
        };
        if let Some(text) = entry.node.as_str() {
            text.clone_into(&mut fact.description);
        } else if entry.node.as_map().is_none() {
            diags.push(decode::wrong(&entry.node, what, "a description, or a map with one"));
        } else {
            decode::fields(&entry.node, what, known, diags);
            fact.scope = Scope::read(&entry.node, diags);
            fact.description = text(&entry.node, "description", diags).unwrap_or_default();
            if known.contains(&"type")
                && let Some(node) = entry.node.get("type")
                && let Some(ty) = decode::string(node, "`type`", diags)
            {
                fact.ty = Type::parse(&ty, node.span, diags);
            }
        }
        fact.scope = fact.scope.within(scope);
        fact
    }
}

impl Given {
    pub(super) fn read(name: &str, entry: &Entry, scope: &Scope, diags: &mut Diags) -> Self {
        check_name(name, entry.key, "an output", diags);
        let long = entry.node.get("value").is_some();
        if long {
            let known = ["value", "description", "targets", "environments"];
            decode::fields(&entry.node, "an output", &known, diags);
        }
        let value = entry.node.get("value").unwrap_or(&entry.node);
        if value.as_str().is_none() {
            diags.push(decode::wrong(value, "an output", "a reference such as ${api.url}"));
        }
        Self {
            key: entry.key,
            value: value.clone(),
            description: text(&entry.node, "description", diags),
            scope: if long { Scope::read(&entry.node, diags) } else { Scope::default() }
                .within(scope),
        }
    }
}

impl Document {
    pub(super) fn read(entry: &Entry, scope: &Scope, diags: &mut Diags) -> Option<Self> {
        let map = decode::map(&entry.node, "a document", diags)?;
        let mut text = |name: &str| {
            let Some(node) = entry.node.get(name) else {
                diags.push(Diagnostic::error(entry.key, format!("a document needs `{name}`")));
                return None;
            };
            Some((decode::string(node, &format!("`{name}`"), diags)?, node.span))
        };
        let (template, path) = (text("template"), text("path"));
        let each_environment = match entry.node.get("each") {
            None => false,
            Some(node) if node.as_str() == Some("environment") => true,
            Some(node) => {
                diags.push(decode::wrong(node, "`each`", "`environment`"));
                false
            }
        };
        let data = map.iter().filter(|(name, _)| !OWN.contains(&name.as_str()));
        let data = data.map(|(name, entry)| (name.clone(), entry.clone())).collect();
        Some(Self {
            key: entry.key,
            template: template?,
            path: path?,
            each_environment,
            scope: Scope::read(&entry.node, diags).within(scope),
            data: Node { value: crate::node::Value::Map(data), span: entry.node.span },
        })
    }
}

fn text(node: &Node, name: &str, diags: &mut Diags) -> Option<String> {
    decode::string(node.get(name)?, &format!("`{name}`"), diags)
}

/// Names of facts and outputs become names of variables, keys of `.env` and parts of paths.
fn check_name(name: &str, key: Span, what: &str, diags: &mut Diags) {
    let word = |one: char| one.is_ascii_alphanumeric() || one == '_' || one == '-';
    if !name.starts_with(|first: char| first.is_ascii_alphabetic()) || !name.chars().all(word) {
        diags.push(
            Diagnostic::error(key, format!("this cannot be the name of {what}"))
                .help("begin with a letter, then use letters, digits and _"),
        );
    }
}
