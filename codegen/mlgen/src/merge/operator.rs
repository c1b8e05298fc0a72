//! Which nodes are operators, and what they ask for.

use crate::diag::{Diagnostic, Diags, closest};
use crate::node::{Map, Node, Value};
use crate::source::Span;

const NAMES: [&str; 5] = ["$append", "$literal", "$remove", "$replace", "$unset"];

/// A node, read.
pub(super) enum Read {
    /// No operator.
    Plain(Node),
    /// An operator, and where it is written.
    Operator(Operator, Span),
    /// Meant as an operator, but wrong; the error is told.
    Broken,
}

/// What is asked for.
pub(super) enum Operator {
    Append(Vec<Node>),
    Remove(Vec<Node>),
    Unset,
    Replace(Node),
    Literal { value: Node, reason: Option<String> },
}

/// Whether a node is not to be merged key by key.
pub(super) fn is_operator(node: &Node) -> bool {
    node.as_map().is_some_and(|map| map.keys().any(|key| is_name(key)))
}

/// Reads a node and tells what is wrong with it.
pub(super) fn read(node: Node, diags: &mut Diags) -> Read {
    match node {
        Node { value: Value::Map(map), span } => match name(&map) {
            None => Read::Plain(Node { value: Value::Map(map), span }),
            Some((name, key)) => match operator(map, &name, key) {
                Ok(operator) => Read::Operator(operator, span),
                Err(error) => {
                    diags.push(*error);
                    Read::Broken
                }
            },
        },
        Node { value: Value::String(ref text), span } if NAMES.contains(&text.as_str()) => {
            let help = match text.as_str() {
                "$unset" => "write `{ $unset: true }`".to_owned(),
                "$append" | "$remove" => format!("write `{{ {text}: [...] }}`"),
                _ => format!("write `{{ {text}: ... }}`"),
            };
            let message = format!("`{text}` is a text here, not an operator");
            diags.push(Diagnostic::error(span, message).help(help));
            Read::Broken
        }
        node => Read::Plain(node),
    }
}

/// The operator that a map names, and where; a known one before one that is not.
fn name(map: &Map) -> Option<(String, Span)> {
    let known = map.iter().find(|(key, _)| NAMES.contains(&key.as_str()));
    let named = known.or_else(|| map.iter().find(|(key, _)| is_name(key)));
    named.map(|(name, entry)| (name.clone(), entry.key))
}

fn operator(mut map: Map, name: &str, key: Span) -> Result<Operator, Box<Diagnostic>> {
    if !NAMES.contains(&name) {
        return Err(Box::new(unknown(name, key)));
    }
    let argument = map.shift_remove(name).expect("the map has the name that it gave").node;
    let reason = match name {
        "$literal" => map.shift_remove("reason").map(|entry| text(entry.node)).transpose()?,
        _ => None,
    };
    if let Some((other, entry)) = map.first() {
        let error = Diagnostic::error(entry.key, format!("`{other}` cannot stand beside `{name}`"));
        return Err(Box::new(if name == "$literal" {
            error.help("only `reason` can")
        } else {
            error.help("an operator stands alone in its map")
        }));
    }
    Ok(match name {
        "$append" => Operator::Append(list(name, argument)?),
        "$remove" => Operator::Remove(list(name, argument)?),
        "$replace" => Operator::Replace(argument),
        "$literal" => Operator::Literal { value: argument, reason },
        _ if argument.value == Value::Bool(true) => Operator::Unset,
        _ => {
            let found = match argument.value {
                Value::Bool(_) => "`false`",
                other => other.kind(),
            };
            let message = format!("`$unset` takes `true`, found {found}");
            let error = Diagnostic::error(argument.span, message);
            return Err(Box::new(error.help("write `{ $unset: true }`, or leave the key out")));
        }
    })
}

fn list(name: &str, argument: Node) -> Result<Vec<Node>, Box<Diagnostic>> {
    match argument.value {
        Value::List(items) => Ok(items),
        other => {
            let message = format!("`{name}` takes a list, found {}", other.kind());
            let error = Diagnostic::error(argument.span, message);
            Err(Box::new(error.help(format!("write `{{ {name}: [...] }}`"))))
        }
    }
}

fn text(reason: Node) -> Result<String, Box<Diagnostic>> {
    match reason.value {
        Value::String(text) if !text.trim().is_empty() => Ok(text),
        other => {
            let found = if other.kind() == "a string" { "an empty one" } else { other.kind() };
            let message = format!("`reason` must be a text, found {found}");
            let error = Diagnostic::error(reason.span, message);
            Err(Box::new(error.help("say why this very value is right, or leave `reason` out")))
        }
    }
}

fn unknown(name: &str, key: Span) -> Diagnostic {
    let error = Diagnostic::error(key, format!("there is no operator `{name}`"))
        .note(format!("there are `{}`", NAMES.join("`, `")));
    match closest(name, NAMES) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help("write data whose keys begin with `$` as `{ $literal: ... }`"),
    }
}

/// `$` and not `${`, which begins a reference.
fn is_name(key: &str) -> bool {
    key.starts_with('$') && !key.starts_with("${")
}
