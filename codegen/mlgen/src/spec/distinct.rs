//! What two environments may not share: names by which their things, secrets and files would be the same ones.
//!
//! Environments without a target in common never meet, and may be called alike.

use indexmap::IndexMap;

use super::project::{Environment, Project};
use crate::diag::{Diagnostic, Diags};
use crate::node::Node;
use crate::source::Span;

/// A name, where mlgen.yaml says it, and what would be the same.
struct Name {
    what: &'static str,
    path: &'static [&'static str],
    of: fn(&Environment) -> &str,
    shared: &'static str,
}

const NAMES: [Name; 3] = [
    Name {
        what: "prefix",
        path: &["prefix"],
        of: |one| &one.prefix,
        shared: "their things would have the same names",
    },
    Name {
        what: "variable",
        path: &["names", "variable"],
        of: |one| &one.names.variable,
        shared: "their secrets would have the same paths",
    },
    Name {
        what: "namespace",
        path: &["names", "namespace"],
        of: |one| &one.names.namespace,
        shared: "their releases would lie in one place",
    },
];

/// Reports names that two environments share. `node` is `mlgen.yaml`.
pub(super) fn check(project: &Project, node: &Node, diags: &mut Diags) {
    for name in NAMES {
        each_pair(
            project,
            |one| (name.of)(one).to_owned(),
            |first, second| {
                let Name { what, path, of, shared } = name;
                let message = format!(
                    "`{}` and `{}` have the {what} `{}`: {shared}",
                    first.name,
                    second.name,
                    of(second)
                );
                diags.push(
                    Diagnostic::error(place(node, second, path), message)
                        .note_at(place(node, first, path), "the other one")
                        .help(format!("give each environment a {what} of its own")),
                );
            },
        );
    }
    let folders: [Name; 2] = [
        Name {
            what: "folder",
            path: &["names", "folder"],
            of: |one| &one.names.folder,
            shared: "",
        },
        Name {
            what: "values",
            path: &["names", "values"],
            of: |one| &one.names.values,
            shared: "",
        },
    ];
    for Name { what, path, of, .. } in folders {
        each_pair(
            project,
            |one| of(one).to_lowercase(),
            |first, second| {
                // Equal ones are told where it is known which files they make.
                if of(first) != of(second) {
                    let message = format!(
                        "`{what}` of `{}` and of `{}` differ only in case: on macOS and Windows they are one",
                        first.name, second.name
                    );
                    diags.push(
                        Diagnostic::error(place(node, second, path), message)
                            .note_at(place(node, first, path), "the other one")
                            .help("rename one of them"),
                    );
                }
            },
        );
    }
}

/// Each environment with the first one before it that has the same key and a target in common.
fn each_pair<'p>(
    project: &'p Project,
    key: impl Fn(&Environment) -> String,
    mut told: impl FnMut(&'p Environment, &'p Environment),
) {
    let mut seen: IndexMap<String, Vec<&Environment>> = IndexMap::new();
    for second in project.environments.values() {
        let known = seen.entry(key(second)).or_default();
        if let Some(first) = known.iter().find(|first| meet(first, second)) {
            told(first, second);
        }
        known.push(second);
    }
}

fn meet(first: &Environment, second: &Environment) -> bool {
    first.targets.iter().any(|(target, _)| second.targets.iter().any(|(other, _)| other == target))
}

/// Where a name is written, or the environment that has it by default.
fn place(node: &Node, environment: &Environment, path: &[&str]) -> Span {
    let own = node.get("environments").and_then(|all| all.get(&environment.name));
    let written = path.iter().try_fold(own, |at, key| Some(at.and_then(|at| at.get(key))));
    written.flatten().map_or(environment.span, |found| found.span)
}
