//! One layer after the other onto the tree.

use std::mem;

use indexmap::IndexMap;

use crate::diag::{Diagnostic, Diags};
use crate::merge::LayerName;
use crate::merge::operator::{self, Operator, Read};
use crate::merge::path::Trail;
use crate::merge::tree::{
    LayerId, Literal, Merged, MergedEntry, MergedMap, MergedValue, Origin, Overridden,
};
use crate::node::{Entry, Map, Node, Value};
use crate::source::Span;

pub(super) fn fold(names: &[LayerName], nodes: Vec<Node>) -> (Merged, Diags) {
    let mut merger = Merger { names, layer: LayerId(0), diags: Diags::default() };
    let mut nodes = nodes.into_iter();
    let first = nodes.next().expect("there is a layer to merge");
    let nothing = merger.fresh(MergedValue::Map(MergedMap::new()), first.span, None);
    let mut root = merger.lift(&Trail::Root, None, first, None).unwrap_or(nothing);
    for (index, node) in nodes.enumerate() {
        merger.layer = LayerId(index + 1);
        let span = node.span;
        if let Fate::Gone(_) = merger.over(&Trail::Root, &mut root, None, node) {
            merger.diags.push(Diagnostic::error(span, "`$unset` cannot take away everything"));
        }
    }
    (root, merger.diags)
}

/// The layers so far, and what there is to tell about them.
pub(super) struct Merger<'a> {
    names: &'a [LayerName],
    layer: LayerId,
    pub(super) diags: Diags,
}

/// What stands, or stood, beside a value.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) entries: &'a MergedMap,
    pub(super) removed: &'a IndexMap<String, Vec<Overridden>>,
}

/// What becomes of a value when a layer has been laid over it.
enum Fate {
    Stays,
    /// The operator that unset it.
    Gone(Origin),
}

