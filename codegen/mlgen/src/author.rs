//! A spec written in Rust instead of files: the same system, the same checks, the same documents.
//!
//! What is written here becomes the texts that files would hold, so nothing behaves differently. Errors name the line
//! of Rust that declared the component.

use std::collections::BTreeMap;
use std::panic::Location;

use serde_json::{Map, Value, json};

use crate::app::{Input, PROJECT_FILE};
use crate::catalogue::Folder;

/// A system and all that belongs to it.
///
/// ```
/// use mlgen::{App, Choice, Component, Environment, System};
/// use serde_json::json;
///
/// let mut system = System::new("shop");
/// system.target("aws", json!({ "region": "eu-central-1", "state": { "bucket": "shop-state" } }));
/// system.environment(Environment::new("staging").class("staging").target("aws"));
/// system.environment(Environment::new("production").target("aws"));
///
/// let uploads = system.add(Component::new("uploads").kind("object-storage"));
/// system.output("uploads", uploads.output("arn"));
/// system.set("production", "uploads", json!({ "expire_days": 400 }));
///
/// let app = App::new(system.into());
/// assert!(!app.has_errors());
/// let documents: Vec<_> = app.render(&Choice::default()).into_iter().flat_map(|one| one.documents).collect();
/// let tfvars = documents.iter().find(|one| one.path == "deploy/production/aws/production.tfvars").unwrap();
/// assert!(tfvars.text.contains("uploads_expire_days = 400"));
/// ```
#[derive(Clone, Debug)]
pub struct System {
    project: Map<String, Value>,
    files: BTreeMap<String, Map<String, Value>>,
    catalogues: Vec<Folder>,
}

/// An environment of a [`System`].
#[derive(Clone, Debug)]
pub struct Environment {
    name: String,
    fields: Map<String, Value>,
}

/// A component of a [`System`], before it is added.
#[derive(Clone, Debug)]
pub struct Component {
    name: String,
    fields: Map<String, Value>,
    declared: &'static Location<'static>,
}

/// A component that was added: others refer to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handle {
    name: String,
}

impl System {
    /// A system without environments, on the catalogue that comes with the program.
    pub fn new(name: impl Into<String>) -> Self {
        let project = Map::from_iter([
            ("system".to_owned(), Value::String(name.into())),
            ("environments".to_owned(), Value::Object(Map::new())),
            ("targets".to_owned(), Value::Object(Map::new())),
        ]);
        Self { project, files: BTreeMap::new(), catalogues: Vec::new() }
    }

    /// How people call it.
    pub fn title(&mut self, title: impl Into<String>) {
        self.project.insert("title".to_owned(), Value::String(title.into()));
    }

    /// Puts a catalogue before those that were added, and before the program's own.
    pub fn catalogue(&mut self, folder: Folder) {
        self.catalogues.insert(0, folder);
    }

    /// A target with its settings, an object.
    pub fn target(&mut self, name: impl Into<String>, settings: Value) {
        section(&mut self.project, "targets").insert(name.into(), settings);
    }

    /// Adds an environment.
    pub fn environment(&mut self, environment: Environment) {
        let fields = Value::Object(environment.fields);
        section(&mut self.project, "environments").insert(environment.name, fields);
    }

    /// Adds a component to the base.
    pub fn add(&mut self, component: Component) -> Handle {
        let Component { name, fields, declared } = component;
        let file = format!("configs/base/{name} ({}:{}).json", declared.file(), declared.line());
        let file = self.files.entry(file).or_default();
        section(file, "components").insert(name.clone(), Value::Object(fields));
        Handle { name }
    }

    /// Sets inputs of a component in one environment.
    #[track_caller]
    pub fn set(&mut self, environment: &str, component: &str, inputs: Value) {
        let here = Location::caller();
        let file = format!(
            "configs/envs/{environment}/{component} ({}:{}).json",
            here.file(),
            here.line()
        );
        let file = self.files.entry(file).or_default();
        section(file, "components").insert(component.to_owned(), inputs);
    }

