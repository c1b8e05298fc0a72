//! Why nothing was done, for programs: what [`human`](super::human) readers see on the error stream, without the lines of
//! the files. It has the shape of a [`Report`](super::Report) with nothing in it but problems.
//!
//! ```json
//! {
//!   "format_version": 1,
//!   "written": false,
//!   "changes": [],
//!   "problems": [
//!     { "kind": "spec", "severity": "error", "path": "configs/base/data.yaml", "line": 5, "column": 3,
//!       "message": "...", "help": "..." }
//!   ]
//! }
//! ```

use std::io::{self, Write};

use mlgen::App;
use mlgen::diag::{Diagnostic, Severity};
use mlgen::source::Sources;
use serde::Serialize;

use super::json::FORMAT;

/// Why nothing was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Of this shape, which is that of a report.
    pub format_version: u32,
    /// Never.
    pub written: bool,
    /// None.
    pub changes: [(); 0],
    /// In the order in which people are told.
    pub problems: Vec<Told>,
}

/// One of the reasons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Told {
    /// `spec`: something is wrong in the files of the project, or in what stands after `--set`; `run`: something else.
    pub kind: &'static str,
    /// `error` or `warning`.
    pub severity: &'static str,
    /// From the project's folder; `--set` for what was typed; null where there is no place.
    pub path: Option<String>,
    /// Counts from 1.
    pub line: Option<usize>,
    /// Counts characters from 1.
    pub column: Option<usize>,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Refusal {
    /// All that is wrong with a project.
    pub fn of_app(app: &App) -> Self {
        Self::new(app.diagnostics().iter().map(|one| Told::of(one, app.sources())).collect())
    }

    /// One diagnostic alone.
    pub fn of_diagnostic(one: &Diagnostic, sources: &Sources) -> Self {
        Self::new(vec![Told::of(one, sources)])
    }

    /// An error with its causes.
    pub fn of_error(error: &anyhow::Error) -> Self {
        Self::new(vec![Told {
            kind: "run",
            severity: "error",
            path: None,
            line: None,
            column: None,
            message: format!("{error:#}"),
            help: None,
        }])
    }

    fn new(problems: Vec<Told>) -> Self {
        Self { format_version: FORMAT, written: false, changes: [], problems }
    }

    /// Writes it, with a newline at its end.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, self)?;
        writeln!(out)
    }
}

impl Told {
    fn of(one: &Diagnostic, sources: &Sources) -> Self {
        let place = one.span.map(|span| sources.position(span));
        Self {
            kind: "spec",
            severity: match one.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            line: place.as_ref().map(|place| place.line),
            column: place.as_ref().map(|place| place.column),
            path: place.map(|place| place.path),
            message: one.message.clone(),
            help: one.help.clone(),
        }
    }
}
