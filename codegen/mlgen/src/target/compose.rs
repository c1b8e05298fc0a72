//! One Compose file per environment, and the `.env.example` that says what it needs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::evaluate::{Scope, Unknown};
use super::{HEADER, relative};
use crate::construct::graph::{self, Edges};
use crate::construct::{Component, Fact, Stack, To};
use crate::doc::Document;
use crate::doc::yaml::{self, Yaml};
use crate::source::Sources;

/// Facts and secrets come from `.env`, and Compose says which one is missing.
struct Dotenv;

impl Unknown for Dotenv {
    fn text(&self, to: &To) -> String {
        match variable(to) {
            Some(name) => format!("${{{name}:?set it in .env}}"),
            None => String::new(),
        }
    }

    fn escape(&self, text: &str) -> String {
        text.replace('$', "$$")
    }
}

/// The key of `.env` that brings it.
fn variable(to: &To) -> Option<String> {
    let name = match to {
        To::Input(name) | To::Secret(name) => name.clone(),
        To::Foreign { environment, component, output } => {
            format!("{environment}_{component}_{output}")
        }
        _ => return None,
    };
    Some(name.replace('-', "_").to_uppercase())
}

/// The documents of one stack.
pub(super) fn documents(stack: &Stack, sources: &Sources) -> Vec<Document> {
    let mut sections: BTreeMap<&str, BTreeMap<String, Json>> = BTreeMap::new();
    let edges = stack.components.iter();
    let edges = edges.map(|(name, one)| (name.clone(), graph::whole(&one.inputs))).collect();
    let reach = graph::reachable(&edges);
    for component in stack.components.values() {
        let scope = Scope { stack, component, sources, unknown: &Dotenv };
        let Some(kind) = component.made.kind() else { continue };
        for (section, node) in &kind.component.sections {
            let Some(Json::Object(found)) = scope.template(node) else { continue };
            if section == "service" {
                let service = service(found, component, &scope, &reach);
                let services = sections.entry("services").or_default();
                services.insert(super::evaluate::text_of(&scope.input("name")), service);
            } else {
                sections.entry(section).or_default().extend(found);
            }
        }
    }
    let mut whole = Map::new();
    whole.insert("name".into(), stack.statics.prefix.as_str().into());
    for name in ["services", "volumes", "networks", "configs", "secrets"] {
        if let Some(entries) = sections.remove(name).filter(|entries| !entries.is_empty()) {
            whole.insert(name.into(), Json::Object(entries.into_iter().collect()));
        }
    }
    let needs = needed(stack);
    let mut head = format!("# {HEADER}\n");
    if !needs.is_empty() {
        head.push_str("# First: cp .env.example .env, and fill it in.\n");
    }
    let mut found =
        vec![document(stack, "compose.yaml", format!("{head}\n{}", yaml::print(&layout(whole))))];
    if !needs.is_empty() {
        found.push(document(stack, ".env.example", example(&needs)));
    }
    found
}

/// Blank lines between services, and commands on one line.
fn layout(whole: Map<String, Json>) -> Yaml {
    let sections = whole.into_iter().map(|(name, value)| {
        let value = match (name.as_str(), value) {
            ("services", Json::Object(services)) => {
                let services = services.into_iter().map(|(name, one)| (name, service_layout(one)));
                Yaml::Map(services.collect::<yaml::Map>().spaced())
            }
            (_, value) => value.into(),
        };
        (name, value)
    });
    Yaml::Map(sections.collect::<yaml::Map>().spaced())
}

fn service_layout(service: Json) -> Yaml {
    let Json::Object(entries) = service else { return service.into() };
    let one_line =
        ["command", "entrypoint", "test", "cap_add", "cap_drop", "security_opt", "tmpfs"];
    let entries = entries.into_iter().map(|(key, value)| {
        let value = match value {
            Json::Array(items) if one_line.contains(&key.as_str()) => {
                Yaml::Line(items.into_iter().map(Yaml::from).collect())
            }
            inner @ Json::Object(_) => service_layout(inner),
            value => value.into(),
        };
        (key, value)
    });
    Yaml::Map(entries.collect())
}

fn document(stack: &Stack, name: &str, text: String) -> Document {
    let path = match stack.folder.as_str() {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    };
    Document { path, text, executable: false }
}

