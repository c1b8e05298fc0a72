//! Changes for programs. The shape is a promise: fields are added, none is renamed or removed without a new
//! `format_version`.
//!
//! ```json
//! {
//!   "format_version": 1,
//!   "check": true,
//!   "written": false,
//!   "changes": [
//!     { "kind": "update", "path": "deploy/staging/aws/api.tf", "environment": "staging", "target": "aws",
//!       "bytes": 2, "diff": "--- a/..." }
//!   ],
//!   "problems": [],
//!   "literals": [
//!     { "path": "database.engine_version", "file": "configs/base/data.yaml", "line": 5, "reason": "Old clients.",
//!       "environments": ["staging"], "targets": ["aws"] }
//!   ],
//!   "manifest_differs": true,
//!   "summary": { "create": 0, "update": 1, "remove": 0, "unchanged": 14, "problems": 0 }
//! }
//! ```

use std::io::{self, Write};

use mlgen::Literal;
use serde::Serialize;

use super::diff::unified;
use super::summary::Summary;
use crate::emit::{Change, ChangeKind, Plan, Problem, ProblemKind};

pub(super) const FORMAT: u32 = 1;

/// What a run did, or with `--check` would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Of this shape.
    pub format_version: u32,
    /// Whether it only looked.
    pub check: bool,
    /// Whether the changes are on the disk.
    pub written: bool,
    /// Sorted by path.
    pub changes: Vec<OneChange>,
    /// Sorted by path. If there is one, nothing is written.
    pub problems: Vec<OneProblem>,
    /// Values that the spec states with `$literal`, which no rule judges; by file and line.
    pub literals: Vec<Literal>,
    /// Whether there is a manifest that says something else than what is rendered.
    pub manifest_differs: bool,
    /// The numbers.
    pub summary: Summary,
}

/// A file that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OneChange {
    /// `create`, `update` or `remove`.
    pub kind: &'static str,
    /// From the project's folder.
    pub path: String,
    /// Null for a file of the project as a whole.
    pub environment: Option<String>,
    /// Null for a file that no target made.
    pub target: Option<String>,
    /// The size of the new file; null when it is removed.
    pub bytes: Option<usize>,
    /// Unified; only with `--check`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diff: Option<String>,
}

/// A file for which nothing can be written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OneProblem {
    /// `foreign`, `modified`, `claimed`, `duplicate`, `case_clash`, `nested`, `not_a_path`, `blocked`, `link_out`,
    /// `same_place` or `not_a_file`.
    pub kind: &'static str,
    /// From the project's folder.
    pub path: String,
    /// Null for a file of the project as a whole, or where several documents are meant.
    pub environment: Option<String>,
    /// Null for a file that no target made.
    pub target: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: &'static str,
    /// What would be lost; only for `modified`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diff: Option<String>,
}

impl Report {
    /// A report of what is planned; what was done, if `check` is not set and there are no problems.
    pub fn of(plan: &Plan, literals: &[Literal], check: bool) -> Self {
        Self {
            format_version: FORMAT,
            check,
            written: !check && plan.problems.is_empty(),
            changes: plan.changes.iter().map(|change| OneChange::of(change, check)).collect(),
            problems: plan.problems.iter().map(OneProblem::of).collect(),
            literals: literals.to_vec(),
            manifest_differs: plan.manifest_differs,
            summary: Summary::of(plan),
        }
    }
}

impl OneChange {
    fn of(change: &Change, check: bool) -> Self {
        let diff = || unified(&change.path, change.before.as_deref(), change.after.as_deref());
        Self {
            kind: match change.kind() {
                ChangeKind::Create => "create",
                ChangeKind::Update => "update",
                ChangeKind::Remove => "remove",
            },
            path: change.path.clone(),
            environment: change.owner.environment.clone(),
            target: change.owner.target.clone(),
            bytes: change.after.as_ref().map(String::len),
            diff: check.then(diff),
        }
    }
}

impl OneProblem {
    fn of(problem: &Problem) -> Self {
        let diff = match &problem.kind {
            ProblemKind::Modified { before, after } => {
                Some(unified(&problem.path, Some(before), after.as_deref()))
            }
            _ => None,
        };
        Self {
            kind: problem.word(),
            path: problem.path.clone(),
            environment: problem.owner.environment.clone(),
            target: problem.owner.target.clone(),
            message: problem.message(),
            help: problem.help(),
            diff,
        }
    }
}

/// Writes the report, with a newline at its end.
pub fn json(plan: &Plan, literals: &[Literal], check: bool, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Report::of(plan, literals, check))?;
    writeln!(out)
}
