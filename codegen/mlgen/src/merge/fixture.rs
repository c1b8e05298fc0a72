//! Layers for tests in one text, and a merged tree as one.
//!
//! `//- path` begins a file. The files are layers in this order, named by the last part of the path without its ending:
//! `default`, `base`, `class-staging`, `set`; any other is an environment.

use std::fmt::Write as _;

use crate::diag::{self, Diags};
use crate::merge::{Layer, LayerName, Merged, MergedValue, Overridden, merge};
use crate::source::Sources;
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
pub(crate) fn show(merged: &Merged, sources: &Sources) -> String {
    let mut out = String::new();
    for (path, leaf) in merged.leaves() {
        let mark = match &leaf.literal {
            Some(literal) => format!("  literal {}", literal.reason.as_deref().unwrap_or("-")),
            None => String::new(),
        };
        let line = format!("{path}: {}{mark}", leaf.to_json());
        out += &with_place(&line, leaf.origin.span, sources);
        history(&leaf.overridden, sources, &mut out);
    }
    for (path, map) in merged.walk() {
        for (key, gone) in &map.removed {
            writeln!(out, "{path} without {key}").expect("a string takes all");
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

fn with_place(text: &str, span: crate::source::Span, sources: &Sources) -> String {
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