/// A service with its paths as seen from the file, after those that it is handed.
fn service(
    mut service: Map<String, Json>,
    component: &Component,
    scope: &Scope<'_>,
    reach: &Edges,
) -> Json {
    let folder = scope.stack.folder.as_str();
    for name in ["build", "env_file"] {
        match service.get_mut(name) {
            Some(Json::String(path)) => *path = rebased(path, folder),
            Some(Json::Object(build)) => {
                if let Some(Json::String(path)) = build.get_mut("context") {
                    *path = rebased(path, folder);
                }
            }
            _ => {}
        }
    }
    if let Some(Json::Array(volumes)) = service.get_mut("volumes") {
        for volume in volumes {
            if let Json::String(text) = volume
                && let Some((host, rest)) = text.split_once(':')
            {
                *text = format!("{}:{rest}", rebased(host, folder));
            }
        }
    }
    let needed = depends_on(component, scope, reach);
    if !needed.is_empty() {
        service.insert("depends_on".into(), Json::Object(needed));
    }
    Json::Object(service)
}

/// A path of the spec, which is relative to `mlgen.yaml`, as the file must write it.
fn rebased(path: &str, folder: &str) -> String {
    if path.starts_with("./") || path.starts_with("../") || path == "." {
        relative(folder, path)
    } else {
        path.to_owned()
    }
}

/// The services that must run first: those of components that are handed over whole. Of services that need each
/// other none can be first.
fn depends_on(component: &Component, scope: &Scope<'_>, reach: &Edges) -> Map<String, Json> {
    let mut found = BTreeMap::new();
    for name in graph::whole(&component.inputs) {
        let Some(other) = scope.of(&name) else { continue };
        if reach.get(&name).is_some_and(|reached| reached.contains(&component.name)) {
            continue;
        }
        let service =
            other.component.made.kind().and_then(|kind| kind.component.sections.get("service"));
        let Some(service) = service else { continue };
        let condition = match service.get("healthcheck") {
            Some(_) => "service_healthy",
            None => "service_started",
        };
        let condition = Map::from_iter([("condition".to_owned(), condition.into())]);
        found.insert(super::evaluate::text_of(&other.input("name")), Json::Object(condition));
    }
    found.into_iter().collect()
}

/// A key of `.env`.
struct Needed {
    /// Components that read it.
    by: BTreeSet<String>,
    /// Secrets first, then inputs, then outputs of other environments.
    order: u8,
    description: String,
}

/// Keys of `.env` by name.
fn needed(stack: &Stack) -> BTreeMap<String, Needed> {
    let mut found: BTreeMap<String, Needed> = BTreeMap::new();
    for (component, value) in stack
        .components
        .iter()
        .flat_map(|(name, component)| component.inputs.values().map(move |value| (name, value)))
    {
        value.references(&mut |reference| {
            let Some(key) = variable(&reference.to) else { return };
            let described =
                |fact: Option<&Fact>| fact.map(|fact| fact.description.clone()).unwrap_or_default();
            let (order, description) = match &reference.to {
                To::Secret(name) => (0, described(stack.secrets.get(name))),
                To::Input(name) => (1, described(stack.inputs.get(name))),
                to => (2, format!("Comes from another environment: {}.", describe(to))),
            };
            let new = || Needed { by: BTreeSet::new(), order, description };
            found.entry(key).or_insert_with(new).by.insert(component.clone());
        });
    }
    found
}

fn describe(to: &To) -> String {
    match to {
        To::Foreign { environment, component, output } => {
            format!("output `{output}` of `{component}` in {environment}")
        }
        _ => String::new(),
    }
}

/// The keys under the components that read them; what several read stands under all their names.
fn example(needs: &BTreeMap<String, Needed>) -> String {
    let mut text = format!(
        "# {HEADER}\n# Copy to .env and fill in what is empty; .env must never be committed.\n"
    );
    let mut sections: BTreeMap<&BTreeSet<String>, Vec<(&String, &Needed)>> = BTreeMap::new();
    for (key, needed) in needs {
        sections.entry(&needed.by).or_default().push((key, needed));
    }
    for (components, mut keys) in sections {
        let components: Vec<&str> = components.iter().map(String::as_str).collect();
        text.push_str(&format!("\n# --- {} ---\n", components.join(", ")));
        keys.sort_by_key(|(_, needed)| needed.order);
        for (key, Needed { description, .. }) in keys {
            if !description.is_empty() {
                text.push_str(&format!("# {description}\n"));
            }
            text.push_str(&format!("{key}=\n"));
        }
    }
    text
}
