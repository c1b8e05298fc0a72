//! Where a value comes from, what it overrode, and where it goes.

use serde::Serialize;

use crate::app::{App, Choice};
use crate::construct::stack::json;
use crate::construct::tune::variable_name;
use crate::construct::{Component, Stack};
use crate::diag::{Diagnostic, closest};
use crate::merge::{LayerName, Merged, MergedValue, Path, Segment};
use crate::source::{Sources, Span};

/// What is to be said about a value on one target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The target.
    pub target: String,
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
    /// Explains the value at `path` (`database.storage_gb`) in an environment, for each of its targets that has it.
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
        let rest = Path(rest.to_vec());
        let found: Vec<Explanation> = having
            .iter()
            .filter_map(|(stack, component)| self.explain_in(stack, component, &rest))
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

    fn explain_in(&self, stack: &Stack, component: &Component, path: &Path) -> Option<Explanation> {
        let sources = self.sources();
        let goes_to = self.destination(stack, component, path);
        let Some(merged) = component.merged.get(path) else {
            return explain_default(stack, component, path, sources, goes_to);
        };
        let setting = |layer: usize, span: Span| setting(&component.layers[layer], span, sources);
        Some(Explanation {
            target: stack.target.name.clone(),
            value: shown(merged.to_json(), merged.origin.span, sources),
            set: setting(merged.origin.layer.0, place(merged)),
            over: merged
                .overridden
                .iter()
                .map(|one| Overridden {
                    value: one
                        .value
                        .as_ref()
                        .map(|value| shown(value.to_json(), one.origin.span, sources)),
                    set: setting(one.origin.layer.0, one.origin.place()),
                })
                .collect(),
            goes_to,
        })
    }

    /// The line of a document in which the value stands, for Terraform.
    fn destination(
        &self,
        stack: &Stack,
        component: &Component,
        path: &Path,
    ) -> Option<Destination> {
        let choice = Choice {
            environments: vec![stack.environment.name.clone()],
            targets: vec![stack.target.name.clone()],
        };
        let keys: Vec<String> = path.keys().map(str::to_owned).collect();
        let variable = component.variables.iter().find(|leaf| keys.starts_with(leaf));
        let (file, name) = match variable {
            Some(leaf) => {
                let file = format!("{}.tfvars", stack.environment.names.tfvars);
                (file, variable_name(&component.name, leaf))
            }
            None => (format!("{}.tf", component.name), keys.last()?.clone()),
        };
        let path = match stack.folder.as_str() {
            "" => file,
            folder => format!("{folder}/{file}"),
        };
        let rendered = self.render(&choice);
        let mut documents = rendered.iter().flat_map(|one| &one.documents);
        let document = documents.find(|document| document.path == path)?;
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
            for key in &keys {
                at = Some(lines.find(|(_, line)| is_it(line, key))?.0 + 1);
            }
            at?
        };
        Some(Destination { file: document.path.clone(), line, name })
    }
}

/// The value, unless it is a secret that should not be where it is.
fn shown(value: serde_json::Value, span: Span, sources: &Sources) -> serde_json::Value {
    if sources.conceals(span) { "(concealed)".into() } else { value }
}

/// A value that only the module sets.
fn explain_default(
    stack: &Stack,
    component: &Component,
    path: &Path,
    sources: &Sources,
    goes_to: Option<Destination>,
) -> Option<Explanation> {
    let kind = component.made.kind()?;
    let [Segment::Key(input)] = path.0.as_slice() else { return None };
    let declared = kind.interface.inputs.get(input)?;
    let node = declared.default.as_ref()?;
    Some(Explanation {
        target: stack.target.name.clone(),
        value: json(node),
        set: setting(&LayerName::Default, node.span, sources),
        over: Vec::new(),
        goes_to,
    })
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
