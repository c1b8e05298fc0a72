//! JSON Schemas for editors: they complete the names of inputs and show what each is for.
//!
//! **Invariant:** whatever mlgen takes a schema takes too. So nothing is required here (another file may say it), a
//! reference or an operator fits everywhere, and what depends on several files is left to `mlgen render`.

use serde_json::{Map, Value as Json, json};

use crate::app::App;
use crate::catalogue::Kind;
use crate::catalogue::interface::Input;
use crate::catalogue::types::Type;
use crate::construct::presence::kind_name;
use crate::construct::stack;
use crate::spec::Spec;
use crate::spec::project::ProjectSchema;

/// Which files a schema is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaKind {
    /// `mlgen.yaml`.
    Project,
    /// Files under `configs/`.
    Configs,
}

/// The schema of a file. With a project its components, environments, targets and the inputs of its kinds are known.
pub fn schema(kind: SchemaKind, app: Option<&App>) -> Json {
    match kind {
        SchemaKind::Project => project(),
        SchemaKind::Configs => configs(app),
    }
}

fn project() -> Json {
    let mut schema = schemars::schema_for!(ProjectSchema).to_value();
    if let Some(Json::Object(properties)) = schema.get_mut("properties") {
        properties.insert("$schema".to_owned(), json!({ "type": "string" }));
    }
    schema
}

fn configs(app: Option<&App>) -> Json {
    let spec = app.and_then(App::spec);
    let component = json!({ "type": ["object", "null"] });
    let components = match (app, spec) {
        (Some(app), Some(spec)) => known(app, spec),
        _ => Map::new(),
    };
    let description = json!({ "type": "string", "description": "One sentence." });
    let described = |more: Json| {
        let mut properties = Map::from_iter([("description".to_owned(), description.clone())]);
        properties.extend(scope(spec));
        if let Json::Object(more) = more {
            properties.extend(more);
        }
        json!({
            "anyOf": [
                { "type": "string" },
                { "type": "object", "properties": properties, "additionalProperties": false },
            ],
        })
    };
    let section = |item: Json, text: &str| json!({ "type": ["object", "null"], "additionalProperties": item, "description": text });
    let mut document = scope(spec);
    for (name, text) in [
        ("template", "Name of the template."),
        ("path", "Where the document goes; a template itself."),
    ] {
        document.insert(name.to_owned(), json!({ "type": "string", "description": text }));
    }
    document.insert("each".to_owned(), json!({ "const": "environment" }));
    let mut properties = Map::from_iter([
        ("$schema".to_owned(), json!({ "type": "string" })),
        (
            "components".to_owned(),
            json!({
                "type": ["object", "null"],
                "description": "What the system is made of, by name.",
                "properties": components,
                "additionalProperties": component,
            }),
        ),
        (
            "inputs".to_owned(),
            section(
                described(json!({ "type": { "type": "string" } })),
                "Facts of a run that no file knows, such as the tag of an image.",
            ),
        ),
        (
            "secrets".to_owned(),
            section(described(json!({})), "Values that no file may hold, by name."),
        ),
        (
            "outputs".to_owned(),
            section(
                described(json!({ "value": { "type": "string" } })),
                "What the stacks give out: one output of a component each.",
            ),
        ),
        (
            "documents".to_owned(),
            section(
                json!({ "type": "object", "properties": document }),
                "Files that are made from templates.",
            ),
        ),
    ]);
    properties.extend(scope(spec));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A file of configs/",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "$defs": { "operator": operator() },
    })
}

/// `targets` and `environments`.
fn scope(spec: Option<&Spec>) -> Map<String, Json> {
    let names = |names: Option<Vec<&String>>, text: &str| {
        let item = names.map_or(json!({ "type": "string" }), |names| json!({ "enum": names }));
        json!({ "type": "array", "items": item, "description": text })
    };
    let project = spec.map(|spec| &spec.project);
    Map::from_iter([
        (
            "targets".to_owned(),
            names(
                project.map(|project| project.targets.keys().collect()),
                "Only for these targets; for all when absent.",
            ),
        ),
        (
            "environments".to_owned(),
            names(
                project.map(|project| project.environments.keys().collect()),
                "Only in these environments; in all when absent.",
            ),
        ),
    ])
}

/// The components of the project by name, each with the inputs of its kind.
fn known(app: &App, spec: &Spec) -> Map<String, Json> {
    let mut found = Map::new();
    let layers = std::iter::once(&spec.base).chain(spec.environments.values());
    for (name, declared) in layers.flat_map(|layer| &layer.components) {
        if found.contains_key(name) || declared.module.is_some() {
            continue;
        }
        let kind = kind_name(name, declared);
        let kinds: Vec<(&str, &Kind)> = app
            .kinds()
            .kinds
            .iter()
            .filter_map(|(target, kinds)| Some((target.as_str(), &**kinds.get(&kind)?)))
            .collect();
        if !kinds.is_empty() {
            found.insert(name.clone(), component(spec, &kinds));
        }
    }
    found
}

