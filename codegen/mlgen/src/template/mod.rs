//! Documents that people read and pipelines run: workflows, runbooks, READMEs. They are templates in Handlebars, which
//! see inputs and never outputs.
//!
//! A template of the project (`templates/<name>`) comes before one of the program with the same name, and every
//! template can include every other one. Nothing is escaped, and nothing is silently empty: a name that leads nowhere,
//! a map where a text belongs and a reference whose value nobody knows yet are errors, all told at once. GitHub's
//! `${{ }}` needs no escaping; Helm's `{{ }}` is not supported, since charts belong into a catalogue. What was rendered
//! as YAML or JSON is parsed before it is handed out.

mod clock;
mod compile;
mod context;
mod data;
mod engine;
mod functions;
mod github;
mod helpers;
mod library;
mod lines;
mod note;
mod parsed;
mod path;
mod render;
mod report;
mod site;
mod syntax;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeMap;

pub use library::FOLDER;
pub(crate) use render::plain;

use crate::app::Choice;
use crate::construct::{Environment, System};
use crate::diag::{Diagnostic, Diags};
use crate::doc;
use crate::source::{Sources, Span};
use crate::spec::Spec;
use crate::spec::layer::Document;
use crate::target::Rendered;

/// What documents are made from.
#[derive(Clone, Copy, Debug)]
struct Given<'a> {
    spec: &'a Spec,
    system: &'a System,
    /// Texts of the project by path, of which those under `templates/` count.
    files: &'a BTreeMap<String, String>,
}

/// A document that is to be made.
#[derive(Clone, Copy, Debug)]
struct Job<'a> {
    name: &'a str,
    document: &'a Document,
    /// The environment of a document that each has for itself.
    environment: Option<&'a Environment>,
}

/// The documents that the spec asks for in the chosen environments, with the errors of all of them.
///
/// `files` are texts of the project by path, of which those under [`FOLDER`] are templates. A document that belongs to
/// no single environment is made whatever is chosen. Also given is where the path of each is said. Templates are added
/// to `sources`, so that errors can show them.
pub fn documents(
    spec: &Spec,
    system: &System,
    files: &BTreeMap<String, String>,
    sources: &mut Sources,
    choice: &Choice,
    diags: &mut Diags,
) -> (Vec<Rendered>, BTreeMap<String, Span>) {
    let given = Given { spec, system, files };
    let jobs = jobs(spec, diags);
    let mut renderer = render::Renderer::new(given, sources);
    let mut found: Vec<Rendered> = Vec::new();
    let mut paths: BTreeMap<String, Span> = BTreeMap::new();
    for job in jobs.into_iter().filter(|job| chosen(job, choice)) {
        let Some(document) = renderer.document(job, diags) else { continue };
        let at = job.document.path.1;
        if let Some(first) = paths.insert(document.path.clone(), at) {
            diags.push(twice(&job, &document.path, at, first));
            continue;
        }
        let environment = job.environment.map(|one| one.name.clone());
        let target = match job.document.scope.targets.as_deref() {
            Some([(target, _)]) => Some(target.clone()),
            _ => None,
        };
        let same = |one: &&mut Rendered| one.environment == environment && one.target == target;
        match found.iter_mut().find(same) {
            Some(one) => one.documents.push(document),
            None => found.push(Rendered { environment, target, documents: vec![document] }),
        }
    }
    (found, paths)
}

fn twice(job: &Job<'_>, path: &str, at: Span, first: Span) -> Diagnostic {
    let error = Diagnostic::error(at, format!("two documents have the path `{path}`"));
    if first != at {
        return error.note_at(first, "the other one").help("give each a path of its own");
    }
    match job.environment {
        Some(_) => error.help("put the environment into it: {{environment.name}}"),
        None => error,
    }
}

/// All documents of all environments: those of the base, then those of the environments' own files.
fn jobs<'a>(spec: &'a Spec, diags: &mut Diags) -> Vec<Job<'a>> {
    let mut found = Vec::new();
    for (name, document) in &spec.base.documents {
        if !document.each_environment {
            found.push(Job { name, document, environment: None });
            continue;
        }
        let environments = spec.project.environments.values().filter(|one| holds(document, one));
        found.extend(environments.map(|one| Job { name, document, environment: Some(one) }));
    }
    for environment in spec.project.environments.values() {
        let mut own: BTreeMap<&str, &Document> = BTreeMap::new();
        for (_, layer) in spec.layers(&environment.name) {
            for (name, document) in &layer.documents {
                if let Some(base) = spec.base.documents.get(name) {
                    let error = Diagnostic::error(
                        document.key,
                        format!("document `{name}` is already there"),
                    );
                    let error = error.note_at(base.key, "for all environments");
                    diags.push(error.help("choose another name"));
                } else if holds(document, environment) {
                    own.insert(name, document);
                }
            }
        }
        let jobs = own.into_iter();
        let environment = Some(environment);
        found.extend(jobs.map(|(name, document)| Job { name, document, environment }));
    }
    found
}

/// Whether an environment has the document.
fn holds(document: &Document, environment: &Environment) -> bool {
    let mut targets = environment.targets.iter();
    let target =
        |(target, _): &(String, Span)| document.scope.holds(&environment.name, Some(target));
    document.scope.holds(&environment.name, None)
        && (document.scope.targets.is_none() || targets.any(target))
}

fn chosen(job: &Job<'_>, choice: &Choice) -> bool {
    let named = |list: &[String], name: &str| list.is_empty() || list.iter().any(|one| one == name);
    let targets = job.document.scope.targets.as_deref();
    job.environment.is_none_or(|one| named(&choice.environments, &one.name))
        && targets.is_none_or(|targets| {
            targets.is_empty() || targets.iter().any(|(one, _)| named(&choice.targets, one))
        })
}

/// A rendered text as a file; one that begins with `#!` is a program.
fn file(path: String, text: String) -> doc::Document {
    let executable = text.starts_with("#!");
    doc::Document { path, text, executable }
}
