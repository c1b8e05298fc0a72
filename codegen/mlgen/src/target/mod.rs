//! Constructs to documents: one writer for each form of stack. What differs between clouds is data of the catalogue.
//!
//! **Invariant:** a writer sees constructs only, never the spec, the layers or another writer.

mod compose;
mod evaluate;
mod helm;
pub mod terraform;

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::catalogue::target::Writer;
use crate::catalogue::{Kind, Place};
use crate::construct::{Stack, System};
use crate::doc::Document;
use crate::source::Sources;

/// The first line of every document.
pub const HEADER: &str = "Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.";

/// Folder of the modules that come with the program, where no catalogue of the project has them.
const VENDORED: &str = "deploy/modules";

/// Documents of one stack, or of all.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// The environment; none for what belongs to every environment.
    pub environment: Option<String>,
    /// The target; none for what belongs to every target.
    pub target: Option<String>,
    /// What is to be written.
    pub documents: Vec<Document>,
}

/// The documents of the chosen stacks. `system` has all of them: what is common depends on every one. `done` is told of
/// each when its documents are there, from any thread.
pub fn documents(
    system: &System,
    stacks: &[&Stack],
    sources: &Sources,
    done: &(dyn Fn(&Stack) + Sync),
) -> Vec<Rendered> {
    let shared = terraform::shared(system);
    let of_stack = |stack: &&Stack| {
        let documents = match stack.target.writer {
            Writer::Terraform => terraform::documents(stack, &shared[&stack.target.name], sources),
            Writer::Compose => compose::documents(stack, sources),
            Writer::Helm => {
                let of_environment =
                    |other: &&Stack| other.environment.name == stack.environment.name;
                let others: Vec<&Stack> = system.stacks.iter().filter(of_environment).collect();
                vec![helm::values(stack, &others, sources)]
            }
        };
        done(stack);
        let (environment, target) = (stack.environment.name.clone(), stack.target.name.clone());
        Rendered { environment: Some(environment), target: Some(target), documents }
    };
    let mut found: Vec<Rendered> = stacks.par_iter().map(of_stack).collect();
    let mut vendored: BTreeMap<String, &Kind> = BTreeMap::new();
    for stack in stacks.iter().filter(|stack| stack.target.writer == Writer::Terraform) {
        let kinds = stack.components.values().filter_map(|component| component.made.kind());
        for kind in kinds.filter(|kind| kind.place == Place::Embedded) {
            vendored.entry(kind.title()).or_insert(kind);
        }
    }
    let mut common = |target: Option<String>, documents: Vec<Document>| {
        if !documents.is_empty() {
            found.push(Rendered { environment: None, target, documents });
        }
    };
    if let Some(chart) = stacks.iter().find(|stack| helm::is_helm(stack)) {
        let documents = helm::chart(system, sources).into_values().collect();
        common(Some(chart.target.name.clone()), documents);
    }
    common(None, vendored.into_values().flat_map(|kind| vendor(kind, sources)).collect());
    found
}

/// The path of a document that a stack has for itself: another one with the same path would be written over it.
pub fn own_file(stack: &Stack) -> String {
    let name = match stack.target.writer {
        Writer::Terraform => "terraform.tf".to_owned(),
        Writer::Compose => "compose.yaml".to_owned(),
        Writer::Helm => format!("values.{}.yaml", stack.environment.names.values),
    };
    match stack.folder.as_str() {
        "" => name,
        folder => format!("{folder}/{name}"),
    }
}

/// Whether a document is, or lies beside, a file of a module that comes with the program.
pub fn is_vendored(path: &str) -> bool {
    path.strip_prefix(VENDORED).is_some_and(|rest| rest.starts_with('/'))
}

/// The files of a module that Terraform reads.
fn vendor(kind: &Kind, sources: &Sources) -> Vec<Document> {
    let read = |name: &&String| {
        !name.starts_with("tests/") && *name != "README.md" && *name != "component.yaml"
    };
    let files = kind.files.iter().filter(|(name, _)| read(name));
    files
        .map(|(name, file)| Document {
            path: format!("{VENDORED}/{}/{name}", kind.title()),
            text: sources.text(*file).to_owned(),
            executable: false,
        })
        .collect()
}

/// The way from one folder to another path, both from the same root; either may begin with `..`.
pub fn relative(from: &str, to: &str) -> String {
    let split = |path: &str| -> Vec<String> {
        let mut parts: Vec<String> = Vec::new();
        for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
            match parts.last() {
                Some(last) if part == ".." && last != ".." => {
                    parts.pop();
                }
                _ => parts.push(part.to_owned()),
            }
        }
        parts
    };
    let (from, to) = (split(from), split(to));
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let ups = from[common..].iter().map(|_| "..".to_owned());
    let path: Vec<String> = ups.chain(to[common..].iter().cloned()).collect();
    match path.first().map(String::as_str) {
        None => ".".to_owned(),
        Some("..") => path.join("/"),
        Some(_) => format!("./{}", path.join("/")),
    }
}

#[cfg(test)]
mod tests {
    use super::relative;

    #[test]
    fn ways_between_folders() {
        for (from, to, expected) in [
            ("deploy/staging/aws", "../modules/aws/database", "../../../../modules/aws/database"),
            ("deploy/staging/aws", "modules/aws/database", "../../../modules/aws/database"),
            ("deploy/staging/aws", "deploy/modules/aws/x", "../../modules/aws/x"),
            ("", "backend", "./backend"),
            ("deploy", ".", ".."),
            ("a", "a", "."),
            ("a/../b", "./b/c", "./c"),
        ] {
            assert_eq!(relative(from, to), expected, "{from} -> {to}");
        }
    }
}