/// A component whose kind each of these targets has.
fn component(spec: &Spec, kinds: &[(&str, &Kind)]) -> Json {
    let mut inputs: Map<String, Json> = Map::new();
    let names = kinds.iter().flat_map(|(_, kind)| kind.interface.inputs.keys());
    for name in names {
        if inputs.contains_key(name) {
            continue;
        }
        let declared: Vec<&Input> =
            kinds.iter().filter_map(|(_, kind)| kind.interface.inputs.get(name)).collect();
        let schema = match declared.as_slice() {
            [one] => input(one),
            several => {
                let any: Vec<Json> = several.iter().map(|one| input(one)).collect();
                let description = several.iter().map(|one| &one.description);
                let description = description.max_by_key(|text| text.len());
                json!({ "anyOf": any, "description": description })
            }
        };
        inputs.insert(name.clone(), schema);
    }
    for target in spec.project.targets.keys() {
        let kind = kinds.iter().find(|(known, _)| known == target);
        let section = match kind {
            Some((_, kind)) => {
                let own = kind.interface.inputs.iter();
                let own: Map<String, Json> =
                    own.map(|(name, one)| (name.clone(), input(one))).collect();
                json!({
                    "type": ["object", "null"],
                    "properties": own,
                    "additionalProperties": false,
                    "description": format!("Inputs for {target} alone."),
                })
            }
            None => json!({ "type": ["object", "null"] }),
        };
        inputs.insert(target.clone(), section);
    }
    let text = "What the component is, when it is not what it is called.";
    inputs.insert("kind".to_owned(), json!({ "type": "string", "description": text }));
    inputs.extend(scope(Some(spec)));
    let summary = kinds.iter().map(|(_, kind)| &kind.component.summary).find(|one| !one.is_empty());
    json!({
        "type": ["object", "null"],
        "description": summary,
        "properties": inputs,
        "additionalProperties": false,
    })
}

fn input(input: &Input) -> Json {
    let mut schema = Map::new();
    if !input.description.is_empty() {
        schema.insert("description".to_owned(), input.description.as_str().into());
    }
    if let Some(default) = input.default.as_ref().map(stack::json).filter(|one| !one.is_null()) {
        schema.insert("default".to_owned(), default);
    }
    if let Json::Object(ty) = ty(&input.ty) {
        schema.extend(ty);
    }
    Json::Object(schema)
}

/// A value of a type, a reference that becomes one, or an operator.
fn ty(of: &Type) -> Json {
    let reference = json!({ "type": "string", "pattern": r"\$\{" });
    let or = |own: Json| {
        let nothing = json!({ "type": "null" });
        json!({ "anyOf": [own, reference, nothing, { "$ref": "#/$defs/operator" }] })
    };
    match of {
        Type::Any => json!({}),
        Type::String | Type::Secret | Type::Component => or(json!({ "type": "string" })),
        Type::Number => or(json!({ "type": "number" })),
        Type::Integer => or(json!({ "type": "integer" })),
        Type::Bool => or(json!({ "type": "boolean" })),
        Type::List(item) | Type::Set(item) => or(json!({ "type": "array", "items": ty(item) })),
        Type::Tuple(items) => {
            let items: Vec<Json> = items.iter().map(ty).collect();
            or(json!({ "type": "array", "prefixItems": items }))
        }
        Type::Map(item) => or(json!({ "type": "object", "additionalProperties": ty(item) })),
        Type::Object(fields) => {
            let fields: Map<String, Json> =
                fields.iter().map(|(name, field)| (name.clone(), ty(&field.ty))).collect();
            or(json!({ "type": "object", "properties": fields, "additionalProperties": false }))
        }
    }
}

/// What a layer may write in place of a value.
fn operator() -> Json {
    let one = |name: &str, argument: Json, text: &str| {
        json!({
            "type": "object",
            "description": text,
            "properties": { name: argument },
            "required": [name],
            "additionalProperties": false,
        })
    };
    let list = || json!({ "type": "array" });
    json!({
        "anyOf": [
            one("$append", list(), "The list as it was, then these items."),
            one("$remove", list(), "Without these items or keys."),
            one("$unset", json!({ "const": true }), "As if no layer had set it."),
            one("$replace", json!({}), "This value, whatever stood there."),
            {
                "type": "object",
                "description": "This very value: nothing in it is read, and no rule judges it.",
                "properties": { "$literal": {}, "reason": { "type": "string" } },
                "required": ["$literal"],
                "additionalProperties": false,
            },
        ],
    })
}
