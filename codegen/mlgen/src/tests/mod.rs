//! Whole projects, small ones, from texts to documents and to the words of every error.
//!
//! A fixture is several files in one text; the catalogue of `toys.txt` is there unless a fixture brings its own file of
//! the same path.

#![allow(clippy::needless_raw_string_hashes, reason = "the form in which expect-test updates them")]

mod apart;
mod catalogue;
mod components;
mod evaluated;
mod explained;
mod hidden;
mod laws;
mod layers;
mod once;
mod overlap;
mod project;
mod references;
mod rendered;
mod schema;
mod secrets;
mod stated;
mod types;
mod variables;
mod words;

use std::collections::BTreeMap;

use expect_test::Expect;

use crate::catalogue::{Folder, Place};
use crate::merge::fixture;
use crate::{App, Choice, Input, diag};

const TOYS: &str = include_str!("toys.txt");

/// Reads a project whose `mlgen.yaml` is that of the toys, unless the fixture has one.
fn app(text: &str, set: &[&str]) -> App {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    let mut modules: BTreeMap<String, String> = BTreeMap::new();
    for (path, text) in fixture::files(TOYS).into_iter().chain(fixture::files(text)) {
        match path.strip_prefix("modules/") {
            Some(path) => modules.insert(path.to_owned(), text.to_owned()),
            None => files.insert(path.to_owned(), text.to_owned()),
        };
    }
    files.retain(|_, text| text.trim() != "(none)");
    let folder = Folder { place: Place::Local("modules".into()), files: modules };
    let set = set.iter().map(|&one| one.to_owned()).collect();
    App::new(Input { files, catalogues: vec![folder], set })
}

/// All there is to tell.
fn told(app: &App) -> String {
    let all = app.diagnostics();
    let shown = all.iter().map(|one| diag::render(one, app.sources(), false) + "\n");
    shown.collect::<Vec<_>>().join("\n")
}

/// All documents by path.
fn documents(app: &App) -> BTreeMap<String, String> {
    let rendered = app.render(&Choice::default()).into_iter();
    rendered.flat_map(|one| one.documents).map(|one| (one.path, one.text)).collect()
}

/// The errors of a project with components of `configs/base/x.yaml` only.
#[track_caller]
fn check_components(components: &str, expected: &Expect) {
    let indented: String = components.lines().map(|line| format!("  {line}\n")).collect();
    check(&format!("//- configs/base/x.yaml\ncomponents:\n{indented}"), expected);
}

/// The errors of a project, which must not be rendered then.
#[track_caller]
fn check(text: &str, expected: &Expect) {
    check_set(text, &[], expected);
}

#[track_caller]
fn check_set(text: &str, set: &[&str], expected: &Expect) {
    let app = app(text, set);
    let told = told(&app);
    assert!(app.has_errors() || told.is_empty(), "only warnings: {told}");
    assert!(!app.has_errors() || app.render(&Choice::default()).is_empty());
    expected.assert_eq(&told);
}

/// The documents whose paths end so, or what is wrong.
#[track_caller]
fn check_rendered(text: &str, endings: &[&str], expected: &Expect) {
    let app = app(text, &[]);
    let mut shown = told(&app);
    for (path, text) in documents(&app) {
        if endings.iter().any(|ending| path.ends_with(ending)) {
            shown += &format!("//- {path}\n{text}");
        }
    }
    expected.assert_eq(&shown);
}
