//! What a chart takes, read from `values.schema.json`, with the defaults of `values.yaml`.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::interface::{Input, Interface};
use super::types::{Field, Type};
use crate::diag::Diags;
use crate::node::{Node, Value};
use crate::source::{FileId, Sources};
use crate::yaml;

/// Reads a chart's interface, none if a file of it is neither JSON nor YAML. A chart without a schema takes anything.
pub(super) fn read(
    sources: &Sources,
    files: &BTreeMap<String, FileId>,
    diags: &mut Diags,
) -> Option<Interface> {
    let mut is_whole = true;
    let mut load = |name: &str| {
        let (node, errors) = yaml::parse(sources, *files.get(name)?);
        diags.extend(errors);
        is_whole &= node.is_some();
        node
    };
    let (values, schema) = (load("values.yaml"), load("values.schema.json"));
    let mut interface = Interface::default();
    let Some(schema) = schema else { return is_whole.then_some(interface) };
    let properties = schema.get("properties").and_then(Node::as_map);
    for (name, entry) in properties.into_iter().flatten() {
        // Helm hands it to every chart; it is no input.
        if name == "global" {
            continue;
        }
        let node = resolve(&entry.node, &schema);
        let default = values.as_ref().and_then(|values| values.get(name)).cloned();
        let input = Input {
            span: entry.key,
            description: text(node, "description"),
            ty: ty(node, &schema),
            default: default.or_else(|| {
                (!required(&schema, name)).then(|| Node { value: Value::Null, span: entry.key })
            }),
            nullable: nullable(node),
            sensitive: false,
            ephemeral: false,
            validations: Vec::new(),
        };
        interface.inputs.insert(name.clone(), input);
    }
    is_whole.then_some(interface)
}

fn ty(node: &Node, root: &Node) -> Type {
    let node = resolve(node, root);
    let of = |key: &str| node.get(key).map(|node| ty(node, root));
    match types(node).find(|name| *name != "null") {
        Some("string") => Type::String,
        Some("integer") => Type::Integer,
        Some("number") => Type::Number,
        Some("boolean") => Type::Bool,
        Some("array") => Type::List(Box::new(of("items").unwrap_or(Type::Any))),
        Some("object") => match node.get("properties").and_then(Node::as_map) {
            Some(properties) => {
                let closed = node
                    .get("additionalProperties")
                    .is_some_and(|more| more.value == Value::Bool(false));
                if !closed {
                    return Type::Any;
                }
                let fields = properties.iter().map(|(name, entry)| {
                    let optional = !required(node, name);
                    (name.clone(), Field { ty: ty(&entry.node, root), optional, default: None })
                });
                Type::Object(fields.collect::<IndexMap<_, _>>())
            }
            None => match node.get("additionalProperties") {
                Some(item) if item.as_map().is_some() => Type::Map(Box::new(ty(item, root))),
                _ => Type::Any,
            },
        },
        _ => Type::Any,
    }
}

/// Follows a `$ref` within the document.
fn resolve<'a>(node: &'a Node, root: &'a Node) -> &'a Node {
    let Some(target) = node.get("$ref").and_then(Node::as_str) else { return node };
    let Some(path) = target.strip_prefix("#/") else { return node };
    path.split('/').try_fold(root, |at, key| at.get(key)).unwrap_or(node)
}

fn types(node: &Node) -> impl Iterator<Item = &str> {
    let (one, many) = match node.get("type") {
        Some(Node { value: Value::String(name), .. }) => (Some(name.as_str()), None),
        Some(Node { value: Value::List(names), .. }) => (None, Some(names)),
        _ => (None, None),
    };
    one.into_iter().chain(many.into_iter().flatten().filter_map(Node::as_str))
}

fn nullable(node: &Node) -> bool {
    types(node).any(|name| name == "null")
}

fn required(node: &Node, name: &str) -> bool {
    let Some(Node { value: Value::List(names), .. }) = node.get("required") else { return false };
    names.iter().any(|known| known.as_str() == Some(name))
}

fn text(node: &Node, key: &str) -> String {
    node.get(key).and_then(Node::as_str).unwrap_or_default().to_owned()
}
