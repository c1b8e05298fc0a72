//! Documents that would be written over each other, in whatever run: stacks in one folder, documents of templates with
//! the path of a stack's file. A run that renders one environment alone would not see it.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::target::Writer;
use crate::construct::{Stack, System};
use crate::diag::{Diagnostic, Diags};
use crate::source::{Sources, Span};
use crate::target;

/// Stacks that a message names.
const NAMED: usize = 4;

/// Tells of stacks that would be written over each other.
pub(crate) fn stacks(system: &System, diags: &mut Diags) {
    let mut by_path: BTreeMap<String, Vec<&Stack>> = BTreeMap::new();
    for stack in &system.stacks {
        by_path.entry(target::own_file(stack)).or_default().push(stack);
    }
    for (path, stacks) in by_path {
        let [first, second, ..] = stacks.as_slice() else { continue };
        let named: Vec<String> = stacks.iter().take(NAMED).map(|stack| shown(stack)).collect();
        let more = match stacks.len() - named.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let message = format!("several stacks have the file `{path}`: {}{more}", named.join(", "));
        diags.push(
            Diagnostic::error(second.environment.span, message)
                .note_at(first.environment.span, "the first of them")
                .help(apart(first, second)),
        );
    }
}

/// Tells of documents that have the path of a stack's file. `paths` are those of the documents, and where each is said.
pub(crate) fn documents(
    system: &System,
    paths: &BTreeMap<String, Span>,
    sources: &Sources,
    diags: &mut Diags,
) {
    let beside = |stack: &Stack| {
        let inside = format!("{}/", stack.folder);
        paths.keys().any(|path| match stack.folder.as_str() {
            "" => !path.contains('/'),
            _ => path.starts_with(&inside) || target::is_vendored(path),
        })
    };
    // Stacks are rendered for this where a document comes near.
    let near: BTreeSet<(&str, &str)> =
        system.stacks.iter().filter(|stack| beside(stack)).map(name).collect();
    if near.is_empty() {
        return;
    }
    let stacks: Vec<&Stack> =
        system.stacks.iter().filter(|stack| near.contains(&name(stack))).collect();
    for rendered in target::documents(system, &stacks, sources, &|_| ()) {
        for document in &rendered.documents {
            let Some(at) = paths.get(&document.path) else { continue };
            let of = match (&rendered.target, &rendered.environment) {
                (Some(target), Some(environment)) => {
                    format!("the stack for {target} in {environment}")
                }
                (Some(target), None) => format!("all stacks for {target}"),
                _ => "a module".to_owned(),
            };
            let message = format!("`{}` is a file of {of}", document.path);
            let error = Diagnostic::error(*at, message);
            diags.push(error.help("give the document another path"));
        }
    }
}

fn name(stack: &Stack) -> (&str, &str) {
    (&stack.target.name, &stack.environment.name)
}

fn shown(stack: &Stack) -> String {
    format!("{} in {}", stack.target.name, stack.environment.name)
}

/// What keeps two stacks apart.
fn apart(first: &Stack, second: &Stack) -> String {
    let target = &second.target.name;
    if first.environment.name == second.environment.name {
        return format!("give `{target}` a folder of its own under `layout` of mlgen.yaml");
    }
    if second.target.writer == Writer::Helm {
        return "give the environments different `names: { values: ... }`".to_owned();
    }
    if first.environment.names.folder == second.environment.names.folder {
        return "give the environments different `names: { folder: ... }`".to_owned();
    }
    format!("put `{{environment}}` into the folder of `{target}` under `layout` of mlgen.yaml")
}
