//! `target.yaml`: what a kind of stack is, as data. A new cloud is a new folder with one of these.

use indexmap::IndexMap;

use super::types::Type;
use crate::decode;
use crate::diag::{Diagnostic, Diags};
use crate::node::{Entry, Map, Node, Value};
use crate::source::{FileId, Span};

/// How the documents of a target are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writer {
    /// A Terraform stack per environment.
    Terraform,
    /// An umbrella chart with values per environment.
    Helm,
    /// A Compose file per environment.
    Compose,
}

/// A kind of stack.
#[derive(Clone, Debug)]
pub struct Target {
    /// The folder's name.
    pub name: String,
    /// One sentence.
    pub summary: String,
    /// How it is written.
    pub writer: Writer,
    /// Other folders of the catalogue whose kinds may stand in these stacks.
    pub also: Vec<String>,
    /// Where the documents go, unless the project says otherwise; `{environment}` stands for its folder.
    pub folder: String,
    /// What a project says once about the target.
    pub settings: IndexMap<String, Setting>,
    /// Where the state is kept.
    pub backend: Option<Backend>,
    /// Inputs that components have by convention, where their kind knows them and the spec does not say otherwise;
    /// `${component}` in a text is the component's name.
    pub conventions: Node,
    /// The module that holds the project's secrets.
    pub secrets: Option<Secrets>,
    /// The version of Terraform that the stacks need.
    pub required_version: Option<String>,
    /// `provider.tf`: the provider blocks, with `var.` for settings and `mlgen.system` for the system's name.
    pub provider: Option<FileId>,
}

/// A setting under `targets.<target>` of `mlgen.yaml`, which an environment may change.
#[derive(Clone, Debug)]
pub struct Setting {
    /// One sentence.
    pub description: String,
    /// What it takes.
    pub ty: Type,
    /// What it is when the project does not say.
    pub default: Option<Node>,
    /// The root variable that carries it into the stack.
    pub variable: Option<String>,
}

/// A partial backend.
#[derive(Clone, Debug)]
pub struct Backend {
    /// `s3`.
    pub kind: String,
    /// What is the same in every environment.
    pub arguments: Node,
    /// What stands in the environment's own file.
    pub settings: Node,
}

/// How secrets are kept.
#[derive(Clone, Debug)]
pub struct Secrets {
    /// The kind of the component.
    pub kind: String,
    /// Its inputs, under those of the spec.
    pub inputs: Option<Node>,
}

const FIELDS: [&str; 9] = [
    "summary",
    "writer",
    "also",
    "folder",
    "settings",
    "backend",
    "conventions",
    "secrets",
    "required_version",
];

impl Target {
    /// Reads `target.yaml`; `at` is a place in it for errors about what is missing.
    pub(super) fn read(
        name: &str,
        node: &Node,
        provider: Option<FileId>,
        at: Span,
        diags: &mut Diags,
    ) -> Option<Self> {
        decode::fields(node, "target.yaml", &FIELDS, diags)?;
        let writer = match node.get("writer").map(|writer| (writer, writer.as_str())) {
            Some((_, Some("terraform"))) => Writer::Terraform,
            Some((_, Some("helm"))) => Writer::Helm,
            Some((_, Some("compose"))) => Writer::Compose,
            Some((writer, _)) => {
                let error = Diagnostic::error(writer.span, "there is no such writer");
                diags.push(error.help("write terraform, helm or compose"));
                return None;
            }
            None => {
                let error = Diagnostic::error(at, "target.yaml needs a `writer`");
                diags.push(error.help("write terraform, helm or compose"));
                return None;
            }
        };
        let text = |key: &str, diags: &mut Diags| {
            node.get(key).and_then(|node| decode::string(node, &format!("`{key}`"), diags))
        };
        let also = node.get("also").and_then(|list| decode::strings(list, "`also`", diags));
        Some(Self {
            name: name.to_owned(),
            summary: text("summary", diags).unwrap_or_default(),
            writer,
            also: also.into_iter().flatten().map(|(name, _)| name).collect(),
            folder: text("folder", diags)
                .unwrap_or_else(|| format!("deploy/{{environment}}/{name}")),
            settings: settings(node, diags),
            backend: backend(node, diags),
            conventions: conventions(node, at, diags),
            secrets: secrets(node, diags),
            required_version: text("required_version", diags),
            provider,
        })
    }
}

fn settings(target: &Node, diags: &mut Diags) -> IndexMap<String, Setting> {
    let mut found = IndexMap::new();
    let Some(node) = target.get("settings") else { return found };
    for (name, entry) in decode::map(node, "`settings`", diags).into_iter().flatten() {
        let known = ["type", "description", "default", "variable"];
        decode::fields(&entry.node, "a setting", &known, diags);
        let text = |key: &str| entry.node.get(key).and_then(Node::as_str).map(str::to_owned);
        let Some(text_of_type) = text("type") else {
            diags.push(Diagnostic::error(entry.key, "a setting needs a `type`"));
            continue;
        };
        let at = entry.node.get("type").map_or(entry.key, |ty| ty.span);
        let ty = Type::parse(&text_of_type, at, diags);
        let setting = Setting {
            description: text("description").unwrap_or_default(),
            ty,
            default: entry.node.get("default").cloned(),
            variable: text("variable"),
        };
        found.insert(name.clone(), setting);
    }
    found
}

/// Where nothing is said, names begin with the environment's prefix.
fn conventions(target: &Node, at: Span, diags: &mut Diags) -> Node {
    let mut map = Map::new();
    let name = Node { value: Value::String("${prefix}-${component}".to_owned()), span: at };
    map.insert("name".to_owned(), Entry { key: at, node: name });
    if let Some(node) = target.get("conventions") {
        map.extend(
            decode::map(node, "`conventions`", diags)
                .into_iter()
                .flatten()
                .map(|(k, v)| (k.clone(), v.clone())),
        );
    }
    Node { value: Value::Map(map), span: at }
}

fn backend(target: &Node, diags: &mut Diags) -> Option<Backend> {
    let node = target.get("backend")?;
    decode::fields(node, "a backend", &["type", "arguments", "settings"], diags)?;
    let kind = decode::string(node.get("type").unwrap_or(node), "`type`", diags)?;
    let empty = || Node { value: Value::Map(Map::new()), span: node.span };
    Some(Backend {
        kind,
        arguments: node.get("arguments").cloned().unwrap_or_else(empty),
        settings: node.get("settings").cloned().unwrap_or_else(empty),
    })
}

fn secrets(target: &Node, diags: &mut Diags) -> Option<Secrets> {
    let node = target.get("secrets")?;
    decode::fields(node, "`secrets`", &["kind", "inputs"], diags)?;
    let kind = decode::string(node.get("kind").unwrap_or(node), "`kind`", diags)?;
    Some(Secrets { kind, inputs: node.get("inputs").cloned() })
}
