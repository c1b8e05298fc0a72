//! `mlgen.yaml`: the system, its environments, its targets.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Serialize;

use super::{distinct, file_name};
use crate::decode;
use crate::diag::{Diagnostic, Diags};
use crate::node::{Node, Value};
use crate::source::Span;

/// What `mlgen.yaml` says.
#[derive(Clone, Debug)]
pub struct Project {
    /// Name of the system, part of most names.
    pub system: String,
    /// How people call it.
    pub title: String,
    /// Folders of catalogues, relative to the project; those of the program come last.
    pub catalogues: Vec<String>,
    /// In the order in which they are written.
    pub environments: IndexMap<String, Environment>,
    /// Settings of the targets that are in use.
    pub targets: IndexMap<String, Settings>,
    /// Where documents go, by target, in place of the target's own folder.
    pub layout: IndexMap<String, String>,
}

/// Settings of a target, and where they stand.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The target's name.
    pub key: Span,
    /// A map from settings to values.
    pub node: Node,
}

/// One environment.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// Where it is declared.
    pub span: Span,
    /// Which defaults it takes: `production`, `staging`, `development`.
    pub class: String,
    /// The class as it is written, if it is.
    pub class_at: Option<(String, Span)>,
    /// The environment whose files it takes before its own.
    pub extends: Option<(String, Span)>,
    /// Other words for it on the command line.
    pub aliases: Vec<(String, Span)>,
    /// What it is rendered for.
    pub targets: Vec<(String, Span)>,
    /// What names of things begin with.
    pub prefix: String,
    /// One sentence.
    pub purpose: String,
    /// Its name in places that have rules of their own.
    pub names: Names,
    /// Settings of targets that differ here, with the place of the target's name.
    pub settings: IndexMap<String, (Span, Node)>,
}

/// An environment's name where others decide what a name is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// Of its folder.
    pub folder: String,
    /// Of its `.tfvars` and `.tfbackend`.
    pub tfvars: String,
    /// Of its Helm values: `values.<name>.yaml`.
    pub values: String,
    /// Of its Kubernetes namespace.
    pub namespace: String,
    /// What `var.environment` holds.
    pub variable: String,
}

/// The shape of `mlgen.yaml`, for editors.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(title = "mlgen.yaml", deny_unknown_fields)]
pub struct ProjectSchema {
    /// Name of the system in lower case: part of most names.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9-]*$"))]
    system: String,
    /// How people call the system; its name when absent.
    title: Option<String>,
    /// Folders of catalogues, relative to this file. A kind in an earlier one hides that of a later one; the kinds
    /// that mlgen brings come last.
    catalogues: Option<Vec<String>>,
    /// Environments by name.
    environments: IndexMap<String, EnvironmentSchema>,
    /// Settings by target; every target that an environment names must be here.
    targets: IndexMap<String, Option<serde_json::Map<String, serde_json::Value>>>,
    /// Folder of a target's documents, relative to this file; `{environment}` is the environment's folder name.
    layout: Option<IndexMap<String, String>>,
}

/// One environment.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields)]
struct EnvironmentSchema {
    /// Which defaults apply: those of modules are right for production, a class loosens them.
    class: Option<String>,
    /// The environment whose files come before this one's own.
    extends: Option<String>,
    /// Other words for it on the command line.
    aliases: Option<Vec<String>>,
    /// What it is rendered for; the targets of `extends` when absent.
    targets: Option<Vec<String>>,
    /// What the names of its things begin with; `<system>-<environment>` when absent.
    prefix: Option<String>,
    /// One sentence for people.
    purpose: Option<String>,
    /// Its name in places that have rules of their own; the environment's name when absent.
    names: Option<NamesSchema>,
    /// Settings of targets that differ here.
    settings: Option<IndexMap<String, Option<serde_json::Map<String, serde_json::Value>>>>,
}

/// An environment's name where others decide what a name is.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields)]
struct NamesSchema {
    /// Of its folder.
    folder: Option<String>,
    /// Of its `.tfvars` and `.tfbackend`.
    tfvars: Option<String>,
    /// Of its Helm values.
    values: Option<String>,
    /// Of its Kubernetes namespace.
    namespace: Option<String>,
    /// What `var.environment` holds.
    variable: Option<String>,
}

/// What may stand at the top of the file; `$schema` speaks to editors.
const FIELDS: [&str; 7] =
    ["system", "title", "catalogues", "environments", "targets", "layout", "$schema"];
const ENVIRONMENT: [&str; 8] =
    ["class", "extends", "aliases", "targets", "prefix", "purpose", "names", "settings"];
const NAMES: [&str; 5] = ["folder", "tfvars", "values", "namespace", "variable"];

