//! What goes wrong while a template renders: noted where it happens, so that one run tells everything.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use handlebars::{Context, RenderContext};
use serde_json::Value as Json;

use crate::decode::listed;
use crate::diag::closest;

/// Something wrong at a site: an expression of a template, by its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) site: usize,
    pub(super) wrong: Wrong,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// In one sentence, with what to do.
    Plain { message: String, help: Option<String> },
    /// A component that the environment does not have.
    Absent { component: String, environment: Option<String> },
}

/// All notes of a run, and the site of the expression that is being evaluated.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes(Arc<Mutex<Vec<Note>>>);

impl Notes {
    fn lock(&self) -> MutexGuard<'_, Vec<Note>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes all notes out.
    pub(super) fn take(&self) -> Vec<Note> {
        std::mem::take(&mut self.lock())
    }

    /// Adds a note. Of one expression one thing is said: the rest mostly follows from it.
    pub(super) fn add(&self, site: usize, wrong: Wrong) {
        let mut notes = self.lock();
        let element = super::site::element;
        if notes.iter().all(|note| element(note.site) != element(site)) {
            notes.push(Note { site, wrong });
        }
    }

    pub(super) fn plain(&self, site: usize, message: String, help: Option<String>) {
        self.add(site, Wrong::Plain { message, help });
    }

    /// A path that leads nowhere: says how far it leads, and where it could go.
    pub(super) fn missing<'rc>(
        &self,
        site: usize,
        path: &str,
        context: &'rc Context,
        rc: &RenderContext<'_, 'rc>,
    ) {
        let found = |path: &str| match path {
            "@root" => Some(context.data().clone()),
            path => {
                let found = rc.evaluate(context, path).ok()?;
                (!found.is_missing()).then(|| found.as_json().clone())
            }
        };
        let words: Vec<&str> =
            if path.starts_with("..") { vec![path] } else { path.split('.').collect() };
        let reached = (1..words.len()).rev().find_map(|length| {
            let prefix = words[..length].join(".");
            Some((length, found(&prefix)?))
        });
        let (length, parent) = match &reached {
            Some((length, parent)) => (*length, Some(parent.clone())),
            None => (0, found("this")),
        };
        if let Some(written) = parent.as_ref().and_then(reference) {
            self.add(site, Wrong::reference(path, written));
            return;
        }
        let wanted = words[length];
        if length > 0 && words[length - 1] == "components" {
            self.absent(site, &words[..length].join("."), wanted, context, rc);
            return;
        }
        let message = match length {
            0 => format!("`{path}` is unknown"),
            _ => format!("`{}` has no `{wanted}`", words[..length].join(".")),
        };
        let root = context.data().get(wanted).is_some();
        let help = match (length, wanted) {
            (0, _) if root && parent.as_ref() != Some(context.data()) => {
                Some(format!("it belongs to the whole document: write `@root.{path}`"))
            }
            (0, "environment" | "components" | "targets") if !root => {
                Some("this document is made once: say `each: environment`, or write {{#each environments}}".to_owned())
            }
            _ => parent.as_ref().and_then(|parent| known(wanted, parent)),
        };
        self.plain(site, message, help);
    }

    /// A component that is not among those of an environment, which stand at `path`.
    pub(super) fn absent<'rc>(
        &self,
        site: usize,
        path: &str,
        component: &str,
        context: &'rc Context,
        rc: &RenderContext<'_, 'rc>,
    ) {
        let name = |path: &str| {
            let found = rc.evaluate(context, path).ok()?;
            found.as_json().as_str().map(str::to_owned)
        };
        let sibling = path.strip_suffix("components").map(|before| format!("{before}name"));
        let environment =
            sibling.and_then(|path| name(&path)).or_else(|| name("@root.environment.name"));
        self.add(site, Wrong::Absent { component: component.to_owned(), environment });
    }
}

impl Wrong {
    /// A value that nobody knows while documents are made.
    pub(super) fn reference(path: &str, written: &str) -> Self {
        Self::Plain {
            message: format!(
                "`{path}` is not known before something exists: it refers to {written}"
            ),
            help: Some("a document sees inputs, never outputs".to_owned()),
        }
    }
}

/// What a value refers to, if it is a reference.
pub(super) fn reference(value: &Json) -> Option<&str> {
    let entries = value.as_object().filter(|entries| entries.len() == 1)?;
    entries.get(super::context::REFERENCE)?.as_str()
}

/// What could have been meant.
pub(super) fn known(wanted: &str, parent: &Json) -> Option<String> {
    let Json::Object(entries) = parent else {
        return Some(format!("it is {}", kind(parent)));
    };
    let mut keys: Vec<&str> = entries.keys().map(String::as_str).collect();
    keys.sort_unstable();
    if let Some(meant) = closest(wanted, keys.iter().copied()) {
        return Some(format!("did you mean `{meant}`?"));
    }
    (!keys.is_empty()).then(|| format!("there is {}", listed(&keys)))
}

/// What a value is, for messages.
pub(super) fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "a list",
        Json::Object(_) => "a map",
    }
}
