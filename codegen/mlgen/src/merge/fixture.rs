//! Layers for tests in one text, and a merged tree as one.
//!
//! `//- path` begins a file. The files are layers in this order, named by the last part of the path without its ending:
//! `default`, `base`, `class-staging`, `set`; any other is an environment.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::diag::{self, Diags};
use crate::merge::{Layer, LayerName, Merged, MergedValue, Overridden, Path, merge};
use crate::source::{Sources, Span};
use crate::yaml;

/// The files of a fixture: their paths and texts.
pub(crate) fn files(fixture: &str) -> Vec<(&str, &str)> {
    let starts = fixture.split("//- ").skip(1);
    starts.map(|file| file.split_once('\n').unwrap_or((file, ""))).collect()
}

/// The layers of a fixture, which must be right as YAML.
#[track_caller]
pub(crate) fn layers(sources: &mut Sources, fixture: &str) -> Vec<Layer> {
    let parse = |(path, text)| {
        let file = sources.add(path, text);
        let (node, diags) = yaml::parse(sources, file);
        assert!(!diags.has_errors(), "{}", told(diags, sources));
        Layer { name: name(path), node: node.expect("no error, so there is a tree") }
    };
    files(fixture).into_iter().map(parse).collect()
}

/// The merged fixture, a line for each leaf, then what there is to tell.
#[track_caller]
pub(crate) fn outcome(fixture: &str) -> String {
    let mut sources = Sources::default();
    let (merged, diags) = merge(layers(&mut sources, fixture));
    show(&merged, &sources) + &told(diags, &sources)
}

/// A line for each leaf: `path: value  # file:line`, and below what it overrode, nearest first.
/// A map has lines of its own if it overrode something or lost keys.
pub(crate) fn show(merged: &Merged, sources: &Sources) -> String {
    let mut out = String::new();
    let leaves: BTreeSet<Path> = merged.leaves().into_iter().map(|(path, _)| path).collect();
    for (path, value) in merged.walk() {
        let name = if path.0.is_empty() { "(root)".to_owned() } else { path.to_string() };
        if leaves.contains(&path) {
            let mark = match &value.literal {
                Some(literal) => format!("  literal {}", literal.reason.as_deref().unwrap_or("-")),
                None => String::new(),
            };
            let line = format!("{name}: {}{mark}", value.to_json());
            out += &with_place(&line, value.origin.span, sources);
        } else if value.as_map().is_some() && !value.overridden.is_empty() {
            out += &with_place(&format!("{name}: a map"), value.origin.span, sources);
        }
        history(&value.overridden, sources, &mut out);
        for (key, gone) in &value.removed {
            writeln!(out, "{name} without {key}").expect("a string takes all");
            history(gone, sources, &mut out);
        }
    }
    out
}

fn history(overridden: &[Overridden], sources: &Sources, out: &mut String) {
    for one in overridden {
        let value = one.value.as_ref().map(MergedValue::to_json);
        let value = value.map_or("unset".to_owned(), |value| value.to_string());
        *out += &with_place(&format!("  over {value}"), one.origin.span, sources);
    }
}

fn with_place(text: &str, span: Span, sources: &Sources) -> String {
    let place = sources.position(span);
    format!("{text}  # {}:{}\n", place.path, place.line)
}

/// All diagnostics as people read them.
pub(crate) fn told(diags: Diags, sources: &Sources) -> String {
    let all = diags.sorted(sources);
    all.iter().map(|one| diag::render(one, sources, false) + "\n").collect()
}

fn name(path: &str) -> LayerName {
    let file = path.rsplit('/').next().unwrap_or(path);
    let stem = file.split('.').next().unwrap_or(file);
    match (stem, stem.strip_prefix("class-")) {
        ("default", _) => LayerName::Default,
        ("base", _) => LayerName::Base,
        ("set", _) => LayerName::Set,
        (_, Some(class)) => LayerName::Class(class.to_owned()),
        (_, None) => LayerName::Environment(stem.to_owned()),
    }
}
