//! What is told about a template: where in it, and for which document of the spec.

use std::collections::BTreeSet;

use super::engine::{Engine, Failure};
use super::lines::Traced;
use super::note::Wrong;
use super::parsed::Refused;
use super::{Given, Job, library};
use crate::decode::listed;
use crate::diag::{Diagnostic, Diags, closest};
use crate::source::Span;

/// What has been told: a template that is wrong is wrong in every environment, and is reported once.
#[derive(Debug, Default)]
pub(super) struct Report(BTreeSet<(Option<Span>, String)>);

impl Report {
    /// Tells what was not told before.
    pub(super) fn push(&mut self, error: Diagnostic, diags: &mut Diags) {
        if self.0.insert((error.span, error.message.clone())) {
            diags.push(error);
        }
    }

    /// A template that nobody has.
    pub(super) fn no_template(name: &str, at: Span, given: Given<'_>) -> Diagnostic {
        let error = Diagnostic::error(at, format!("there is no template `{name}`"));
        let (own, built_in) = library::names(given.files);
        let error = error.note(format!("built in: {}", listed(&built_in)));
        match closest(name, own.iter().chain(&built_in).copied()) {
            Some(meant) => error.help(format!("did you mean `{meant}`?")),
            None => {
                error.help(format!("write it to {}{name}, or name another one", library::FOLDER))
            }
        }
    }

    /// What went wrong while a document was rendered.
    pub(super) fn failure(
        engine: &Engine,
        given: Given<'_>,
        job: Job<'_>,
        failure: Failure,
    ) -> Diagnostic {
        let (span, message, help) = match failure {
            Failure::Engine(span, message) => (span, message, None),
            Failure::Note(note) => match &note.wrong {
                Wrong::Plain { message, help } => {
                    (engine.span(&note), message.clone(), help.clone())
                }
                Wrong::Absent { component, environment } => {
                    let span = engine.span(&note).unwrap_or(job.document.template.1);
                    return absent(component, environment.as_deref(), span, given, job);
                }
            },
        };
        let error = Diagnostic::error(span.unwrap_or(job.document.template.1), message);
        used(Diagnostic { help, ..error }, job)
    }

    /// What a parser refused, at the line of the template that it comes from.
    pub(super) fn refused(
        engine: &Engine,
        job: Job<'_>,
        path: &str,
        traced: &Traced,
        refused: Refused,
    ) -> Diagnostic {
        let Refused { line, format, message, help } = refused;
        // A parser that misses something at the end stands behind it.
        let line = line.clamp(1, traced.text.lines().count().max(1));
        let span = engine.line(traced, line).unwrap_or(job.document.template.1);
        let written = traced.text.lines().nth(line - 1).unwrap_or_default();
        let error = Diagnostic::error(span, format!("this does not become {format}: {message}"));
        let error = error.note(format!("line {line} of {path}: {}", written.trim_end()));
        used(Diagnostic { help, ..error }, job)
    }
}

/// Adds which document asks for the template.
fn used(error: Diagnostic, job: Job<'_>) -> Diagnostic {
    let text = match job.environment {
        Some(environment) => format!("document `{}`, here of {}", job.name, environment.name),
        None => format!("document `{}`", job.name),
    };
    error.note_at(job.document.template.1, text)
}

/// A component that is not there: whether anybody has it, and who names it.
fn absent(
    component: &str,
    environment: Option<&str>,
    span: Span,
    given: Given<'_>,
    job: Job<'_>,
) -> Diagnostic {
    let spec = given.spec;
    let own = spec.environments.values().find_map(|layer| layer.components.get(component));
    let declared = spec.base.components.get(component).or(own);
    let environment = environment.or(job.environment.map(|one| one.name.as_str()));
    let place = environment.map(|name| format!(" in {name}")).unwrap_or_default();
    let mut error = if let Some(declared) = declared {
        let error = Diagnostic::error(span, format!("component `{component}` is absent{place}"));
        let scope = declared.scope.environments.iter().chain(&declared.scope.targets).flatten();
        let at = scope.map(|(_, at)| *at).next().unwrap_or(declared.key);
        error.note_at(at, "here it says where the component exists").help(format!(
            "ask {{{{#if (has components \"{component}\")}}}} first, or say `environments` at the document"
        ))
    } else {
        let names: BTreeSet<&str> = spec.base.components.keys().map(String::as_str).collect();
        let error = Diagnostic::error(span, format!("there is no component `{component}`"));
        match closest(component, names.iter().copied()) {
            Some(meant) => error.help(format!("did you mean `{meant}`?")),
            None => {
                error.help(format!("there is {}", listed(&names.into_iter().collect::<Vec<_>>())))
            }
        }
    };
    let named = job.document.data.as_map().into_iter().flatten();
    let mut named = named.filter(|(_, entry)| entry.node.as_str() == Some(component));
    if let Some((_, entry)) = named.next() {
        error = error.note_at(entry.node.span, "the document names it");
    }
    used(error, job)
}
