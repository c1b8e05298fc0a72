//! A component as one layer declares it: its kind, where it exists, and its inputs as they were written.

use indexmap::IndexMap;

use super::Scope;
use crate::decode;
use crate::diag::{Diagnostic, Diags};
use crate::merge;
use crate::node::{Map, Node, Value};
use crate::source::Span;

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
    /// Inputs for one target, with the place of the target's name.
    pub sections: IndexMap<String, (Span, Node)>,
}

/// Names that are sections of a component, and not its inputs.
#[derive(Clone, Debug)]
pub(super) struct Targets<'a> {
    /// Those that the project has.
    pub(super) of_project: Vec<&'a str>,
    /// Those that it could have.
    pub(super) of_catalogue: &'a [&'a str],
}

/// A module that no catalogue has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// As Terraform takes it; a folder is relative to `mlgen.yaml`.
    pub source: String,
    /// A version constraint, for modules of a registry.
    pub version: Option<String>,
    /// Where the source stands.
    pub span: Span,
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

    /// The inputs for one target, if something is said for it alone.
    pub fn section(&self, target: &str) -> Option<&Node> {
        self.sections.get(target).map(|(_, node)| node)
    }

    pub(super) fn read(
        key: Span,
        node: &Node,
        scope: &Scope,
        targets: &Targets<'_>,
        diags: &mut Diags,
    ) -> Self {
        let mut common = Map::new();
        let mut sections = IndexMap::new();
        let mut text = |name: &str| {
            let found = node.get(name)?;
            Some((decode::string(found, &format!("`{name}`"), diags)?, found.span))
        };
        let kind = text("kind");
        let version = text("version").map(|(text, _)| text);
        let module = text("source").map(|(source, span)| Foreign { source, version, span });
        if let (Some((_, span)), Some(module)) = (&kind, &module) {
            diags.push(
                Diagnostic::error(*span, "a component has a `kind` or a `source`, not both")
                    .note_at(module.span, "the module that it names")
                    .help("leave `kind` out: nothing is known of somebody else's module"),
            );
        }
        for (name, entry) in node.as_map().into_iter().flatten() {
            match name.as_str() {
                "kind" | "targets" | "environments" => {}
                "source" | "version" if module.is_some() => {}
                target if targets.of_project.contains(&target) => {
                    let what = format!("section `{target}`");
                    if entry.node.value != Value::Null
                        && decode::map(&entry.node, &what, diags).is_some()
                    {
                        sections.insert(name.clone(), (entry.key, entry.node.clone()));
                    }
                }
                target if targets.of_catalogue.contains(&target) => {
                    let message = format!("`{target}` is a target, but not one of mlgen.yaml");
                    diags.push(Diagnostic::error(entry.key, message).help(format!(
                        "add `{target}: {{}}` under `targets` of mlgen.yaml, or leave this section out"
                    )));
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
    pub(super) fn join(&mut self, other: Self, diags: &mut Diags) {
        match (&self.kind, &other.kind) {
            (Some((first, at)), Some((second, span))) if first != second => {
                let error = Diagnostic::error(*span, format!("the kind is `{first}` already"));
                diags.push(error.note_at(*at, "here").help("say it in one place"));
            }
            (None, Some(_)) => self.kind = other.kind,
            _ => {}
        }
        match (&self.module, &other.module) {
            (Some(first), Some(second)) if first != second => {
                let error = Diagnostic::error(second.span, "the component has a source already");
                diags.push(error.note_at(first.span, "here").help("say it in one place"));
            }
            (None, Some(_)) => self.module = other.module,
            _ => {}
        }
        if !self.scope.join(other.scope) {
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
            let before = std::mem::replace(first, Node { value: Value::Null, span: first.span });
            let (joined, errors) = merge::union(vec![before, second]);
            diags.extend(errors);
            *first = joined.expect("both are maps");
        };
        join(&mut self.common, other.common);
        for (target, (key, section)) in other.sections {
            match self.sections.get_mut(&target) {
                Some((_, known)) => join(known, section),
                None => {
                    self.sections.insert(target, (key, section));
                }
            }
        }
    }
}
