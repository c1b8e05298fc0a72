//! The example `rainbow-seeker` against its design: each value that the design asks for, at its place.
//!
//! The design is the table `rows.yaml`. What is rendered is applied by the real Terraform; then a row is looked up in
//! files and resources, never in the spec.

#[cfg(feature = "acceptance")]
mod applied;
#[cfg(feature = "acceptance")]
mod hcl;
#[cfg(feature = "acceptance")]
mod path;
mod rows;
#[cfg(feature = "acceptance")]
mod system;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use self::rows::rows;
use crate::{Trial, repository, test};

/// The rows of the design are `S4-001` and so on, without a gap.
const ROWS: usize = 70;

/// The spec of the whole system is shorter than this.
const LINES: usize = 200;

/// The corrections of the design that meet this example, and whether the design's own value must stay possible.
///
/// Of C-41 to C-43 it is the default, so the rows check it; C-11 is about passwords, which no file may hold.
const CORRECTIONS: [(&str, bool); 22] = [
    ("C-01", true),
    ("C-02", false),
    ("C-04", true),
    ("C-05", false),
    ("C-10", true),
    ("C-11", false),
    ("C-17", true),
    ("C-20", true),
    ("C-21", true),
    ("C-22", false),
    ("C-23", true),
    ("C-24", false),
    ("C-26", true),
    ("C-27", true),
    ("C-28", false),
    ("C-31", false),
    ("C-39", true),
    ("C-41", false),
    ("C-42", false),
    ("C-43", false),
    ("C-44", false),
    ("C-45", false),
];

pub(crate) fn trials() -> Vec<Trial> {
    let trials = vec![
        test("rainbow::every_row_is_there", every_row),
        test("rainbow::every_row_is_checked_or_says_why_not", every_row_is_checked),
        test("rainbow::what_was_corrected_stays_possible", corrections),
        test("rainbow::the_spec_is_short", short),
    ];
    #[cfg(feature = "acceptance")]
    let trials = trials.into_iter().chain(applied::trials()).collect();
    trials
}

fn every_row() {
    let wanted: BTreeSet<String> = (1..=ROWS).map(|number| format!("S4-{number:03}")).collect();
    assert_eq!(rows().into_keys().collect::<BTreeSet<_>>(), wanted);
}

fn every_row_is_checked() {
    for (name, row) in rows() {
        assert_eq!(row.is_checked(), row.elsewhere.is_none(), "{name}");
        for remark in row.remarks() {
            assert!(remark.ends_with('.'), "{name}: {remark:?} is no sentence");
        }
    }
}

fn corrections() {
    let mut met = BTreeSet::new();
    for (name, row) in rows() {
        for correction in &row.corrected {
            let known = CORRECTIONS.iter().find(|(known, _)| known == correction);
            let (known, possible) = known.unwrap_or_else(|| panic!("{name}: {correction}"));
            assert!(!possible || row.has_literal() || row.open.is_some(), "{name}: {correction}");
            met.insert(*known);
        }
    }
    assert_eq!(met, CORRECTIONS.map(|(known, _)| known).into());
}

fn short() {
    let lines = lines(&repository::root().join("examples/rainbow-seeker/configs"));
    assert!((1..LINES).contains(&lines), "the spec has {lines} lines");
}

fn lines(folder: &Path) -> usize {
    let paths = repository::names(folder).into_iter().map(|name| folder.join(name));
    paths
        .map(|path| {
            if path.is_dir() {
                lines(&path)
            } else {
                fs::read_to_string(path).unwrap().lines().count()
            }
        })
        .sum()
}