    /// A secret, which no file holds; the text to refer to it.
    pub fn secret(&mut self, name: &str, description: &str) -> String {
        self.fact("secrets", name, description);
        format!("${{secret.{name}}}")
    }

    /// A fact of a run, which no file knows; the text to refer to it.
    pub fn input(&mut self, name: &str, description: &str) -> String {
        self.fact("inputs", name, description);
        format!("${{input.{name}}}")
    }

    /// Gives an output of a component out.
    pub fn output(&mut self, name: &str, reference: impl Into<String>) {
        let file = self.files.entry("configs/base/outputs.json".to_owned()).or_default();
        section(file, "outputs").insert(name.to_owned(), Value::String(reference.into()));
    }

    fn fact(&mut self, kind: &str, name: &str, description: &str) {
        let file = self.files.entry(format!("configs/base/{kind}.json")).or_default();
        section(file, kind).insert(name.to_owned(), json!(description));
    }
}

impl From<System> for Input {
    fn from(system: System) -> Self {
        let text = |map: Map<String, Value>| format!("{:#}\n", Value::Object(map));
        let files = system.files.into_iter().map(|(path, map)| (path, text(map)));
        let mut files: BTreeMap<String, String> = files.collect();
        files.insert(PROJECT_FILE.to_owned(), text(system.project));
        let mut catalogues = system.catalogues;
        catalogues.push(Folder::builtin());
        Self { files, catalogues, set: Vec::new() }
    }
}

fn section<'a>(map: &'a mut Map<String, Value>, name: &str) -> &'a mut Map<String, Value> {
    let section = map.entry(name.to_owned()).or_insert_with(|| Value::Object(Map::new()));
    section.as_object_mut().expect("sections are objects from the beginning")
}

impl Environment {
    /// An environment of class production, without targets.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), fields: Map::new() }
    }

    /// Which defaults apply.
    #[must_use]
    pub fn class(self, class: &str) -> Self {
        self.with("class", json!(class))
    }

    /// The environment whose values come before its own.
    #[must_use]
    pub fn extends(self, parent: &str) -> Self {
        self.with("extends", json!(parent))
    }

    /// What names begin with.
    #[must_use]
    pub fn prefix(self, prefix: &str) -> Self {
        self.with("prefix", json!(prefix))
    }

    /// One more target.
    #[must_use]
    pub fn target(mut self, target: &str) -> Self {
        let targets = self.fields.entry("targets").or_insert_with(|| json!([]));
        targets.as_array_mut().expect("targets are a list from the beginning").push(json!(target));
        self
    }

    fn with(mut self, key: &str, value: Value) -> Self {
        self.fields.insert(key.to_owned(), value);
        self
    }
}

impl Component {
    /// A component whose kind is its name.
    #[track_caller]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), fields: Map::new(), declared: Location::caller() }
    }

    /// Another kind.
    #[must_use]
    pub fn kind(self, kind: &str) -> Self {
        self.with("kind", json!(kind))
    }

    /// Only for these targets.
    #[must_use]
    pub fn targets<const N: usize>(self, targets: [&str; N]) -> Self {
        self.with("targets", json!(targets.as_slice()))
    }

    /// Only in these environments.
    #[must_use]
    pub fn environments<const N: usize>(self, environments: [&str; N]) -> Self {
        self.with("environments", json!(environments.as_slice()))
    }

    /// An input; references stand in texts as in a file.
    #[must_use]
    pub fn input(self, name: &str, value: impl Into<Value>) -> Self {
        self.with(name, value.into())
    }

    /// Inputs for one target, an object.
    #[must_use]
    pub fn on(self, target: &str, inputs: Value) -> Self {
        self.with(target, inputs)
    }

    fn with(mut self, key: &str, value: Value) -> Self {
        self.fields.insert(key.to_owned(), value);
        self
    }
}

impl Handle {
    /// The text that refers to one output.
    pub fn output(&self, name: &str) -> String {
        format!("${{{}.{name}}}", self.name)
    }

    /// The text that hands the whole component over.
    pub fn whole(&self) -> String {
        format!("${{{}}}", self.name)
    }
}
