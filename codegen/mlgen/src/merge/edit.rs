//! `$append` and `$remove`: a value that is changed rather than replaced.

use std::mem;

use crate::diag::Diagnostic;
use crate::merge::apply::{Around, Merger, removed};
use crate::merge::operator::Operator;
use crate::merge::path::Trail;
use crate::merge::tree::{Merged, MergedMap, MergedValue, Origin, Overridden};
use crate::node::{Node, Value};
use crate::source::Span;

/// Names that a message lists at most.
const LISTED: usize = 8;

impl Merger<'_> {
    pub(super) fn append(
        &mut self,
        at: &Trail<'_>,
        old: &mut Merged,
        by: Origin,
        items: Vec<Node>,
    ) {
        match &old.value {
            MergedValue::List(before) if old.literal.is_none() => {
                let mut list = before.clone();
                list.extend(self.lift_items(at, before.len(), items));
                change(old, by, MergedValue::List(list));
            }
            _ => self.diags.push(self.not_editable(at, old, by, "$append", "a list")),
        }
    }

    pub(super) fn remove(
        &mut self,
        at: &Trail<'_>,
        old: &mut Merged,
        by: Origin,
        items: Vec<Node>,
    ) {
        match &mut old.value {
            _ if old.literal.is_some() => {
                self.diags.push(self.not_editable(at, old, by, "$remove", "a list or a map"));
            }
            MergedValue::List(before) => {
                let mut list = before.clone();
                for item in self.lift_items(at, 0, items) {
                    let unwanted = item.to_json();
                    list.retain(|other| other.to_json() != unwanted);
                    if !before.iter().any(|other| other.to_json() == unwanted) {
                        let known: Vec<String> = before.iter().map(shown).collect();
                        let error = no_such(at, &shown(&item), item.origin.span, "item", &known);
                        let list = format!("the list, from {}", self.name(old.origin));
                        self.diags.push(error.note_at(old.origin.place(), list));
                    }
                }
                change(old, by, MergedValue::List(list));
            }
            MergedValue::Map(entries) => {
                for item in items {
                    let error = match &item.value {
                        Value::String(key) => match entries.shift_remove(key) {
                            Some(entry) => {
                                old.removed.insert(key.clone(), removed(by, entry.value));
                                continue;
                            }
                            None => self.no_such_key(at, key, item.span, entries, old.origin),
                        },
                        other => Diagnostic::error(
                            item.span,
                            format!("`$remove` takes keys of a map, found {}", other.kind()),
                        )
                        .help("write the names of the keys as texts"),
                    };
                    self.diags.push(error);
                }
            }
            _ => self.diags.push(self.not_editable(at, old, by, "$remove", "a list or a map")),
        }
    }

    /// An operator where nothing stands to work on.
    pub(super) fn nothing_there(
        &self,
        at: &Trail<'_>,
        operator: &Operator,
        span: Span,
        around: Option<Around<'_>>,
    ) -> Diagnostic {
        let (name, instead) = match operator {
            Operator::Append(_) => ("$append", "write the list itself"),
            Operator::Remove(_) => ("$remove", "leave it out"),
            Operator::Unset => ("$unset", "leave it out"),
            Operator::Replace(_) | Operator::Literal { .. } => {
                ("$replace", "write the value itself")
            }
        };
        let message = format!("{} is not set, so `{name}` has nothing to work on", at.path());
        let error = Diagnostic::error(span, message);
        let (Trail::Key(_, key), Some(around)) = (at, around) else { return error.help(instead) };
        if let Some(gone) = around.removed.get(*key).and_then(|history| history.first()) {
            let by = format!("taken away by {}", self.name(gone.origin));
            return error.note_at(gone.origin.place(), by).help(instead);
        }
        let suggested = error.clone().suggest(key, around.entries.keys().map(String::as_str));
        if suggested.help.is_some() { suggested } else { error.help(instead) }
    }

    fn no_such_key(
        &self,
        at: &Trail<'_>,
        key: &str,
        span: Span,
        entries: &MergedMap,
        origin: Origin,
    ) -> Diagnostic {
        let known: Vec<String> = entries.keys().cloned().collect();
        let map = format!("the map, from {}", self.name(origin));
        no_such(at, key, span, "key", &known).note_at(origin.place(), map)
    }

    fn not_editable(
        &self,
        at: &Trail<'_>,
        old: &Merged,
        by: Origin,
        operator: &str,
        wanted: &str,
    ) -> Diagnostic {
        let was = if old.literal.is_some() { "a literal" } else { old.value.kind() };
        Diagnostic::error(
            by.span,
            format!("`{operator}` works on {wanted}, {} is {was}", at.path()),
        )
        .note_at(old.origin.place(), format!("{was}, from {}", self.name(old.origin)))
        .help("write the value itself")
    }
}

/// Puts a changed value in the place of what it was made from.
fn change(old: &mut Merged, by: Origin, value: MergedValue) {
    let before = mem::replace(&mut old.value, value);
    let origin = mem::replace(&mut old.origin, by);
    old.overridden.insert(0, Overridden { origin, value: Some(before) });
}

fn no_such(at: &Trail<'_>, item: &str, span: Span, what: &str, known: &[String]) -> Diagnostic {
    let error = Diagnostic::error(span, format!("{} has no {what} `{item}`", at.path()));
    let mut listed = known.iter().take(LISTED).map(|name| format!("`{name}`")).collect::<Vec<_>>();
    if known.len() > LISTED {
        listed.push(format!("and {} more", known.len() - LISTED));
    }
    let error = match listed.as_slice() {
        [] => error.note("it is empty"),
        _ => error.note(format!("it has {}", listed.join(", "))),
    };
    error.suggest(item, known.iter().map(String::as_str))
}

/// An item as a message shows it: a text without quotes, anything else as JSON.
fn shown(item: &Merged) -> String {
    item.as_str().map_or_else(|| item.to_json().to_string(), str::to_owned)
}
