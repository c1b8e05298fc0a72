//! The files of `configs/base` or of one environment, as one layer.
//!
//! `targets` and `environments` at the top of a file hold for everything in it that does not say so itself.

use indexmap::IndexMap;

use crate::decode;
use crate::diag::{Diagnostic, Diags};
use crate::merge;
use crate::node::{Entry, Map, Node, Value};
use crate::source::Span;

/// What one layer says.
#[derive(Clone, Debug, Default)]
pub struct Layer {
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

/// Where something exists; everywhere when a list is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Only for these targets.
    pub targets: Option<Vec<(String, Span)>>,
    /// Only in these environments.
    pub environments: Option<Vec<(String, Span)>>,
}

/// A component as one layer declares it.
#[derive(Clone, Debug)]
pub struct Declared {
    /// Where its name stands first.
    pub key: Span,
    /// The kind, when it is not the name.
    pub kind: Option<(String, Span)>,
    /// A module of somebody else: its source and version.
    pub module: Option<Foreign>,
    /// Where it exists.
    pub scope: Scope,
    /// Inputs for every target.
    pub common: Node,
    /// Inputs for one target.
    pub sections: IndexMap<String, Node>,
}

/// A module that no catalogue has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// As Terraform takes it.
    pub source: String,
    /// A version constraint, for modules of a registry.
    pub version: Option<String>,
}

/// An input of a run, or a secret.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Where its name stands.
    pub key: Span,
    /// One sentence.
    pub description: String,
    /// Terraform's name of its type.
    pub ty: String,
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

const SECTIONS: [&str; 7] =
    ["targets", "environments", "components", "inputs", "secrets", "outputs", "documents"];

