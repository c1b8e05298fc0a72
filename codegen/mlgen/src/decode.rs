//! Nodes as typed values, with an error at the place of each that does not fit. Nothing stops at the first.

use crate::diag::{Diagnostic, Diags};
use crate::node::{Map, Node, Value};
use crate::source::Span;

/// The entries of a map, or an error that says what belongs here.
pub(crate) fn map<'a>(node: &'a Node, what: &str, diags: &mut Diags) -> Option<&'a Map> {
    let found = node.as_map();
    if found.is_none() {
        diags.push(wrong(node, what, "a map"));
    }
    found
}

/// The entries of a map all of whose keys are among `known`; the others are reported.
pub(crate) fn fields<'a>(
    node: &'a Node,
    what: &str,
    known: &[&str],
    diags: &mut Diags,
) -> Option<&'a Map> {
    let found = map(node, what, diags)?;
    for (name, entry) in found {
        if !known.contains(&name.as_str()) {
            diags.push(unknown(entry.key, name, what, known.iter().copied()));
        }
    }
    Some(found)
}

/// An error about a key that nobody knows.
pub(crate) fn unknown<'k>(
    key: Span,
    name: &str,
    what: &str,
    known: impl Iterator<Item = &'k str> + Clone,
) -> Diagnostic {
    among(Diagnostic::error(key, format!("{what} has no `{name}`")), name, known)
}

/// An error about a name, with the known one that was meant, or with all that are known.
pub(crate) fn among<'k>(
    error: Diagnostic,
    name: &str,
    known: impl Iterator<Item = &'k str> + Clone,
) -> Diagnostic {
    let suggested = error.suggest(name, known.clone());
    if suggested.help.is_some() {
        return suggested;
    }
    let known: Vec<&str> = known.collect();
    match known.len() {
        0 => suggested,
        _ => suggested.help(format!("it has {}", listed(&known))),
    }
}

/// The text of a string.
pub(crate) fn string(node: &Node, what: &str, diags: &mut Diags) -> Option<String> {
    let found = node.as_str().map(str::to_owned);
    if found.is_none() {
        let mut error = wrong(node, what, "a string");
        if matches!(node.value, Value::Number(_) | Value::Bool(_)) {
            error = error.help("put it in quotes");
        }
        diags.push(error);
    }
    found
}

/// The texts of a list of strings.
pub(crate) fn strings(node: &Node, what: &str, diags: &mut Diags) -> Option<Vec<(String, Span)>> {
    let Value::List(items) = &node.value else {
        diags.push(wrong(node, what, "a list of strings"));
        return None;
    };
    let texts = items.iter().filter_map(|item| Some((string(item, what, diags)?, item.span)));
    Some(texts.collect())
}

/// An error that says what was expected and what was found, without its value.
pub(crate) fn wrong(node: &Node, what: &str, expected: &str) -> Diagnostic {
    Diagnostic::error(node.span, format!("{what} must be {expected}")).label(node.value.kind())
}

/// `a, b and c`, each in backquotes.
pub(crate) fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
