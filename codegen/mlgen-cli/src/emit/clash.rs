//! Paths that cannot stand side by side: equal ones, such as differ in case only, a file that is also a folder.

use std::collections::BTreeMap;

use super::owner::{Output, Owner};
use super::place::not_a_path;
use super::problem::{Problem, ProblemKind};

/// Problems among the paths of one run, and between them and files that stay. Both are sorted by path.
pub(super) fn clashes<'a>(
    outputs: &[Output],
    staying: impl Iterator<Item = &'a str>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for same in outputs.chunk_by(|a, b| a.document.path == b.document.path) {
        if same.len() > 1 {
            let owners = same.iter().map(|output| output.owner.clone()).collect();
            problems.push(Problem {
                path: same[0].document.path.clone(),
                owner: Owner::default(),
                kind: ProblemKind::Duplicate { owners },
            });
        }
    }
    let mut seen = Seen::default();
    staying.for_each(|path| drop(seen.add(path)));
    for output in outputs.iter().filter(|output| not_a_path(&output.document.path).is_none()) {
        let path = &output.document.path;
        if let Some(kind) = seen.add(path) {
            problems.push(Problem { path: path.clone(), owner: output.owner.clone(), kind });
        }
    }
    problems
}

/// Files and folders so far, by their name in lower case.
#[derive(Default)]
struct Seen<'a>(BTreeMap<String, One<'a>>);

struct One<'a> {
    name: &'a str,
    /// The path that brought it.
    path: &'a str,
}

impl<'a> Seen<'a> {
    /// Adds a path with the folders on the way, and gives its first clash with what was there.
    fn add(&mut self, path: &'a str) -> Option<ProblemKind> {
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        for end in ends {
            let name = &path[..end];
            let one = self.0.entry(name.to_lowercase()).or_insert(One { name, path });
            let other = || one.path.to_owned();
            if one.name != name {
                return Some(ProblemKind::CaseClash { other: other() });
            }
            let is_file = |path: &str| path.len() == end;
            if is_file(path) != is_file(one.path) {
                return Some(ProblemKind::Nested { other: other() });
            }
        }
        None
    }
}
