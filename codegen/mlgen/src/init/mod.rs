//! A new project: a service with its database, cache, bucket, work pool and registry of models, for the targets that
//! are wanted. It renders at once, and what a person must put in is marked where it stands.

mod answers;

use serde_json::{Value as Json, json};

pub use answers::{Answers, Wrong};

use crate::doc::{self, Document};
use crate::schema::{SchemaKind, schema};
use crate::template;

/// A file of a new project: its path, and its template.
struct File {
    path: &'static str,
    text: &'static str,
}

/// Files that are the same for all environments.
const BASE: [File; 5] = [
    File { path: ".gitignore", text: include_str!("../../templates/init/gitignore") },
    File { path: "mlgen.yaml", text: include_str!("../../templates/init/mlgen.yaml") },
    File {
        path: "configs/base/documents.yaml",
        text: include_str!("../../templates/init/documents.yaml"),
    },
    File { path: INFRASTRUCTURE, text: include_str!("../../templates/init/infrastructure.yaml") },
    File { path: SERVICES, text: include_str!("../../templates/init/services.yaml") },
];

const INFRASTRUCTURE: &str = "configs/base/infrastructure.yaml";
const SERVICES: &str = "configs/base/services.yaml";

/// What the first line of `mlgen.yaml` names, for editors.
const SCHEMA: &str = ".mlgen/project.schema.json";

/// What an environment differs in.
const SIZES: &str = include_str!("../../templates/init/sizes.yaml");

/// The files of a new project, or what is wrong with the answers.
pub fn init(answers: &Answers) -> Result<Vec<Document>, Vec<Wrong>> {
    let wrong = answers.wrong();
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let data = data(answers);
    let has = |list: &str| data[list].as_array().is_some_and(|items| !items.is_empty());
    let document = |path: String, text: String| Document { path, text, executable: false };
    let mut found = Vec::new();
    for file in &BASE {
        let needed = match file.path {
            INFRASTRUCTURE => has("stores") || has("assets"),
            SERVICES => has("services"),
            _ => true,
        };
        if needed {
            let text = template::plain(file.path, file.text, data.clone());
            found.push(document(file.path.to_owned(), text));
        }
    }
    for name in answers.environments.iter().filter(|_| has("scaled")) {
        let mut data = data.clone();
        data["small"] = (class(name) != "production").into();
        let path = format!("configs/envs/{name}/sizes.yaml");
        found.push(document(path.clone(), template::plain(&path, SIZES, data)));
    }
    let schema = doc::json::print(&schema(SchemaKind::Project, None));
    found.push(document(SCHEMA.to_owned(), schema));
    Ok(found)
}

/// What the templates see.
fn data(answers: &Answers) -> Json {
    let among = |wanted: &[&str]| -> Vec<&str> {
        answers.targets.iter().map(String::as_str).filter(|one| wanted.contains(one)).collect()
    };
    let environment = |name: &String| {
        let class = class(name);
        json!({ "name": name, "class": class, "purpose": purpose(class) })
    };
    let letters: String = answers.system.chars().filter(char::is_ascii_alphanumeric).collect();
    json!({
        "system": answers.system,
        "title": answers.title,
        "region": answers.region,
        "location": answers.location,
        "targets": answers.targets,
        "environments": answers.environments.iter().map(environment).collect::<Vec<_>>(),
        "database": answers.system.replace('-', "_"),
        // A storage account has at most 24 letters and digits.
        "account": format!("{}state", &letters[..letters.len().min(19)]),
        "clouds": among(&["aws", "azure"]),
        "stores": among(&["aws", "azure", "compose"]),
        "vaults": among(&["azure", "compose"]),
        "services": among(&["aws", "azure", "compose", "helm"]),
        "scaled": among(&["aws", "azure", "helm"]),
        "assets": among(&["aws", "azure", "mlassets"]),
    })
}

/// The class that a name speaks of; production, whose defaults are the careful ones, where it speaks of none.
fn class(name: &str) -> &'static str {
    match name {
        "dev" | "development" | "local" => "development",
        "test" | "stage" | "staging" => "staging",
        _ => "production",
    }
}

fn purpose(class: &str) -> &'static str {
    match class {
        "development" => "Work on features.",
        "staging" => "Rehearsals of production.",
        _ => "The service itself.",
    }
}

#[cfg(test)]
mod tests;
