//! Changes for people: one line a file, with `--check` its diff, and a last line with the numbers.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use mlgen::Literal;
use mlgen::diag;
use mlgen::source::Sources;

use super::diff::unified;
use super::summary::Summary;
use crate::emit::{Change, ChangeKind, MANIFEST, Plan, ProblemKind};

const GREEN: Style = AnsiColor::Green.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const RED: Style = AnsiColor::Red.on_default();
const CYAN: Style = AnsiColor::Cyan.on_default();
const BOLD: Style = Style::new().bold();

/// Says what was done, or with `check` what would be and how; and which values no rule judged.
pub fn human(
    plan: &Plan,
    literals: &[Literal],
    check: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    for change in &plan.changes {
        let (style, verb) = word(change.kind());
        let became = if only_mode(change) { " (executable)" } else { "" };
        writeln!(out, "{style}{verb}{style:#} {}{became}", change.path)?;
        if check {
            diff(&unified(&change.path, change.before.as_deref(), change.after.as_deref()), out)?;
        }
    }
    if check && plan.changes.is_empty() && plan.manifest_differs {
        writeln!(out, "{YELLOW}update{YELLOW:#} {MANIFEST}")?;
    }
    for Literal { path, file, line, reason, .. } in literals {
        let reason = reason.as_deref().unwrap_or("without a reason");
        writeln!(out, "{CYAN}literal{CYAN:#} {path} ({file}:{line}): {reason}")?;
    }
    writeln!(out, "{}", Summary::of(plan).line(check))
}

/// Says why nothing is written: all reasons at once.
pub fn problems(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let sources = Sources::default();
    for problem in &plan.problems {
        writeln!(out, "{}", diag::render(&problem.diagnostic(), &sources, true))?;
        if let ProblemKind::Modified { before, after } = &problem.kind {
            diff(&unified(&problem.path, Some(before), after.as_deref()), out)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn word(kind: ChangeKind) -> (Style, &'static str) {
    match kind {
        ChangeKind::Create => (GREEN, "create"),
        ChangeKind::Update => (YELLOW, "update"),
        ChangeKind::Remove => (RED, "remove"),
    }
}

fn only_mode(change: &Change) -> bool {
    change.before.as_deref() == change.after.as_deref().map(str::as_bytes)
}

/// Colours as every diff has them.
fn diff(text: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut in_hunk = false;
    for line in text.split_inclusive('\n') {
        in_hunk |= line.starts_with("@@");
        let style = match line.as_bytes().first() {
            _ if !in_hunk => BOLD,
            Some(b'+') => GREEN,
            Some(b'-') => RED,
            Some(b'@') => CYAN,
            _ => Style::new(),
        };
        let line = line.strip_suffix('\n').unwrap_or(line);
        writeln!(out, "{style}{line}{style:#}")?;
    }
    Ok(())
}
