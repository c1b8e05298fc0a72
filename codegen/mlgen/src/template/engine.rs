//! The engine with the templates that are in use: it compiles each once, and renders with all that is wrong.

use std::collections::BTreeMap;

use handlebars::{Context, Handlebars, RenderErrorReason, no_escape};
use serde_json::Value as Json;

use super::compile::compile;
use super::lines::{self, Traced};
use super::note::{Note, Notes};
use super::site::{Place, Sites};
use super::{github, helpers};
use crate::diag::Diagnostic;
use crate::source::Span;

/// A template that another one includes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Partial {
    pub(super) name: String,
    pub(super) span: Span,
}

/// Templates that can be rendered.
#[derive(Debug)]
pub(super) struct Engine {
    registry: Handlebars<'static>,
    notes: Notes,
    sites: Sites,
    templates: Vec<(Place, String)>,
    numbers: BTreeMap<String, usize>,
}

impl Engine {
    pub(super) fn new() -> Self {
        let mut registry = Handlebars::new();
        registry.set_strict_mode(true);
        registry.register_escape_fn(no_escape);
        let notes = Notes::default();
        helpers::register(&mut registry, &notes);
        let (sites, templates) = (Sites::default(), Vec::new());
        Self { registry, notes, sites, templates, numbers: BTreeMap::new() }
    }

    /// Whether there is a template of this name, be it right or wrong.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.numbers.contains_key(name)
    }

    /// Adds a template. What it includes is to be added, too.
    pub(super) fn add(
        &mut self,
        name: &str,
        text: &str,
        place: Place,
    ) -> (Vec<Partial>, Vec<Diagnostic>) {
        let number = self.templates.len();
        self.templates.push((place, text.to_owned()));
        self.numbers.insert(name.to_owned(), number);
        let compiled = compile(text, number, place, &mut self.sites);
        if let Some(mut template) = compiled.template {
            template.name = Some(name.to_owned());
            self.registry.register_template(name, template);
        }
        (compiled.partials, compiled.problems)
    }

    /// Where a site is.
    pub(super) fn span(&self, note: &Note) -> Option<Span> {
        self.sites.span(note.site)
    }

    /// The line of a template from which a line of a rendered text comes; lines count from 1.
    pub(super) fn line(&self, traced: &Traced, line: usize) -> Option<Span> {
        let from = traced.lines.get(line.checked_sub(1)?).copied().flatten()?;
        let (place, text) = self.templates.get(from.template)?;
        Some(place.span(super::site::line(text, from.line)))
    }

    /// Renders a template, or says all that is wrong.
    pub(super) fn render(&self, name: &str, data: Json) -> Result<Traced, Vec<Failure>> {
        let context = Context::from(data);
        let rendered = self.registry.render_with_context(name, &context);
        let notes = self.notes.take();
        if !notes.is_empty() {
            return Err(notes.into_iter().map(Failure::Note).collect());
        }
        let text = rendered.map_err(|error| {
            let number = error.template_name.as_ref().and_then(|name| self.numbers.get(name));
            let at = number.zip(error.line_no).map(|(number, line)| {
                let (place, text) = &self.templates[*number];
                place.span(super::site::line(text, line))
            });
            let message = match error.reason() {
                RenderErrorReason::MissingVariable(_) => {
                    "there is nothing here, and no {{else}}".to_owned()
                }
                reason => reason.to_string(),
            };
            vec![Failure::Engine(at, message)]
        })?;
        let mut traced = lines::trace(&github::show(&text));
        let length = traced.text.trim_end_matches('\n').len();
        traced.text.truncate(length);
        traced.text.push('\n');
        Ok(traced)
    }
}

/// What went wrong while a template was rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// What a helper noted.
    Note(Note),
    /// What the engine itself refused.
    Engine(Option<Span>, String),
}