impl Project {
    /// The folders of catalogues, as far as the file can be read: they are needed before anything else.
    pub fn catalogues(node: &Node) -> Vec<String> {
        let listed = node.get("catalogues");
        let texts = listed.and_then(|list| decode::strings(list, "", &mut Diags::default()));
        texts.into_iter().flatten().map(|(text, _)| text).collect()
    }

    pub(super) fn read(node: &Node, diags: &mut Diags) -> Option<Self> {
        let map = decode::fields(node, "mlgen.yaml", &FIELDS, diags)?;
        for required in ["system", "environments", "targets"] {
            if !map.contains_key(required) {
                let at = Span { end: node.span.start, ..node.span };
                diags.push(Diagnostic::error(at, format!("mlgen.yaml needs `{required}`")));
            }
        }
        let system_node = node.get("system")?;
        let system = decode::string(system_node, "`system`", diags)?;
        if !is_name(&system) {
            diags.push(
                Diagnostic::error(system_node.span, "this cannot be the name of a system")
                    .help("begin with a letter, then use a-z, 0-9 and -"),
            );
        }
        let title = node.get("title").and_then(|title| decode::string(title, "`title`", diags));
        let catalogues =
            node.get("catalogues").and_then(|list| decode::strings(list, "`catalogues`", diags));
        let mut targets = IndexMap::new();
        let listed = node.get("targets").and_then(|node| decode::map(node, "`targets`", diags));
        for (name, entry) in listed.into_iter().flatten() {
            if entry.node.value != Value::Null {
                decode::map(&entry.node, &format!("settings of `{name}`"), diags);
            }
            targets.insert(name.clone(), Settings { key: entry.key, node: entry.node.clone() });
        }
        let mut layout = IndexMap::new();
        let listed = node.get("layout").and_then(|node| decode::map(node, "`layout`", diags));
        for (name, entry) in listed.into_iter().flatten() {
            if !targets.contains_key(name) {
                let known = targets.keys().map(String::as_str);
                diags.push(decode::unknown(entry.key, name, "`targets`", known));
            }
            if let Some(folder) = decode::string(&entry.node, "a folder", diags) {
                let catalogues = catalogues.as_deref().unwrap_or_default();
                file_name::check_folder(&folder, entry.node.span, catalogues, diags);
                layout.insert(name.clone(), folder);
            }
        }
        let mut project = Self {
            title: title.unwrap_or_else(|| system.clone()),
            system,
            catalogues: catalogues.into_iter().flatten().map(|(text, _)| text).collect(),
            environments: IndexMap::new(),
            targets,
            layout,
        };
        project.read_environments(node, diags);
        distinct::check(&project, node, diags);
        Some(project)
    }

    fn read_environments(&mut self, node: &Node, diags: &mut Diags) {
        let listed =
            node.get("environments").and_then(|node| decode::map(node, "`environments`", diags));
        for (name, entry) in listed.into_iter().flatten() {
            let environment = Environment::read(&self.system, name, entry.key, &entry.node, diags);
            self.environments.insert(name.clone(), environment);
        }
        self.inherit(diags);
        let mut words: IndexMap<&str, Span> = IndexMap::new();
        for environment in self.environments.values() {
            let name = std::iter::once((environment.name.as_str(), environment.span));
            let aliases = environment.aliases.iter().map(|(alias, span)| (alias.as_str(), *span));
            for (word, span) in name.chain(aliases) {
                if let Some(first) = words.insert(word, span) {
                    let message = format!("`{word}` already names an environment");
                    diags.push(Diagnostic::error(span, message).note_at(first, "here"));
                }
            }
            for (target, span) in &environment.targets {
                if !self.targets.contains_key(target) {
                    let error = Diagnostic::error(*span, format!("`targets` has no `{target}`"));
                    let suggested = error.suggest(target, self.targets.keys().map(String::as_str));
                    diags.push(match suggested.help {
                        Some(_) => suggested,
                        None => suggested
                            .help(format!("add `{target}: {{}}` under `targets` of mlgen.yaml")),
                    });
                }
            }
        }
    }

    /// Follows `extends`: reports cycles and unknown names, and hands targets down.
    fn inherit(&mut self, diags: &mut Diags) {
        let names: Vec<String> = self.environments.keys().cloned().collect();
        for name in &names {
            let environment = &self.environments[name];
            if let Some((parent, span)) = &environment.extends
                && !self.environments.contains_key(parent)
            {
                let error = Diagnostic::error(*span, format!("there is no environment `{parent}`"));
                diags.push(error.suggest(parent, names.iter().map(String::as_str)));
            }
            let chain = self.chain(name);
            let first = &self.environments[chain[0].as_str()];
            if let Some((parent, span)) = &first.extends
                && chain.iter().any(|link| link == parent)
                && chain.iter().min() == Some(name)
            {
                let path: Vec<&str> = chain.iter().rev().map(String::as_str).collect();
                let message =
                    format!("`extends` goes in a circle: {} -> {parent}", path.join(" -> "));
                diags.push(Diagnostic::error(*span, message));
            }
        }
        for name in &names {
            let chain = self.chain(name);
            let inherited = chain.iter().rev().find_map(|link| {
                let targets = &self.environments[link.as_str()].targets;
                (!targets.is_empty()).then(|| targets.clone())
            });
            if let Some(targets) = inherited {
                self.environments[name.as_str()].targets = targets;
            } else {
                let span = self.environments[name.as_str()].span;
                diags.push(
                    Diagnostic::error(span, format!("environment `{name}` has no `targets`"))
                        .help("write for instance `targets: [aws]`"),
                );
            }
        }
    }