impl Merger<'_> {
    /// A value where nothing stood.
    fn lift(
        &mut self,
        at: &Trail<'_>,
        key: Option<Span>,
        node: Node,
        around: Option<Around<'_>>,
    ) -> Option<Merged> {
        match operator::read(node, &mut self.diags) {
            Read::Broken => None,
            Read::Plain(node) => Some(self.lift_plain(at, key, node)),
            Read::Operator(Operator::Literal { value, reason }, span) => {
                Some(self.literal(key, span, value, reason))
            }
            Read::Operator(operator, span) => {
                self.diags.push(self.nothing_there(at, &operator, span, around));
                None
            }
        }
    }

    fn lift_plain(&mut self, at: &Trail<'_>, key: Option<Span>, node: Node) -> Merged {
        let span = node.span;
        let value = match node.value {
            Value::Null => MergedValue::Null,
            Value::Bool(value) => MergedValue::Bool(value),
            Value::Number(number) => MergedValue::Number(number),
            Value::String(text) => MergedValue::String(text),
            Value::List(items) => MergedValue::List(self.lift_items(at, 0, items)),
            Value::Map(map) => {
                let mut merged = self.fresh(MergedValue::Map(MergedMap::new()), span, key);
                self.merge_maps(at, &mut merged, map);
                return merged;
            }
        };
        self.fresh(value, span, key)
    }

    /// Items that will stand in a list from an index on.
    pub(super) fn lift_items(
        &mut self,
        at: &Trail<'_>,
        from: usize,
        items: Vec<Node>,
    ) -> Vec<Merged> {
        let numbered = items.into_iter().enumerate();
        numbered
            .filter_map(|(index, item)| {
                self.lift(&Trail::Index(at, from + index), None, item, None)
            })
            .collect()
    }

    fn literal(
        &self,
        key: Option<Span>,
        span: Span,
        value: Node,
        reason: Option<String>,
    ) -> Merged {
        let mut merged = self.verbatim(key, value);
        merged.origin.span = span;
        merged.literal = Some(Literal { reason });
        merged
    }

    /// A value as it stands, whatever its keys look like.
    fn verbatim(&self, key: Option<Span>, node: Node) -> Merged {
        let value = match node.value {
            Value::Null => MergedValue::Null,
            Value::Bool(value) => MergedValue::Bool(value),
            Value::Number(number) => MergedValue::Number(number),
            Value::String(text) => MergedValue::String(text),
            Value::List(items) => {
                MergedValue::List(items.into_iter().map(|item| self.verbatim(None, item)).collect())
            }
            Value::Map(map) => {
                let entries = map.into_iter().map(|(name, Entry { key, node })| {
                    let value = self.verbatim(Some(key), node);
                    (name, MergedEntry { keys: vec![key], value })
                });
                MergedValue::Map(entries.collect())
            }
        };
        self.fresh(value, node.span, key)
    }

    /// Lays a node over what stands there.
    fn over(&mut self, at: &Trail<'_>, old: &mut Merged, key: Option<Span>, node: Node) -> Fate {
        match operator::read(node, &mut self.diags) {
            Read::Broken => {}
            Read::Plain(Node { value: Value::Map(map), .. }) if is_open_map(old) => {
                self.merge_maps(at, old, map);
            }
            Read::Plain(node) => {
                self.check_kinds(at, old, &node);
                let new = self.lift_plain(at, key, node);
                replace(old, new);
            }
            Read::Operator(operator, span) => {
                return self.operate(at, old, key, operator, span);
            }
        }
        Fate::Stays
    }

    fn operate(
        &mut self,
        at: &Trail<'_>,
        old: &mut Merged,
        key: Option<Span>,
        operator: Operator,
        span: Span,
    ) -> Fate {
        let origin = Origin { layer: self.layer, span, key };
        match operator {
            Operator::Unset => return Fate::Gone(origin),
            Operator::Literal { value, reason } => {
                replace(old, self.literal(key, span, value, reason));
            }
            Operator::Replace(value) => {
                if let Some(mut new) = self.lift(at, key, value, None) {
                    new.origin.span = span;
                    replace(old, new);
                }
            }
            Operator::Append(items) => self.append(at, old, origin, items),
            Operator::Remove(items) => self.remove(at, old, origin, items),
        }
        Fate::Stays
    }

    fn merge_maps(&mut self, at: &Trail<'_>, old: &mut Merged, new: Map) {
        let MergedValue::Map(entries) = &mut old.value else { return };
        for (name, Entry { key, node }) in new {
            let here = Trail::Key(at, &name);
            if let Some(entry) = entries.get_mut(&name) {
                entry.keys.push(key);
                if let Fate::Gone(by) = self.over(&here, &mut entry.value, Some(key), node) {
                    let gone = entries.shift_remove(&name).expect("it was found above").value;
                    old.removed.insert(name, removed(by, gone));
                }
                continue;
            }
            let around = Some(Around { entries, removed: &old.removed });
            if let Some(mut value) = self.lift(&here, Some(key), node, around) {
                value.overridden = old.removed.shift_remove(&name).unwrap_or_default();
                entries.insert(name, MergedEntry { keys: vec![key], value });
            }
        }
    }

    /// Tells when a map would take the place of something else, or something else that of a map.
    fn check_kinds(&mut self, at: &Trail<'_>, old: &Merged, new: &Node) {
        // What a reference will be is known later.
        if new.as_str().is_some_and(|text| text.starts_with("${") && text.ends_with('}')) {
            return;
        }
        let is_map = new.as_map().is_some();
        let was_map = is_open_map(old);
        if is_map == was_map || is_map && old.value == MergedValue::Null && old.literal.is_none() {
            return;
        }
        let was = if old.literal.is_some() { "a literal" } else { old.value.kind() };
        let (path, kind) = (at.path(), new.value.kind());
        let help = match &new.value {
            Value::Null => "to take the map away write `{ $unset: true }`; else leave the key out",
            _ => "to exchange the whole value write `{ $replace: ... }`",
        };
        self.diags.push(
            Diagnostic::error(new.span, format!("{path} is {was}, {kind} cannot take its place"))
                .label(kind)
                .note_at(old.origin.place(), format!("{was}, from {}", self.name(old.origin)))
                .help(help),
        );
    }

    /// The layer that a value comes from, by name.
    pub(super) fn name(&self, origin: Origin) -> &LayerName {
        &self.names[origin.layer.0]
    }

    fn fresh(&self, value: MergedValue, span: Span, key: Option<Span>) -> Merged {
        let origin = Origin { layer: self.layer, span, key };
        let (overridden, removed) = (Vec::new(), IndexMap::new());
        Merged { value, origin, overridden, removed, literal: None }
    }
}

/// Whether a layer's map merges into this.
fn is_open_map(old: &Merged) -> bool {
    old.literal.is_none() && old.as_map().is_some()
}

fn replace(old: &mut Merged, new: Merged) {
    let before = mem::replace(old, new);
    old.overridden.push(Overridden { origin: before.origin, value: Some(before.value) });
    old.overridden.extend(before.overridden);
}

/// The history of a key that is not there any more.
pub(super) fn removed(by: Origin, gone: Merged) -> Vec<Overridden> {
    let last = Overridden { origin: gone.origin, value: Some(gone.value) };
    let mut history = vec![Overridden { origin: by, value: None }, last];
    history.extend(gone.overridden);
    history
}
