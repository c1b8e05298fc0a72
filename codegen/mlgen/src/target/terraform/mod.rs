//! Terraform stacks: a file for each component, with its root variables, its call and its outputs. A component that is
//! absent is a file that is absent, and equal names mean equal bytes.

mod component;
mod expr;
mod root;
mod values;

use crate::construct::Stack;
use crate::doc::Document;
use crate::doc::hcl::{self, Body, Item};
use crate::source::Sources;
use crate::target::HEADER;

pub(super) use root::{Shared, shared};

/// The documents of one stack; `shared` is what the stacks of its target share.
pub(super) fn documents(stack: &Stack, shared: &Shared, sources: &Sources) -> Vec<Document> {
    let mut found = Vec::new();
    let mut add = |name: &str, text: String| {
        let path = match stack.folder.as_str() {
            "" => name.to_owned(),
            folder => format!("{folder}/{name}"),
        };
        found.push(Document { path, text, executable: false });
    };
    for component in stack.components.values() {
        let body = component::body(stack, component, shared);
        add(&format!("{}.tf", component.name), text(body));
    }
    add("variables.tf", text(root::variables(stack, shared)));
    add("terraform.tf", root::terraform(stack, sources));
    let name = &stack.environment.names.tfvars;
    add(&format!("{name}.tfvars"), text(values::tfvars(stack)));
    if let Some(backend) = &stack.target.backend {
        let body = values::backend(stack, backend, sources);
        add(&format!("{name}.{}.tfbackend", backend.kind), text(body));
    }
    found
}

/// A body under the header.
fn text(body: Body) -> String {
    let mut whole = Body(vec![Item::Comment(HEADER.to_owned()), Item::Blank]);
    whole.extend(body.0);
    hcl::print(&whole)
}
