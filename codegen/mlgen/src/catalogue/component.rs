//! `component.yaml`: what a module's own files cannot say. For Compose it is the whole component.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::interface::{Input, Interface, Output};
use super::types::Type;
use crate::decode;
use crate::diag::{Diagnostic, Diags};
use crate::node::Node;
use crate::source::Span;

/// What `component.yaml` says.
#[derive(Clone, Debug, Default)]
pub struct ComponentFile {
    /// One sentence for lists of components.
    pub summary: String,
    /// Inputs that a class of environments sets, by class.
    pub classes: IndexMap<String, Node>,
    /// Inputs that take nothing but references to secrets.
    pub secret_inputs: BTreeSet<String>,
    /// Outputs that are references to secrets.
    pub secret_outputs: BTreeSet<String>,
    /// Where the names of secret inputs stand.
    pub(super) secret_input_places: Vec<(String, Span)>,
    /// Where the names of secret outputs stand.
    pub(super) secret_output_places: Vec<(String, Span)>,
    /// `service`, `volumes` and so on of a Compose component, by name.
    pub sections: IndexMap<String, Node>,
}

const COMMON: [&str; 4] = ["summary", "classes", "secret_inputs", "secret_outputs"];
const CHART: [&str; 5] = ["summary", "classes", "secret_inputs", "secret_outputs", "outputs"];
const COMPOSE: [&str; 9] = [
    "summary", "classes", "inputs", "outputs", "service", "volumes", "networks", "configs",
    "secrets",
];

impl ComponentFile {
    /// Reads the file of a chart, which says there what other components may refer to.
    pub(super) fn read_chart(node: &Node, interface: &mut Interface, diags: &mut Diags) -> Self {
        decode::fields(node, "component.yaml", &CHART, diags);
        interface.outputs.extend(outputs(node));
        Self::common(node, diags)
    }

    /// Reads the file of a Terraform module.
    pub(super) fn read(node: &Node, diags: &mut Diags) -> Self {
        decode::fields(node, "component.yaml", &COMMON, diags);
        Self::common(node, diags)
    }

    /// Reads the file of a Compose component, which declares its inputs and outputs itself.
    pub(super) fn read_compose(node: &Node, diags: &mut Diags) -> (Self, Interface) {
        decode::fields(node, "component.yaml", &COMPOSE, diags);
        let mut file = Self::common(node, diags);
        for name in ["service", "volumes", "networks", "configs", "secrets"] {
            if let Some(section) = node.get(name) {
                file.sections.insert(name.to_owned(), section.clone());
            }
        }
        let mut interface = Interface::default();
        for (name, entry) in node.get("inputs").and_then(Node::as_map).into_iter().flatten() {
            if let Some(input) = input(entry.key, &entry.node, diags) {
                interface.inputs.insert(name.clone(), input);
            }
        }
        interface.outputs.extend(outputs(node));
        (file, interface)
    }

    fn common(node: &Node, diags: &mut Diags) -> Self {
        let mut file = Self::default();
        if let Some(summary) = node.get("summary") {
            file.summary = decode::string(summary, "`summary`", diags).unwrap_or_default();
        }
        if let Some(classes) = node.get("classes") {
            for (class, entry) in decode::map(classes, "`classes`", diags).into_iter().flatten() {
                if decode::map(&entry.node, "the inputs of a class", diags).is_some() {
                    file.classes.insert(class.clone(), entry.node.clone());
                }
            }
        }
        let mut listed = |key: &str| {
            let listed = node.get(key).and_then(|list| decode::strings(list, key, diags));
            listed.unwrap_or_default()
        };
        file.secret_input_places = listed("secret_inputs");
        file.secret_output_places = listed("secret_outputs");
        let names =
            |places: &[(String, Span)]| places.iter().map(|(name, _)| name.clone()).collect();
        file.secret_inputs = names(&file.secret_input_places);
        file.secret_outputs = names(&file.secret_output_places);
        file
    }
}

/// Outputs as expressions over inputs: `host: ${name}`.
fn outputs(node: &Node) -> impl Iterator<Item = (String, Output)> {
    let entries = node.get("outputs").and_then(Node::as_map).into_iter().flatten();
    entries.map(|(name, entry)| {
        let output = Output {
            span: entry.key,
            description: String::new(),
            sensitive: false,
            value: Some(entry.node.clone()),
            expression: None,
        };
        (name.clone(), output)
    })
}

/// `{ type: string, default: "17", optional: true, description: ... }`.
fn input(key: Span, node: &Node, diags: &mut Diags) -> Option<Input> {
    let what = "an input";
    decode::fields(node, what, &["type", "description", "default", "optional"], diags)?;
    let text = node.get("type").and_then(|ty| decode::string(ty, "`type`", diags));
    let Some(text) = text else {
        if node.get("type").is_none() {
            diags.push(Diagnostic::error(key, "an input needs a `type`"));
        }
        return None;
    };
    let ty = Type::parse(&text, node.get("type").map_or(key, |ty| ty.span), diags);
    let optional =
        node.get("optional").is_some_and(|flag| flag.value == crate::node::Value::Bool(true));
    let absent = || Node { value: crate::node::Value::Null, span: key };
    let description = node.get("description").and_then(Node::as_str).unwrap_or_default().to_owned();
    Some(Input {
        span: key,
        description,
        ty,
        default: node.get("default").cloned().or_else(|| optional.then(absent)),
        nullable: optional,
        sensitive: false,
        ephemeral: false,
        validations: Vec::new(),
    })
}
