//! `cargo xtask tidy`: house rules that no compiler knows, checked over every file of the repository.
//!
//! What a room must *not* know, how long a file may be, what a page must link to. Rules are data beside the code
//! that checks them; a violation says where it is and what to do. The same check runs as a unit test.

mod markdown;
mod rust;
mod text;
mod walls;

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::{repository, ui};

/// Check the house rules: walls between rooms, file sizes, module heads, links.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  cargo xtask tidy")]
pub(crate) struct Arguments {}

pub(crate) fn run(_: &Arguments) -> Result<()> {
    check(repository::root())
}

/// Prints each violation in the repository at `root`, and fails if there is one.
pub(crate) fn check(root: &Path) -> Result<()> {
    let files = read(root)?;
    let violations = violations(&files);
    for violation in &violations {
        ui::line(&violation.to_string());
    }
    match violations.len() {
        0 => {
            ui::line(&format!("{} files keep the house rules", files.len()));
            Ok(())
        }
        1 => bail!("1 violation of the house rules"),
        n => bail!("{n} violations of the house rules"),
    }
}

/// A text file of the repository. Its path has `/` between the parts on every system.
#[derive(Debug)]
struct File {
    path: String,
    text: String,
}

/// A place that breaks a rule. The line counts from 1.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Violation {
    path: String,
    line: usize,
    rule: &'static str,
    what_to_do: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, rule, what_to_do } = self;
        write!(f, "{path}:{line}: {rule}: {what_to_do}")
    }
}

/// What the rules add to.
#[derive(Debug, Default)]
struct Findings(Vec<Violation>);

impl Findings {
    fn add(&mut self, file: &File, line: usize, rule: &'static str, what_to_do: impl Into<String>) {
        self.0.push(Violation {
            path: file.path.clone(),
            line,
            rule,
            what_to_do: what_to_do.into(),
        });
    }
}

impl File {
    fn is_rust(&self) -> bool {
        self.has_extension("rs")
    }

    fn is_markdown(&self) -> bool {
        self.has_extension("md")
    }

    fn has_extension(&self, wanted: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|extension| extension == wanted)
    }

    /// Whether a program wrote it: it lies in a folder `generated` or says so at its top.
    fn is_generated(&self) -> bool {
        self.path.contains("/generated/")
            || self.text.lines().take(3).any(|line| line.contains("@generated"))
    }

    /// Whether it lies in `room`, which is a folder, a file, or a module without its `.rs`.
    fn is_in(&self, room: &str) -> bool {
        self.path
            .strip_prefix(room)
            .is_some_and(|rest| rest.is_empty() || rest == ".rs" || rest.starts_with('/'))
    }
}

fn violations(files: &[File]) -> Vec<Violation> {
    let paths: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let mut findings = Findings::default();
    for file in files {
        text::check(file, &mut findings);
        if file.is_rust() && !file.is_generated() {
            walls::check(file, files, &mut findings);
        }
        if file.is_markdown() {
            markdown::check(file, &paths, &mut findings);
        }
    }
    markdown::check_decisions(files, &mut findings);
    findings.0.sort();
    findings.0
}

fn read(root: &Path) -> Result<Vec<File>> {
    let mut files = Vec::new();
    for path in repository::files(root)? {
        let bytes =
            std::fs::read(root.join(&path)).with_context(|| format!("cannot read {path}"))?;
        // What is not UTF-8 is no text and no concern of these rules, but others may link to it.
        files.push(File { path, text: String::from_utf8(bytes).unwrap_or_default() });
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the violations in files given as path and text.
    #[track_caller]
    pub(super) fn check(files: &[(&str, &str)], expected: &[&str]) {
        let files: Vec<File> = files
            .iter()
            .map(|(path, text)| File { path: (*path).to_owned(), text: (*text).to_owned() })
            .collect();
        let found: Vec<String> = violations(&files).iter().map(ToString::to_string).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_repository_keeps_the_house_rules() {
        let files = read(repository::root()).unwrap();
        assert!(files.iter().any(|file| file.path == "xtask/src/tidy/mod.rs"));
        let found: Vec<String> = violations(&files).iter().map(ToString::to_string).collect();
        assert!(found.is_empty(), "\n{}", found.join("\n"));
    }

    #[test]
    fn a_room_is_a_module_with_all_below_it() {
        let file = |path: &str| File { path: path.to_owned(), text: String::new() };
        for (path, inside) in [
            ("src/value.rs", true),
            ("src/value/ty.rs", true),
            ("src/value", true),
            ("src/values.rs", false),
        ] {
            assert_eq!(file(path).is_in("src/value"), inside, "{path}");
        }
    }
}
