//! What is told to people: an error or a warning, its place, what was expected, what to do.
//!
//! Stages collect; nothing here stops. A gate between two stages asks [`Diags::has_errors`].

use std::collections::BTreeSet;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::source::{Sources, Span};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is written.
    Error,
    /// Worth a look.
    Warning,
}

/// One thing to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// Where, if it has a place.
    pub span: Option<Span>,
    /// What stands under the caret; may be empty.
    pub label: String,
    /// Other places that matter, and words without a place.
    pub notes: Vec<Note>,
    /// What to do.
    pub help: Option<String>,
}

/// A remark beside a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Where, if it has a place.
    pub span: Option<Span>,
    /// What is to be said.
    pub text: String,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(span: Span, message: impl Into<String>) -> Self {
        Self { span: Some(span), ..Self::new(Severity::Error, message) }
    }

    /// A warning at a place.
    pub fn warning(span: Span, message: impl Into<String>) -> Self {
        Self { span: Some(span), ..Self::new(Severity::Warning, message) }
    }

    /// An error of the project as a whole.
    pub fn global(message: impl Into<String>) -> Self {
        Self::new(Severity::Error, message)
    }

    fn new(severity: Severity, message: impl Into<String>) -> Self {
        Self {
            severity,
            message: message.into(),
            span: None,
            label: String::new(),
            notes: Vec::new(),
            help: None,
        }
    }

    /// Words under the caret.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.label = text.into();
        self
    }

    /// Another place that matters.
    #[must_use]
    pub fn note_at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.notes.push(Note { span: Some(span), text: text.into() });
        self
    }

    /// A remark without a place.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(Note { span: None, text: text.into() });
        self
    }

    /// What to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// The help `did you mean ...?`, if a known name is close to the one that was written.
    #[must_use]
    pub fn suggest<'a>(self, written: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match closest(written, known) {
            Some(name) => self.help(format!("did you mean `{name}`?")),
            None => self,
        }
    }
}

/// The known name that a written one was probably meant to be.
pub fn closest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = written.chars().count();
    let allowed = (length / 3).max(1).min(length.saturating_sub(1));
    let scored = known.into_iter().map(|name| (strsim::damerau_levenshtein(written, name), name));
    scored.filter(|(distance, _)| *distance <= allowed).min().map(|(_, name)| name)
}

/// Everything that was found so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diags {
    found: Vec<Diagnostic>,
    secrets: BTreeSet<Span>,
}

impl Diags {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// Says that a value is a secret that must not be shown, in whatever message its line occurs.
    pub fn conceal(&mut self, span: Span) {
        self.secrets.insert(span);
    }

    /// The values that must not be shown.
    pub fn concealed(&self) -> impl Iterator<Item = Span> {
        self.secrets.iter().copied()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Adds all of another collection.
    pub fn extend(&mut self, other: Diags) {
        self.found.extend(other.found);
        self.secrets.extend(other.secrets);
    }

    /// Whether a stage that needs a sound tree must not start.
    pub fn has_errors(&self) -> bool {
        self.found.iter().any(|one| one.severity == Severity::Error)
    }

    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// All, in the order of their places; what is said twice is kept once.
    pub fn sorted(mut self, sources: &Sources) -> Vec<Diagnostic> {
        let place = |one: &Diagnostic| one.span.map(|span| sources.position(span));
        self.found.sort_by_key(|one| (place(one), one.message.clone()));
        self.found.dedup();
        self.found
    }
}

impl IntoIterator for Diags {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.found.into_iter()
    }
}

/// The diagnostic as people read it, with the lines it speaks of. `colour` adds terminal colours.
pub fn render(diagnostic: &Diagnostic, sources: &Sources, colour: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(diagnostic.message.as_str());
    let mut groups = Vec::new();
    let mut group = match diagnostic.span {
        None => Group::with_title(title),
        Some(span) => {
            let caret = AnnotationKind::Primary
                .span(span.start as usize..span.end as usize)
                .label(diagnostic.label.as_str());
            title.element(snippet(sources, span).annotation(caret))
        }
    };
    for note in diagnostic.notes.iter().filter(|note| note.span.is_none()) {
        group = group.element(Level::NOTE.message(note.text.as_str()));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    groups.push(group);
    for note in &diagnostic.notes {
        let Some(span) = note.span else { continue };
        let range = AnnotationKind::Context.span(span.start as usize..span.end as usize);
        let title = Level::NOTE.secondary_title(note.text.as_str());
        groups.push(title.element(snippet(sources, span).annotation(range)));
    }
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&groups)
}

fn snippet<T: Clone>(sources: &Sources, span: Span) -> Snippet<'_, T> {
    Snippet::source(sources.shown(span.file)).path(sources.path(span.file))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(make: impl FnOnce(Span, Span) -> Diagnostic, expected: &Expect) {
        let mut sources = Sources::default();
        let base =
            sources.add("configs/base/data.yaml", "components:\n  database:\n    storage: 20\n");
        let env = sources.add("configs/envs/prod/sizes.yaml", "database: { storage: three }\n");
        let diagnostic = make(env.span(21..26), base.span(37..39));
        expected.assert_eq(&render(&diagnostic, &sources, false));
    }

    #[test]
    fn a_place_a_note_and_help() {
        check(
            |here, there| {
                Diagnostic::error(here, "`storage` must be a number, found \"three\"")
                    .label("a string")
                    .note_at(there, "overrides this")
                    .help("write a number of GiB")
            },
            &expect![[r#"
                error: `storage` must be a number, found "three"
                 --> configs/envs/prod/sizes.yaml:1:22
                  |
                1 | database: { storage: three }
                  |                      ^^^^^ a string
                  |
                  = help: write a number of GiB
                note: overrides this
                 --> configs/base/data.yaml:3:14
                  |
                3 |     storage: 20
                  |              --"#]],
        );
    }

    #[test]
    fn no_place() {
        check(
            |_, _| Diagnostic::global("there is no mlgen.yaml").help("run `mlgen init`"),
            &expect![[r"
            error: there is no mlgen.yaml
             |
             = help: run `mlgen init`"]],
        );
    }

    #[test]
    fn suggestions_are_close() {
        assert_eq!(closest("databse", ["cache", "database"]), Some("database"));
        assert_eq!(closest("vpc", ["cache", "database"]), None);
        assert_eq!(closest("4", ["3"]), None);
    }
}
