//! What is told to people: an error or a warning, its place, what was expected, what to do.
//!
//! Stages collect; nothing here stops. A gate between two stages asks [`Diags::has_errors`].

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use indexmap::{IndexMap, IndexSet};

use crate::source::{FileId, Sources, Span};

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
    /// Where in the system it holds, if not everywhere: what is told at the end of the message. One mistake may
    /// concern many stacks; it is told once for all of them.
    pub stacks: IndexSet<Stacks>,
}

/// A target, an environment, or the stack that both name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Stacks {
    /// Name of the target; any when absent.
    pub target: Option<String>,
    /// Name of the environment; any when absent.
    pub environment: Option<String>,
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
            stacks: IndexSet::new(),
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

    /// Only for one target: ` for aws` at the end of the message.
    #[must_use]
    pub fn target(mut self, name: &str) -> Self {
        self.stacks.insert(Stacks { target: Some(name.to_owned()), environment: None });
        self
    }

    /// Only in one environment: ` in staging` at the end of the message.
    #[must_use]
    pub fn environment(mut self, name: &str) -> Self {
        self.stacks.insert(Stacks { target: None, environment: Some(name.to_owned()) });
        self
    }

    /// Only for one target in one environment: ` for aws in staging` at the end of the message.
    #[must_use]
    pub fn stack(mut self, target: &str, environment: &str) -> Self {
        let (target, environment) = (Some(target.to_owned()), Some(environment.to_owned()));
        self.stacks.insert(Stacks { target, environment });
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

    /// Whether there is an error at a place of this source.
    pub fn has_errors_in(&self, file: FileId) -> bool {
        let here = |one: &Diagnostic| one.span.is_some_and(|span| span.file == file);
        self.found.iter().any(|one| one.severity == Severity::Error && here(one))
    }

    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Adds those of another collection about places of which nothing was found since there were `before`.
    pub(crate) fn extend_beside(&mut self, before: usize, other: Diags) {
        let told: BTreeSet<Span> = self.found[before..].iter().filter_map(|one| one.span).collect();
        let beside = |one: &Diagnostic| one.span.is_none_or(|span| !told.contains(&span));
        self.found.extend(other.found.into_iter().filter(beside));
        self.secrets.extend(other.secrets);
    }

    /// All, in the order of their places. The same sentence about the same place is one mistake, told once with all
    /// stacks that it concerns.
    pub fn sorted(self, sources: &Sources) -> Vec<Diagnostic> {
        let mut once: BTreeMap<_, Diagnostic> = BTreeMap::new();
        for one in self.found {
            let place = one.span.map(|span| sources.position(span));
            match once.entry((place, one.message.clone(), one.severity, one.span)) {
                Entry::Occupied(mut first) => first.get_mut().stacks.extend(one.stacks),
                Entry::Vacant(free) => {
                    free.insert(one);
                }
            }
        }
        let told = once.into_values().map(|mut one| {
            let stacks = std::mem::take(&mut one.stacks);
            one.message.push_str(&listed(&stacks));
            one
        });
        told.collect()
    }
}

impl IntoIterator for Diags {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.found.into_iter()
    }
}

/// Environments that a message names.
const NAMED: usize = 3;

/// ` for aws and azure in staging`: targets with the same environments together.
fn listed(stacks: &IndexSet<Stacks>) -> String {
    let mut by_target: IndexMap<Option<&str>, IndexSet<&str>> = IndexMap::new();
    for one in stacks {
        let environments = by_target.entry(one.target.as_deref()).or_default();
        environments.extend(one.environment.as_deref());
    }
    let mut groups: Vec<(Vec<&str>, IndexSet<&str>)> = Vec::new();
    for (target, environments) in by_target {
        match groups.iter_mut().find(|(_, known)| *known == environments) {
            Some((targets, _)) => targets.extend(target),
            None => groups.push((target.into_iter().collect(), environments)),
        }
    }
    let group = |(targets, environments): &(Vec<&str>, IndexSet<&str>)| {
        let environments: Vec<&str> = environments.iter().copied().collect();
        let part = |word: &str, names: &[&str]| match names {
            [] => String::new(),
            [one] => format!(" {word} {one}"),
            [first @ .., last] if names.len() <= NAMED => {
                format!(" {word} {} and {last}", first.join(", "))
            }
            all => format!(" {word} {} and {} others", all[..NAMED].join(", "), all.len() - NAMED),
        };
        part("for", targets) + &part("in", &environments)
    };
    groups.iter().map(group).collect::<Vec<_>>().join(",")
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
    fn one_sentence_about_one_place_is_told_once() {
        let mut sources = Sources::default();
        let file = sources.add("a.yaml", "a: 1\n");
        for (stacks, expected) in [
            (vec![], "it is wrong"),
            (vec![("aws", "staging")], "it is wrong for aws in staging"),
            (
                vec![("aws", "staging"), ("azure", "staging"), ("aws", "production")],
                "it is wrong for aws in staging and production, for azure in staging",
            ),
            (
                vec![("aws", "staging"), ("azure", "staging"), ("aws", "staging")],
                "it is wrong for aws and azure in staging",
            ),
            (
                vec![("aws", "a"), ("aws", "b"), ("aws", "c"), ("aws", "d"), ("aws", "e")],
                "it is wrong for aws in a, b, c and 2 others",
            ),
        ] {
            let mut diags = Diags::default();
            diags.push(Diagnostic::error(file.span(0..1), "it is wrong"));
            for (target, environment) in stacks {
                let error = Diagnostic::error(file.span(0..1), "it is wrong");
                diags.push(error.help("of the others").stack(target, environment));
            }
            let told = diags.sorted(&sources);
            assert_eq!(told.len(), 1);
            assert_eq!((told[0].message.as_str(), &told[0].help), (expected, &None));
        }
        let mut diags = Diags::default();
        diags.push(Diagnostic::error(file.span(0..1), "it is absent").environment("staging"));
        diags.push(Diagnostic::error(file.span(0..1), "it is unknown").target("aws"));
        let told: Vec<_> = diags.sorted(&sources).into_iter().map(|one| one.message).collect();
        assert_eq!(told, ["it is absent in staging", "it is unknown for aws"]);
    }

    #[test]
    fn suggestions_are_close() {
        assert_eq!(closest("databse", ["cache", "database"]), Some("database"));
        assert_eq!(closest("vpc", ["cache", "database"]), None);
        assert_eq!(closest("4", ["3"]), None);
    }
}
