//! What differs between environments of equal structure: `<environment>.tfvars` and its backend.

use serde_json::Value as Json;

use super::component::ordered;
use crate::catalogue::target::Backend;
use crate::construct::stack::json;
use crate::construct::tune::{Leaf, variable_name};
use crate::construct::{Component, Made, Stack};
use crate::doc::hcl::{Attribute, Body, Expr, Item};
use crate::source::Sources;

/// All root variables that files of the spec set, grouped by component.
pub(super) fn tfvars(stack: &Stack) -> Body {
    let mut body = Body::default();
    body.push(Attribute::new("environment", stack.statics.environment.as_str()));
    body.push(Attribute::new("prefix", stack.statics.prefix.as_str()));
    for (name, setting) in &stack.target.settings {
        if let Some(variable) = &setting.variable {
            let value = stack.statics.settings.get(name).cloned().unwrap_or_default();
            body.push(Attribute::new(variable.as_str(), Expr::from(value)));
        }
    }
    for component in stack.components.values() {
        let leaves = ordered(component);
        if leaves.is_empty() {
            continue;
        }
        body.push(Item::Blank);
        body.push(Item::Comment(title(component)));
        for leaf in leaves {
            let value = Expr::from(value(stack, component, &leaf));
            body.push(Attribute::new(variable_name(&component.name, &leaf), value));
        }
    }
    body
}

/// `api: service`, or `cache` where the kind is the name.
fn title(component: &Component) -> String {
    let usual = component.name.replace('_', "-");
    match component.made.kind() {
        Some(kind) if kind.name != usual => format!("{}: {}", component.name, kind.name),
        _ => component.name.clone(),
    }
}

/// The value of a leaf here, which is the module's default where nothing sets it.
fn value(stack: &Stack, component: &Component, leaf: &Leaf) -> Json {
    let set = component.inputs.get(&leaf[0]).and_then(|value| value.at(&leaf[1..]));
    let known = set.and_then(|value| value.known(&stack.statics));
    let default = || match &component.made {
        Made::Kind(kind) => kind.interface.inputs.get(&leaf[0])?.default.as_ref().map(json),
        Made::Foreign(_) => None,
    };
    known.or_else(default).unwrap_or_default()
}

/// The environment's part of the backend.
pub(super) fn backend(stack: &Stack, backend: &Backend, sources: &Sources) -> Body {
    let settings = backend.settings.as_map().into_iter().flatten();
    let attributes = settings.map(|(name, entry)| {
        Attribute::new(name.as_str(), Expr::from(stack.evaluate(&entry.node, sources)))
    });
    attributes.collect()
}
