//! How many files change, and how that is said.

use serde::Serialize;

use crate::emit::{ChangeKind, Plan};

/// Numbers of files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Files that are new.
    pub create: usize,
    /// Files that change.
    pub update: usize,
    /// Files that go.
    pub remove: usize,
    /// Files that are as rendered.
    pub unchanged: usize,
    /// Files for which nothing can be written; then nothing is written at all.
    pub problems: usize,
}

impl Summary {
    /// Counts.
    pub fn of(plan: &Plan) -> Self {
        let count = |kind| plan.changes.iter().filter(|change| change.kind() == kind).count();
        Self {
            create: count(ChangeKind::Create),
            update: count(ChangeKind::Update),
            remove: count(ChangeKind::Remove),
            unchanged: plan.unchanged,
            problems: plan.problems.len(),
        }
    }

    /// One line: what was done, or with `check` what would be.
    pub(super) fn line(self, check: bool) -> String {
        let said = if check {
            ["to create", "to update", "to remove"]
        } else {
            ["created", "updated", "removed"]
        };
        let numbers = [self.create, self.update, self.remove];
        let mut parts: Vec<_> = numbers
            .into_iter()
            .zip(said)
            .filter(|(number, _)| *number > 0)
            .map(|(number, said)| format!("{number} {said}"))
            .collect();
        if parts.is_empty() && self.problems == 0 {
            return match self.unchanged {
                1 => "1 file is up to date".to_owned(),
                files => format!("{files} files are up to date"),
            };
        }
        parts.push(format!("{} unchanged", self.unchanged));
        match self.problems {
            0 => {}
            1 => parts.push("1 problem".to_owned()),
            problems => parts.push(format!("{problems} problems")),
        }
        parts.join(", ")
    }
}
