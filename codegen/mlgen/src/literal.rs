//! Values that the spec states with `$literal`: nothing reads them and no rule judges them, so a render lists each.

use indexmap::{IndexMap, IndexSet};
use serde::Serialize;

use crate::app::{App, Choice};
use crate::merge::{Merged, MergedValue, Path, Segment};
use crate::source::Span;

/// A value that is taken as it stands. The value itself is not told: it may be a password after all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Literal {
    /// `database.engine_version`
    pub path: String,
    /// The file that says so.
    pub file: String,
    /// Counts from 1.
    pub line: usize,
    /// Why, in the author's words.
    pub reason: Option<String>,
    /// Environments that have it.
    pub environments: IndexSet<String>,
    /// Targets that have it.
    pub targets: IndexSet<String>,
}

impl App {
    /// The literals of the chosen stacks, in the order of the files; one that several stacks have is told once.
    pub fn literals(&self, choice: &Choice) -> Vec<Literal> {
        let mut all: IndexMap<(Span, String), Literal> = IndexMap::new();
        for stack in self.stacks().iter().filter(|stack| choice.has(stack)) {
            for (name, component) in &stack.components {
                let mut found = Vec::new();
                find(&component.merged, &mut found);
                for (mut path, merged) in found {
                    path.push(Segment::Key(name.clone()));
                    path.reverse();
                    let path = Path(path).to_string();
                    let span = merged.origin.span;
                    let literal = all.entry((span, path.clone())).or_insert_with(|| Literal {
                        path,
                        file: self.sources().path(span.file).to_owned(),
                        line: self.sources().position(span).line,
                        reason: merged.literal.as_ref().and_then(|one| one.reason.clone()),
                        environments: IndexSet::new(),
                        targets: IndexSet::new(),
                    });
                    literal.environments.insert(stack.environment.name.clone());
                    literal.targets.insert(stack.target.name.clone());
                }
            }
        }
        let mut all: Vec<_> = all.into_values().collect();
        all.sort_by(|a, b| (&a.file, a.line, &a.path).cmp(&(&b.file, b.line, &b.path)));
        all
    }
}

/// Finds literals, each with its path from the end: most trees have none, and then no path is made.
fn find<'a>(merged: &'a Merged, found: &mut Vec<(Vec<Segment>, &'a Merged)>) {
    if merged.literal.is_some() {
        found.push((Vec::new(), merged));
        return;
    }
    let mut inside = |segment: &dyn Fn() -> Segment, value: &'a Merged| {
        let before = found.len();
        find(value, found);
        for (path, _) in &mut found[before..] {
            path.push(segment());
        }
    };
    match &merged.value {
        MergedValue::List(items) => {
            for (index, item) in items.iter().enumerate() {
                inside(&|| Segment::Index(index), item);
            }
        }
        MergedValue::Map(entries) => {
            for (key, entry) in entries {
                inside(&|| Segment::Key(key.clone()), &entry.value);
            }
        }
        _ => {}
    }
}
