//! Where a value comes from, what it overrode, and where it goes.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::app::{App, Choice};
use crate::catalogue::target::Writer;
use crate::construct::stack::json;
use crate::construct::tune::variable_name;
use crate::construct::{Component, Stack};
use crate::diag::{Diagnostic, closest};
use crate::doc::Document;
use crate::merge::{LayerName, Merged, MergedValue, Path, Segment};
use crate::node::Value;
use crate::source::{Sources, Span};

/// What is to be said about a value on one target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The target.
    pub target: String,
    /// Component and keys.
    pub path: String,
    /// The value that won, as JSON.
    pub value: serde_json::Value,
    /// Who set it.
    pub set: Setting,
    /// What it overrode, nearest first.
    pub over: Vec<Overridden>,
    /// Where it goes.
    pub goes_to: Option<Destination>,
}

/// Who set a value, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// `base`, `class staging`, `environment staging`, `--set`, `default`, `convention`.
    pub layer: String,
    /// Path of the file.
    pub file: String,
    /// Counts from 1.
    pub line: usize,
}

/// A value that did not win.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Overridden {
    /// What it was; nothing if that layer had unset it.
    pub value: Option<serde_json::Value>,
    /// Who had set it.
    pub set: Setting,
}

/// A line of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Destination {
    /// Path of the document.
    pub file: String,
    /// Counts from 1.
    pub line: usize,
    /// The name of the variable or argument there.
    pub name: String,
}

impl App {
    /// Explains the value at `path` (`database.storage_gb`, or `database.aws.storage_gb` for one target) in an environment,
    /// for each of its targets that has it. Of a map to which several layers added, each entry is explained.
    ///
    /// # Errors
    ///
    /// When there is no such environment, component or value.
    pub fn explain(
        &self,
        environment: &str,
        path: &Path,
    ) -> Result<Vec<Explanation>, Box<Diagnostic>> {
        let error = |message: String| Box::new(Diagnostic::global(message));
        let Some(spec) = self.spec() else {
            return Err(error("the project cannot be read".into()));
        };
        let Some(named) = spec.project.environment(environment) else {
            let known = spec.project.environments.keys().map(String::as_str);
            let error = Diagnostic::global(format!("there is no environment `{environment}`"));
            return Err(Box::new(error.suggest(environment, known)));
        };
        let stacks: Vec<&Stack> =
            self.stacks().iter().filter(|stack| stack.environment.name == named.name).collect();
        let Some((Segment::Key(component), rest)) = path.0.split_first() else {
            return Err(error("write a component and an input: database.storage_gb".into()));
        };
        let having: Vec<(&Stack, &Component)> = stacks
            .iter()
            .filter_map(|stack| Some((*stack, stack.components.get(component.as_str())?)))
            .collect();
        if having.is_empty() {
            let known = stacks.iter().flat_map(|stack| stack.components.keys().map(String::as_str));
            let error =
                Diagnostic::global(format!("{} has no component `{component}`", named.name));
            return Err(Box::new(error.suggest(component, known)));
        }
        let of_target = |(stack, _): &&(&Stack, &Component)| matches!(rest.first(), Some(Segment::Key(key)) if *key == stack.target.name);
        let having: Vec<_> = match having.iter().find(of_target) {
            Some(one) => vec![*one],
            None => having,
        };
        let section = having.iter().find(of_target).is_some();
        let rest = Path(rest[usize::from(section)..].to_vec());
        let found: Vec<Explanation> = having
            .iter()
            .flat_map(|(stack, component)| Explained::new(self, stack, component).at(&rest))
            .collect();
        if found.is_empty() {
            let known = having.iter().filter_map(|(_, component)| component.made.kind());
            let known = known.flat_map(|kind| kind.interface.inputs.keys().map(String::as_str));
            let message = format!("nothing sets `{path}` in {}", named.name);
            let error = Diagnostic::global(message);
            let written = rest.keys().next().unwrap_or_default();
            return Err(Box::new(match closest(written, known) {
                Some(name) if name != written => {
                    error.help(format!("did you mean `{component}.{name}`?"))
                }
                _ => error,
            }));
        }
        Ok(found)
    }
}

/// A component of a stack that is explained.
struct Explained<'a> {
    sources: &'a Sources,
    stack: &'a Stack,
    component: &'a Component,
    documents: Vec<Document>,
}

impl<'a> Explained<'a> {
    fn new(app: &'a App, stack: &'a Stack, component: &'a Component) -> Self {
        let choice = Choice {
            environments: vec![stack.environment.name.clone()],
            targets: vec![stack.target.name.clone()],
        };
        let documents = app.render(&choice).into_iter().flat_map(|one| one.documents).collect();
        Self { sources: app.sources(), stack, component, documents }
    }

    fn at(&self, path: &Path) -> Vec<Explanation> {
        let Some(merged) = self.component.merged.get(path) else {
            return self.default(path).into_iter().collect();
        };
        match &merged.value {
            MergedValue::Map(entries)
                if merged.literal.is_none() && layers_of(merged).len() > 1 =>
            {
                let below = entries.keys().flat_map(|key| {
                    let mut path = path.clone();
                    path.0.push(Segment::Key(key.clone()));
                    self.at(&path)
                });
                below.collect()
            }
            _ => vec![self.value(merged, path)],
        }
    }

