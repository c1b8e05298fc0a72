//! What a template sees: the system, its environments, and the resolved inputs of their components. Never an output.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::catalogue::target::Writer;
use crate::construct::stack::json as plain;
use crate::construct::tune::foreign_variable;
use crate::construct::value::Statics;
use crate::construct::{Component, Environment, Fact, Piece, Stack, System, To, Value};
use crate::spec::Spec;
use crate::target::{HEADER, relative};

/// The one key of what stands for a reference: `{ "reference": "${database.host}" }`.
pub(super) const REFERENCE: &str = "reference";

/// Keys that a document cannot have as its own data. It may have a title of its own.
pub(super) const RESERVED: [&str; 6] =
    ["components", "environment", "environments", "header", "system", "targets"];

/// What every document sees.
pub(super) fn common(spec: &Spec) -> Map<String, Json> {
    let mut found = Map::new();
    found.insert("header".to_owned(), HEADER.into());
    found.insert("system".to_owned(), spec.project.system.as_str().into());
    found.insert("title".to_owned(), spec.project.title.as_str().into());
    found
}

/// What an environment is, without what is in it.
pub(super) fn facts(environment: &Environment) -> Map<String, Json> {
    let Environment { name, class, purpose, prefix, names, .. } = environment;
    let facts = json!({
        "name": name,
        "class": class,
        "purpose": purpose,
        "prefix": prefix,
        "names": {
            "folder": names.folder,
            "tfvars": names.tfvars,
            "values": names.values,
            "namespace": names.namespace,
            "variable": names.variable,
        },
    });
    match facts {
        Json::Object(facts) => facts,
        _ => Map::new(),
    }
}

/// The same with its targets and components. A component of several targets is that of the first one.
pub(super) fn whole(
    system: &System,
    environment: &Environment,
    wanted: &[&str],
) -> Map<String, Json> {
    let (mut targets, mut components) = (Map::new(), Map::new());
    for (target, _) in &environment.targets {
        if !wanted.is_empty() && !wanted.contains(&target.as_str()) {
            continue;
        }
        let stack = system.stacks.iter().find(|stack| {
            stack.environment.name == environment.name && stack.target.name == *target
        });
        let Some(stack) = stack else { continue };
        let mut settings = settings(stack);
        settings.insert("foreign".to_owned(), foreign(system, stack));
        settings.insert("elsewhere".to_owned(), elsewhere(system, stack));
        targets.insert(target.clone(), settings.into());
        for component in stack.components.values() {
            if !components.contains_key(&component.name) {
                components.insert(component.name.clone(), inputs(component, stack).into());
            }
        }
    }
    let mut found = facts(environment);
    found.insert("targets".to_owned(), targets.into());
    found.insert("components".to_owned(), components.into());
    found
}

/// Settings of a target, what its stack is and where, and the facts of a run and secrets that it asks for.
fn settings(stack: &Stack) -> Map<String, Json> {
    let mut found = Map::new();
    let writer = match stack.target.writer {
        Writer::Terraform => "terraform",
        Writer::Compose => "compose",
        Writer::Helm => "helm",
    };
    let backend = stack.target.backend.as_ref().map(|backend| backend.kind.as_str());
    found.insert("folder".to_owned(), stack.folder.as_str().into());
    found.insert("writer".to_owned(), writer.into());
    found.insert("backend".to_owned(), backend.into());
    for (name, entry) in stack.settings.as_map().into_iter().flatten() {
        found.insert(name.clone(), plain(&entry.node));
    }
    let described = |facts: &BTreeMap<String, Fact>| {
        facts.iter().map(|(name, fact)| (name.clone(), fact.description.as_str().into())).collect()
    };
    found.insert("inputs".to_owned(), Json::Object(described(&stack.inputs)));
    found.insert("secrets".to_owned(), Json::Object(described(&stack.secrets)));
    found
}

/// Root variables that outputs of other environments fill: where each is given out, and under which name.
fn foreign(system: &System, stack: &Stack) -> Json {
    let given = stack.foreign.iter().filter_map(|(environment, component, output)| {
        let there = system.stacks.iter().filter(|other| other.environment.name == *environment);
        let (folder, name) = there.into_iter().find_map(|other| {
            let name = other.given_out(component, output)?;
            Some((relative(&stack.folder, &other.folder), name.to_owned()))
        })?;
        let variable = foreign_variable(environment, component, output);
        Some((variable, json!({ "folder": folder, "output": name })))
    });
    Json::Object(given.collect())
}

/// Keys of the `ConfigMap` that a chart reads, and where each is given out.
fn elsewhere(system: &System, stack: &Stack) -> Json {
    let given = stack.elsewhere().into_iter().filter_map(|(component, output)| {
        let same = |other: &&Stack| other.environment.name == stack.environment.name;
        let (folder, name) = system.stacks.iter().filter(same).find_map(|other| {
            Some((other.folder.as_str(), other.given_out(&component, &output)?))
        })?;
        Some((format!("{component}_{output}"), json!({ "folder": folder, "output": name })))
    });
    Json::Object(given.collect())
}

/// All inputs of a component, those at their defaults too: what nobody sets is null.
fn inputs(component: &Component, stack: &Stack) -> Map<String, Json> {
    let mut found = Map::new();
    let kind = component.made.kind();
    found.insert("kind".to_owned(), kind.map(|kind| kind.name.as_str()).into());
    found.insert("target".to_owned(), stack.target.name.as_str().into());
    for (name, declared) in kind.iter().flat_map(|kind| &kind.interface.inputs) {
        if !component.inputs.contains_key(name) && !declared.ephemeral {
            let default = declared.default.as_ref().map(plain).unwrap_or_default();
            found.insert(name.clone(), default);
        }
    }
    for (name, value) in &component.inputs {
        if let Some(value) = shown(value, &stack.statics) {
            found.insert(name.clone(), value);
        }
    }
    found
}

/// A value as far as it is known. What refers to something that does not exist yet says so.
fn shown(value: &Value, statics: &Statics) -> Option<Json> {
    if let Some(known) = value.known(statics) {
        return Some(known);
    }
    let text = match value {
        Value::List(items) => {
            return Some(items.iter().filter_map(|item| shown(item, statics)).collect());
        }
        Value::Map(entries) => {
            let shown = |(key, item): (&String, &Value)| Some((key.clone(), shown(item, statics)?));
            return Some(Json::Object(entries.iter().filter_map(shown).collect()));
        }
        Value::Reference(reference) => written(&reference.to),
        Value::Text(pieces) => {
            let piece = |piece: &Piece| match piece {
                Piece::Literal(text) => text.clone(),
                Piece::Reference(reference) => written(&reference.to),
            };
            pieces.iter().map(piece).collect()
        }
        _ => return None,
    };
    Some(json!({ REFERENCE: text }))
}

/// A reference as a spec writes it.
fn written(to: &To) -> String {
    let inside = match to {
        To::Whole(component) | To::Reached { component, .. } => component.clone(),
        To::Output { component, path } => format!("{component}.{}", path.join(".")),
        To::Elsewhere { component, output, .. } => format!("{component}.{output}"),
        To::Foreign { environment, component, output } => {
            format!("{environment}:{component}.{output}")
        }
        To::Input(name) => format!("input.{name}"),
        To::Secret(name) => format!("secret.{name}"),
        To::Prefix => "prefix".to_owned(),
        To::Environment => "environment".to_owned(),
        To::Setting(name) => format!("settings.{name}"),
        To::Local(name) => name.clone(),
    };
    format!("${{{inside}}}")
}
