//! Values of targets that are evaluated here, not by Terraform: Compose and Helm.
//!
//! A component's `component.yaml` says its outputs, and for Compose its service, as texts over its inputs.

use serde_json::{Map, Value as Json};

use crate::catalogue::types::Type;
use crate::construct::stack::json;
use crate::construct::{Component, Piece, Resolved, Stack, To, Value};
use crate::diag::Diags;
use crate::node::{Node, Value as Plain};
use crate::source::Sources;
use crate::spec::reference::{Part, Reference, Referent, Text};

/// How a target writes what is not known here.
pub(super) trait Unknown {
    /// The text that stands for it.
    fn text(&self, to: &To) -> String;
    /// A text of the spec, so that the target does not read anything into it.
    fn escape(&self, text: &str) -> String;
}

/// A component whose templates are evaluated.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) stack: &'a Stack,
    pub(super) component: &'a Component,
    pub(super) sources: &'a Sources,
    pub(super) unknown: &'a dyn Unknown,
}

impl<'a> Scope<'a> {
    /// The value of an input: what is given, or the default; null when there is neither.
    pub(super) fn input(&self, name: &str) -> Json {
        let Some(kind) = self.component.made.kind() else { return Json::Null };
        let Some(declared) = kind.interface.inputs.get(name) else { return Json::Null };
        let value = match self.component.inputs.get(name) {
            Some(value) => self.value(value),
            None => declared.default.as_ref().map(json).unwrap_or_default(),
        };
        coerce(value, &declared.ty)
    }

    /// A resolved value.
    pub(super) fn value(&self, value: &Value) -> Json {
        match value {
            Value::Null | Value::Variable(_) => Json::Null,
            Value::Bool(flag) => (*flag).into(),
            Value::Number(number) => Json::Number(number.clone()),
            Value::String(text) => self.unknown.escape(text).into(),
            Value::List(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::Map(entries) => {
                let entries = entries.iter().map(|(key, item)| (key.clone(), self.value(item)));
                Json::Object(entries.collect())
            }
            Value::Text(pieces) => {
                let text = pieces.iter().map(|piece| match piece {
                    Piece::Literal(text) => self.unknown.escape(text),
                    Piece::Reference(resolved) => text_of(&self.reference(resolved)),
                });
                text.collect::<String>().into()
            }
            Value::Reference(resolved) => self.reference(resolved),
        }
    }

    fn reference(&self, resolved: &Resolved) -> Json {
        match &resolved.to {
            To::Whole(name) => match self.of(name) {
                Some(other) => other.outputs(),
                None => Json::Null,
            },
            To::Output { component, path } => {
                let found = self.of(component).map(|other| other.output(&path[0]));
                let mut found = found.unwrap_or_default();
                for key in &path[1..] {
                    found = found.get(key).cloned().unwrap_or_default();
                }
                found
            }
            To::Prefix => self.stack.statics.prefix.as_str().into(),
            To::Environment => self.stack.statics.environment.as_str().into(),
            To::Setting(name) => self.stack.statics.settings.get(name).cloned().unwrap_or_default(),
            to => self.unknown.text(to).into(),
        }
    }

    /// The same for another component of the stack.
    pub(super) fn of(&self, component: &str) -> Option<Scope<'a>> {
        let component = self.stack.components.get(component)?;
        Some(Scope { component, ..*self })
    }

    /// All outputs by name.
    pub(super) fn outputs(&self) -> Json {
        let Some(kind) = self.component.made.kind() else { return Json::Null };
        let outputs = kind.interface.outputs.keys().map(|name| (name.clone(), self.output(name)));
        Json::Object(outputs.collect())
    }

    fn output(&self, name: &str) -> Json {
        let kind = self.component.made.kind();
        let declared = kind.and_then(|kind| kind.interface.outputs.get(name));
        let template = declared.and_then(|output| output.value.as_ref());
        template.and_then(|node| self.template(node)).unwrap_or_default()
    }

    /// A template over the component's inputs; none where an absent input leaves it out.
    pub(super) fn template(&self, node: &Node) -> Option<Json> {
        match &node.value {
            Plain::String(text) => self.template_text(text, node),
            Plain::List(items) => {
                Some(items.iter().filter_map(|item| self.template(item)).collect())
            }
            Plain::Map(entries) => {
                if let Some(parts) = entries.get("$merge") {
                    return self.merged(&parts.node);
                }
                let mut found = Map::new();
                for (key, entry) in entries {
                    let Some(value) = self.template(&entry.node) else { continue };
                    let key = self.template_text(key, node).map(|key| text_of(&key));
                    found.insert(key.unwrap_or_default(), value);
                }
                Some(Json::Object(found))
            }
            _ => Some(json(node)),
        }
    }

    /// Maps joined, keys by name; none if nothing is in them.
    fn merged(&self, parts: &Node) -> Option<Json> {
        let Some(Json::Array(parts)) = self.template(parts) else { return None };
        let mut found: Vec<(String, Json)> = Vec::new();
        for part in parts {
            if let Json::Object(entries) = part {
                found.extend(entries);
            }
        }
        found.sort_by(|a, b| a.0.cmp(&b.0));
        (!found.is_empty()).then(|| Json::Object(found.into_iter().collect()))
    }

    fn template_text(&self, text: &str, node: &Node) -> Option<Json> {
        let parsed = Text::parse(text, node.span, self.sources, &mut Diags::default());
        if let Some(reference) = parsed.whole() {
            let found = self.template_reference(reference)?;
            let empty = match &found {
                Json::Null => true,
                Json::Array(items) => items.is_empty(),
                Json::Object(entries) => entries.is_empty(),
                _ => false,
            };
            return (!empty).then_some(found);
        }
        let mut written = String::new();
        for part in &parsed.0 {
            match part {
                Part::Literal(text) => written.push_str(text),
                Part::Reference(reference) => {
                    written.push_str(&text_of(&self.template_reference(reference)?));
                }
            }
        }
        Some(written.into())
    }

    fn template_reference(&self, reference: &Reference) -> Option<Json> {
        let is_input = |name: &str| {
            self.component.made.kind().is_some_and(|kind| kind.interface.inputs.contains_key(name))
        };
        match &reference.to {
            // In a component's own file an input comes before what the word means elsewhere.
            Referent::Environment if is_input("environment") => Some(self.input("environment")),
            Referent::Component { name, path } => {
                let mut found = self.input(name);
                for key in path {
                    found = found.get(key)?.clone();
                }
                Some(found)
            }
            Referent::Prefix => Some(self.stack.statics.prefix.as_str().into()),
            Referent::Environment => Some(self.stack.statics.environment.as_str().into()),
            Referent::System => Some(self.stack.system.as_str().into()),
            _ => None,
        }
    }
}

/// A value as part of a text.
pub(super) fn text_of(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Null => String::new(),
        other => other.to_string(),
    }
}

/// Numbers and flags as texts where the type asks for texts: an output may be a number.
fn coerce(value: Json, ty: &Type) -> Json {
    match (value, ty) {
        (value @ (Json::Number(_) | Json::Bool(_)), Type::String) => text_of(&value).into(),
        (Json::Array(items), ty) => {
            let items = items.into_iter().enumerate();
            items.map(|(index, item)| coerce(item, ty.item(index).unwrap_or(&Type::Any))).collect()
        }
        (Json::Object(entries), ty) => {
            let entries = entries.into_iter().map(|(key, item)| {
                let item = coerce(item, ty.under(&key).unwrap_or(&Type::Any));
                (key, item)
            });
            Json::Object(entries.collect())
        }
        (value, _) => value,
    }
}