impl Layer {
    /// Reads the files of one layer. `targets` are the names that are sections of a component.
    pub(super) fn read(files: &[Node], targets: &[&str], diags: &mut Diags) -> Self {
        let mut layer = Self::default();
        for file in files {
            if file.value == Value::Null {
                continue;
            }
            if decode::fields(file, "a file of configs/", &SECTIONS, diags).is_none() {
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
                let fact = Fact::read(entry, &scope, "an input", diags);
                once(&mut layer.inputs, name, fact, |fact| fact.key, diags);
            });
            each("secrets", &mut |name, entry, diags| {
                let fact = Fact::read(entry, &scope, "a secret", diags);
                once(&mut layer.secrets, name, fact, |fact| fact.key, diags);
            });
            each("outputs", &mut |name, entry, diags| {
                let given = Given::read(entry, &scope, diags);
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

    fn components(&mut self, file: &Node, scope: &Scope, targets: &[&str], diags: &mut Diags) {
        let Some(node) = file.get("components").filter(|node| node.value != Value::Null) else {
            return;
        };
        for (name, entry) in decode::map(node, "`components`", diags).into_iter().flatten() {
            if !is_name(name) {
                diags.push(
                    Diagnostic::error(entry.key, "this cannot be the name of a component")
                        .help("begin with a letter, then use a-z, 0-9 and _"),
                );
            }
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

impl Scope {
    fn read(node: &Node, diags: &mut Diags) -> Self {
        let mut list = |name: &str| {
            let listed = node.get(name)?;
            decode::strings(listed, &format!("`{name}`"), diags)
        };
        Self { targets: list("targets"), environments: list("environments") }
    }

    fn within(self, outer: &Self) -> Self {
        Self {
            targets: self.targets.or_else(|| outer.targets.clone()),
            environments: self.environments.or_else(|| outer.environments.clone()),
        }
    }

    /// Whether something with this scope exists for `target` in `environment`.
    pub fn holds(&self, environment: &str, target: Option<&str>) -> bool {
        let named = |list: &Option<Vec<(String, Span)>>, name: &str| {
            list.as_ref().is_none_or(|list| list.iter().any(|(known, _)| known == name))
        };
        named(&self.environments, environment)
            && target.is_none_or(|target| named(&self.targets, target))
    }
}

impl Declared {
    /// A component that a rule adds, with nothing said about it.
    pub(crate) fn implied(key: Span) -> Self {
        Self {
            key,
            kind: None,
            module: None,
            scope: Scope::default(),
            common: Node { value: Value::Map(Map::new()), span: key },
            sections: IndexMap::new(),
        }
    }

    fn read(key: Span, node: &Node, scope: &Scope, targets: &[&str], diags: &mut Diags) -> Self {
        let mut common = Map::new();
        let mut sections = IndexMap::new();
        let mut text = |name: &str| {
            let found = node.get(name)?;
            Some((decode::string(found, &format!("`{name}`"), diags)?, found.span))
        };
        let kind = text("kind");
        let version = text("version").map(|(text, _)| text);
        let module = text("source").map(|(source, _)| Foreign { source, version });
        for (name, entry) in node.as_map().into_iter().flatten() {
            match name.as_str() {
                "kind" | "targets" | "environments" => {}
                "source" | "version" if module.is_some() => {}
                target if targets.contains(&target) => {
                    if decode::map(&entry.node, &format!("section `{target}`"), diags).is_some() {
                        sections.insert(name.clone(), entry.node.clone());
                    }
                }
                _ => {
                    common.insert(name.clone(), entry.clone());
                }
            }
        }
        Self {
            key,
            kind,
            module,
            scope: Scope::read(node, diags).within(scope),
            common: Node { value: Value::Map(common), span: node.span },
            sections,
        }
    }

    /// Adds what another file of the same layer says about the component.
    fn join(&mut self, other: Self, diags: &mut Diags) {
        if other.kind.is_some() {
            self.kind = other.kind;
        }
        self.module = self.module.take().or(other.module);
        if other.scope != self.scope {
            let first = Diagnostic::error(
                other.key,
                "this component stands in two files that differ in where it exists",
            );
            diags.push(
                first
                    .note_at(self.key, "here it stands first")
                    .help("say `targets` and `environments` in one place, at the component"),
            );
        }
        let mut join = |first: &mut Node, second: Node| {
            let (joined, errors) = merge::union(vec![first.clone(), second]);
            diags.extend(errors);
            *first = joined.unwrap_or_else(|| first.clone());
        };
        join(&mut self.common, other.common);
        for (target, section) in other.sections {
            match self.sections.get_mut(&target) {
                Some(known) => join(known, section),
                None => {
                    self.sections.insert(target, section);
                }
            }
        }
    }
}

impl Fact {
    fn read(entry: &Entry, scope: &Scope, what: &str, diags: &mut Diags) -> Self {
        let plain = |description: String, own: Scope, ty: String| Self {
            key: entry.key,
            description,
            ty,
            scope: own.within(scope),
        };
        if let Some(text) = entry.node.as_str() {
            return plain(text.to_owned(), Scope::default(), "string".into());
        }
        let known = ["description", "type", "targets", "environments"];
        if entry.node.as_map().is_none() {
            diags.push(decode::wrong(&entry.node, what, "a description, or a map with one"));
        } else {
            decode::fields(&entry.node, what, &known, diags);
        }
        let text = |name: &str| entry.node.get(name).and_then(Node::as_str).map(str::to_owned);
        plain(
            text("description").unwrap_or_default(),
            Scope::read(&entry.node, diags),
            text("type").unwrap_or_else(|| "string".into()),
        )
    }
}

impl Given {
    fn read(entry: &Entry, scope: &Scope, diags: &mut Diags) -> Self {
        let long = entry.node.get("value").is_some();
        if long {
            let known = ["value", "description", "targets", "environments"];
            decode::fields(&entry.node, "an output", &known, diags);
        } else if entry.node.as_str().is_none() {
            diags.push(decode::wrong(&entry.node, "an output", "a reference such as ${api.url}"));
        }
        Self {
            key: entry.key,
            value: entry.node.get("value").unwrap_or(&entry.node).clone(),
            description: entry.node.get("description").and_then(Node::as_str).map(str::to_owned),
            scope: if long { Scope::read(&entry.node, diags) } else { Scope::default() }
                .within(scope),
        }
    }
}

impl Document {
    fn read(entry: &Entry, scope: &Scope, diags: &mut Diags) -> Option<Self> {
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
        let own = ["template", "path", "each", "targets", "environments"];
        let data = map.iter().filter(|(name, _)| !own.contains(&name.as_str()));
        let data = data.map(|(name, entry)| (name.clone(), entry.clone())).collect();
        Some(Self {
            key: entry.key,
            template: template?,
            path: path?,
            each_environment,
            scope: Scope::read(&entry.node, diags).within(scope),
            data: Node { value: Value::Map(data), span: entry.node.span },
        })
    }
}

/// Lower case letters, digits, `_` and `-`, after a letter.
fn is_name(text: &str) -> bool {
    let word =
        |one: char| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '_' || one == '-';
    text.starts_with(|first: char| first.is_ascii_lowercase()) && text.chars().all(word)
}