    fn value(&self, merged: &Merged, path: &Path) -> Explanation {
        let sources = self.sources;
        let setting =
            |layer: usize, span: Span| setting(&self.component.layers[layer], span, sources);
        let over = merged.overridden.iter().map(|one| Overridden {
            value: one.value.as_ref().map(|value| shown(value.to_json(), one.origin.span, sources)),
            set: setting(one.origin.layer.0, one.origin.place()),
        });
        // A map begins where its first entry does: an empty one may stand before it.
        let origin = layers_of(merged).into_iter().next();
        let (layer, span) = origin.unwrap_or((merged.origin.layer.0, place(merged)));
        Explanation {
            target: self.stack.target.name.clone(),
            path: self.full(path),
            value: shown(merged.to_json(), merged.origin.span, sources),
            set: setting(layer, span),
            over: over.collect(),
            goes_to: self.destination(path),
        }
    }

    /// A value that only the module sets.
    fn default(&self, path: &Path) -> Option<Explanation> {
        let kind = self.component.made.kind()?;
        let (Segment::Key(input), rest) = path.0.split_first()? else { return None };
        let default = kind.interface.inputs.get(input)?.default.as_ref()?;
        let node = rest.iter().try_fold(default, |node, segment| match (segment, &node.value) {
            (Segment::Key(key), _) => node.get(key),
            (Segment::Index(at), Value::List(items)) => items.get(*at),
            _ => None,
        })?;
        Some(Explanation {
            target: self.stack.target.name.clone(),
            path: self.full(path),
            value: json(node),
            set: setting(&LayerName::Default, node.span, self.sources),
            over: Vec::new(),
            goes_to: self.destination(path),
        })
    }

    fn full(&self, path: &Path) -> String {
        let mut segments = vec![Segment::Key(self.component.name.clone())];
        segments.extend(path.0.iter().cloned());
        Path(segments).to_string()
    }

    /// The line of a document in which the value stands.
    fn destination(&self, path: &Path) -> Option<Destination> {
        let keys: Vec<String> = path.keys().map(str::to_owned).collect();
        match self.stack.target.writer {
            Writer::Terraform => self.in_terraform(&keys),
            Writer::Helm => self.in_values(&keys),
            Writer::Compose => None,
        }
    }

    fn document(&self, file: &str) -> Option<&Document> {
        let path = match self.stack.folder.as_str() {
            "" => file.to_owned(),
            folder => format!("{folder}/{file}"),
        };
        self.documents.iter().find(|document| document.path == path)
    }

    fn in_terraform(&self, keys: &[String]) -> Option<Destination> {
        let Self { stack, component, .. } = self;
        let variable = component.variables.iter().find(|leaf| keys.starts_with(leaf));
        let (file, name) = match variable {
            Some(leaf) => {
                let file = format!("{}.tfvars", stack.environment.names.tfvars);
                (file, variable_name(&component.name, leaf))
            }
            None => (format!("{}.tf", component.name), keys.last()?.clone()),
        };
        let document = self.document(&file)?;
        let is_it = |line: &str, name: &str| {
            let rest = line.trim_start().trim_start_matches('"').strip_prefix(name);
            let rest = rest.map(|rest| rest.trim_start_matches('"').trim_start());
            rest.is_some_and(|rest| rest.starts_with('='))
        };
        let mut lines = document.text.lines().enumerate();
        let line = if variable.is_some() {
            lines.find(|(_, line)| is_it(line, &name))?.0 + 1
        } else {
            lines.find(|(_, line)| line.starts_with("module "))?;
            let mut at = None;
            for key in keys {
                at = Some(lines.find(|(_, line)| is_it(line, key))?.0 + 1);
            }
            at?
        };
        Some(Destination { file: document.path.clone(), line, name })
    }

    /// Values of a chart stand as in the spec, under the component's name there.
    fn in_values(&self, keys: &[String]) -> Option<Destination> {
        let Self { stack, component, .. } = self;
        let file = format!("{}/values.{}.yaml", stack.system, stack.environment.names.values);
        let document = self.document(&file)?;
        let mut lines = document.text.lines().enumerate();
        let mut at = 0;
        let alias = component.name.replace('-', "_");
        for (depth, key) in std::iter::once(&alias).chain(keys).enumerate() {
            let begin = format!("{}{key}:", "  ".repeat(depth));
            at = lines.find(|(_, line)| line.starts_with(&begin))?.0 + 1;
        }
        Some(Destination { file: document.path.clone(), line: at, name: keys.last()?.clone() })
    }
}

/// The layers that set something in a value, each with the first place of it, the latest layer first.
fn layers_of(merged: &Merged) -> Vec<(usize, Span)> {
    fn collect(merged: &Merged, found: &mut BTreeMap<Reverse<usize>, Span>) {
        match &merged.value {
            MergedValue::Map(entries) if !entries.is_empty() && merged.literal.is_none() => {
                for entry in entries.values() {
                    collect(&entry.value, found);
                }
            }
            _ => {
                found.entry(Reverse(merged.origin.layer.0)).or_insert_with(|| place(merged));
            }
        }
    }
    let mut found = BTreeMap::new();
    collect(merged, &mut found);
    found.into_iter().map(|(Reverse(layer), span)| (layer, span)).collect()
}

/// The value, unless it is a secret that should not be where it is.
fn shown(value: serde_json::Value, span: Span, sources: &Sources) -> serde_json::Value {
    if sources.conceals(span) { "(concealed)".into() } else { value }
}

/// Where a value stands: a scalar itself, and the key of what takes several lines.
fn place(merged: &Merged) -> Span {
    match merged.value {
        MergedValue::Map(_) | MergedValue::List(_) => merged.origin.place(),
        _ => merged.origin.span,
    }
}

fn setting(layer: &LayerName, span: Span, sources: &Sources) -> Setting {
    let position = sources.position(span);
    Setting { layer: layer.to_string(), file: position.path, line: position.line }
}