    /// The environments whose files apply, from the most general to `name` itself; each once.
    pub fn chain(&self, name: &str) -> Vec<String> {
        let mut chain = vec![name.to_owned()];
        let mut at = self.environments.get(name);
        while let Some((parent, _)) = at.and_then(|environment| environment.extends.as_ref()) {
            if chain.contains(parent) || !self.environments.contains_key(parent) {
                break;
            }
            chain.push(parent.clone());
            at = self.environments.get(parent);
        }
        chain.reverse();
        chain
    }

    /// The environment of this name or alias.
    pub fn environment(&self, word: &str) -> Option<&Environment> {
        self.environments.get(word).or_else(|| {
            let mut all = self.environments.values();
            all.find(|environment| environment.aliases.iter().any(|(alias, _)| alias == word))
        })
    }
}

impl Environment {
    fn read(system: &str, name: &str, key: Span, node: &Node, diags: &mut Diags) -> Self {
        if !is_name(name) {
            diags.push(
                Diagnostic::error(key, "this cannot be the name of an environment")
                    .help("begin with a letter, then use a-z, 0-9 and -"),
            );
        }
        let what = format!("environment `{name}`");
        let given = match &node.value {
            Value::Null => None,
            _ => decode::fields(node, &what, &ENVIRONMENT, diags).map(|_| node),
        };
        let get = |key: &str| given.and_then(|node| node.get(key));
        let text = |key: &str, diags: &mut Diags| {
            get(key).and_then(|node| decode::string(node, &format!("`{key}`"), diags))
        };
        let list = |key: &str, diags: &mut Diags| {
            let listed =
                get(key).and_then(|node| decode::strings(node, &format!("`{key}`"), diags));
            listed.unwrap_or_default()
        };
        let extends = get("extends")
            .and_then(|node| Some((decode::string(node, "`extends`", diags)?, node.span)));
        let class_at = get("class")
            .and_then(|node| Some((decode::string(node, "`class`", diags)?, node.span)));
        let mut names = Names {
            folder: name.to_owned(),
            tfvars: name.to_owned(),
            values: name.to_owned(),
            namespace: format!("{system}-{name}"),
            variable: name.to_owned(),
        };
        if let Some(node) = get("names") {
            decode::fields(node, "`names`", &NAMES, diags);
            let mut take = |key: &str, slot: &mut String| {
                let Some(node) = node.get(key) else { return };
                let Some(text) = decode::string(node, &format!("`{key}`"), diags) else { return };
                match key {
                    "namespace" => file_name::check_namespace(&text, node.span, diags),
                    _ => file_name::check_part(&text, key == "folder", node.span, diags),
                }
                *slot = text;
            };
            take("folder", &mut names.folder);
            take("tfvars", &mut names.tfvars);
            take("values", &mut names.values);
            take("namespace", &mut names.namespace);
            take("variable", &mut names.variable);
        }
        let mut settings = IndexMap::new();
        if let Some(node) = get("settings") {
            for (target, entry) in decode::map(node, "`settings`", diags).into_iter().flatten() {
                let what = format!("settings of `{target}`");
                if entry.node.value != Value::Null
                    && decode::map(&entry.node, &what, diags).is_some()
                {
                    settings.insert(target.clone(), (entry.key, entry.node.clone()));
                }
            }
        }
        let prefix = text("prefix", diags);
        if let (Some(prefix), Some(node)) = (&prefix, get("prefix"))
            && !is_name(prefix)
        {
            diags.push(
                Diagnostic::error(node.span, "names of things cannot begin like this")
                    .help("begin with a letter, then use a-z, 0-9 and -"),
            );
        }
        Self {
            name: name.to_owned(),
            span: key,
            class: class_at.as_ref().map_or("production", |(class, _)| class).to_owned(),
            class_at,
            extends,
            aliases: list("aliases", diags),
            targets: list("targets", diags),
            prefix: prefix.unwrap_or_else(|| format!("{system}-{name}")),
            purpose: text("purpose", diags).unwrap_or_default(),
            names,
            settings,
        }
    }
}

/// Lower case letters, digits and `-`, after a letter.
fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.chars().all(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '-')
}
