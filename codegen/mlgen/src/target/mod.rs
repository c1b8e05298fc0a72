//! Constructs to documents: one writer for each form of stack. What differs between clouds is data of the catalogue.
//!
//! **Invariant:** a writer sees constructs only, never the spec, the layers or another writer.

mod compose;
mod evaluate;
mod helm;
pub mod terraform;

use std::collections::BTreeMap;

use crate::catalogue::target::Writer;
use crate::catalogue::{Kind, Place};
use crate::construct::{Made, Stack, System};
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

/// The documents of the chosen stacks. `system` has all of them: what is common depends on every one.
pub fn documents(
    system: &System,
    chosen: &dyn Fn(&Stack) -> bool,
    sources: &Sources,
) -> Vec<Rendered> {
    let mut found = Vec::new();
    let (mut vendored, mut charts) = (BTreeMap::new(), false);
    for stack in system.stacks.iter().filter(|stack| chosen(stack)) {
        let documents = match stack.target.writer {
            Writer::Terraform => terraform::documents(stack, system, sources),
            Writer::Compose => compose::documents(stack, sources),
            Writer::Helm => {
                charts = true;
                vec![helm::values(stack, sources)]
            }
        };
        found.push(Rendered {
            environment: Some(stack.environment.name.clone()),
            target: Some(stack.target.name.clone()),
            documents,
        });
        for component in stack.components.values() {
            if let Made::Kind(kind) = &component.made
                && kind.place == Place::Embedded
                && stack.target.writer == Writer::Terraform
            {
                vendor(kind, sources, &mut vendored);
            }
        }
    }
    let mut common = |target: Option<String>, documents: Vec<Document>| {
        if !documents.is_empty() {
            found.push(Rendered { environment: None, target, documents });
        }
    };
    if charts {
        let target = system.stacks.iter().find(|stack| helm::is_helm(stack));
        let documents = helm::chart(system, sources).into_values().collect();
        common(target.map(|stack| stack.target.name.clone()), documents);
    }
    common(None, vendored.into_values().collect());
    found
}

/// Adds the files of a module that Terraform reads.
fn vendor(kind: &Kind, sources: &Sources, found: &mut BTreeMap<String, Document>) {
    for (name, file) in &kind.files {
        if name.starts_with("tests/") || name.ends_with(".md") || name == "component.yaml" {
            continue;
        }
        let path = format!("{VENDORED}/{}/{name}", kind.title());
        let text = sources.text(*file).to_owned();
        found.entry(path.clone()).or_insert(Document { path, text, executable: false });
    }
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
