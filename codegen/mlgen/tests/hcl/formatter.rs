//! `terraform fmt` leaves alone what is printed.
//!
//! A start of Terraform takes longer than the formatting of a thousand files, so trees are checked in
//! batches; only the tree that the formatter would change is then made smaller, one start for each step.

use mlgen::doc::hcl::{Body, print};
use proptest::strategy::{Strategy as _, ValueTree};
use proptest::test_runner::TestRunner;
use tempfile::TempDir;

use super::{round_trip, trees};
use crate::terraform;

const BATCHES: usize = 12;
const BATCH: usize = 1024;
/// How often a tree is made smaller, at most.
const STEPS: usize = 400;

#[test]
fn the_formatter_changes_no_tree() {
    let mut runner = TestRunner::default();
    let strategy = trees::body();
    for _ in 0..BATCHES {
        let mut batch: Vec<_> = (0..BATCH)
            .map(|_| strategy.new_tree(&mut runner).expect("a strategy without dead ends"))
            .collect();
        let bodies: Vec<Body> = batch.iter().map(ValueTree::current).collect();
        for body in &bodies {
            round_trip::check(body).unwrap_or_else(|error| panic!("{error}"));
        }
        if let Some(first) = first_changed(&bodies) {
            let body = smallest(&mut batch.swap_remove(first));
            let text = print(&body);
            panic!("terraform fmt changes\n{text}\n{}\n{body:#?}", difference(&text));
        }
    }
}

/// The first body that the formatter would change, or not read.
fn first_changed(bodies: &[Body]) -> Option<usize> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (at, body) in bodies.iter().enumerate() {
        std::fs::write(folder.path().join(format!("{at}.tf")), print(body))
            .expect("a fresh folder has room");
    }
    let output = terraform::run(folder.path(), &["fmt", "-check", "-list=true"]);
    if output.status.success() {
        return None;
    }
    let told = [output.stdout, output.stderr].concat();
    let told = String::from_utf8(told).expect("messages are text");
    let named = |at: &usize| told.split([' ', '\n']).any(|word| word == format!("{at}.tf"));
    let first = (0..bodies.len()).find(named);
    Some(first.unwrap_or_else(|| panic!("terraform fmt failed, but names no file:\n{told}")))
}

/// What remains of a tree when everything is gone that the formatter does not mind.
fn smallest(tree: &mut impl ValueTree<Value = Body>) -> Body {
    let mut changed = tree.current();
    for _ in 0..STEPS {
        let body = tree.current();
        let more = if first_changed(std::slice::from_ref(&body)).is_some() {
            changed = body;
            tree.simplify()
        } else {
            tree.complicate()
        };
        if !more {
            break;
        }
    }
    changed
}

/// What the formatter would change in a text.
fn difference(text: &str) -> String {
    let folder: TempDir = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("0.tf"), text).expect("a fresh folder has room");
    let output = terraform::run(folder.path(), &["fmt", "-check", "-diff"]);
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}
