//! The file of one component.

use super::expr;
use super::root::{Facts, Shared, fact};
use crate::catalogue::{Kind, Place};
use crate::construct::stack::SECRET_VALUES;
use crate::construct::tune::{Leaf, variable_name};
use crate::construct::{Component, Foreign, Made, Stack, Value};
use crate::doc::hcl::{Attribute, Block, Body, Expr, Item};
use crate::target::{VENDORED, relative};

/// The root variables of the component, its call, and the outputs that read it.
pub(super) fn body(stack: &Stack, component: &Component, shared: &Shared) -> Body {
    let mut body = Body::default();
    for leaf in ordered(component) {
        body.push(leaf_variable(component, &leaf));
    }
    for (name, (description, ty)) in own_facts(stack, component, shared) {
        body.push(described(Block::new("variable", [name]), &description).attr("type", ty));
    }
    if stack.secret_holder.as_deref() == Some(component.name.as_str()) {
        body.push(secret_values());
    }
    body.push(call(stack, component));
    for (name, output) in
        stack.outputs.iter().filter(|(_, output)| output.component == component.name)
    {
        let value = expr::output(&component.name, &output.path);
        let block = described(Block::new("output", [name.as_str()]), &output.description)
            .attr("value", value);
        body.push(if output.sensitive { block.attr("sensitive", true) } else { block });
    }
    body
}

/// A block with its description, if there is one.
pub(super) fn described(block: Block, description: &str) -> Block {
    match description {
        "" => block,
        text => block.attr("description", text),
    }
}

/// The leaves in the order of the module's inputs, then by path.
pub(super) fn ordered(component: &Component) -> Vec<Leaf> {
    let mut leaves: Vec<Leaf> = component.variables.iter().cloned().collect();
    if let Made::Kind(kind) = &component.made {
        leaves.sort_by_key(|leaf| (kind.interface.inputs.get_index_of(&leaf[0]), leaf.clone()));
    }
    leaves
}

fn leaf_variable(component: &Component, leaf: &Leaf) -> Block {
    let block = Block::new("variable", [variable_name(&component.name, leaf)]);
    // Nothing is known of somebody else's module, and one environment must not decide for all.
    let Made::Kind(kind) = &component.made else { return block.attr("type", Expr::path("any")) };
    let Some(input) = kind.interface.inputs.get(&leaf[0]) else { return block };
    let description = match &leaf[1..] {
        [] => input.description.clone(),
        path => format!("{}: {}", path.join("."), input.description),
    };
    let ty = leaf[1..].iter().try_fold(&input.ty, |ty, key| ty.under(key));
    let block = described(block, &description);
    let block = block.attr("type", ty.map_or(Expr::path("any"), expr::ty));
    if input.sensitive { block.attr("sensitive", true) } else { block }
}

/// Facts and foreign outputs that this component alone refers to, by name, each with its description and type.
fn own_facts(stack: &Stack, component: &Component, shared: &Shared) -> Facts {
    let mut found = Facts::new();
    for value in component.inputs.values() {
        value.references(&mut |reference| {
            if let Some((name, fact)) = fact(stack, &reference.to)
                && !shared.contains(&name)
            {
                found.insert(name, fact);
            }
        });
    }
    found
}

fn secret_values() -> Block {
    Block::new("variable", [SECRET_VALUES])
        .attr(
            "description",
            "Values of the secrets that are new or have a new version, by name. Set TF_VAR_secret_values; they are stored in no plan and no state.",
        )
        .attr("type", Expr::call("map", [Expr::path("string")]))
        .attr("default", Expr::Object(Vec::new()))
        .attr("sensitive", true)
        .attr("ephemeral", true)
}

fn call(stack: &Stack, component: &Component) -> Block {
    let mut block = Block::new("module", [component.name.as_str()]);
    match &component.made {
        Made::Kind(kind) => block = block.attr("source", source(stack, kind)),
        Made::Foreign(foreign) => {
            block = block.attr("source", foreign_source(stack, foreign));
            if let Some(version) = &foreign.version {
                block = block.attr("version", version.as_str());
            }
        }
    }
    let arguments = arguments(stack, component);
    if !arguments.is_empty() {
        block = block.item(Item::Blank);
    }
    for (name, value) in arguments {
        block = block.item(Attribute::new(name, value));
    }
    block
}

fn arguments(stack: &Stack, component: &Component) -> Vec<(String, Expr)> {
    let whole = |name: &str| component.variables.contains([name.to_owned()].as_slice());
    let names: Vec<&String> = match &component.made {
        Made::Kind(kind) => kind.interface.inputs.keys().collect(),
        Made::Foreign(_) => component.inputs.keys().collect(),
    };
    let mut found = Vec::new();
    for name in names {
        if whole(name) {
            let variable = variable_name(&component.name, std::slice::from_ref(name));
            found.push((name.clone(), expr::value(&Value::Variable(variable), stack)));
        } else if let Some(value) = component.inputs.get(name) {
            let mut value = value.clone();
            for leaf in component.variables.iter().filter(|leaf| leaf[0] == *name) {
                value.put(&leaf[1..], Value::Variable(variable_name(&component.name, leaf)));
            }
            found.push((name.clone(), expr::value(&value, stack)));
        }
    }
    found
}

fn source(stack: &Stack, kind: &Kind) -> String {
    match &kind.place {
        Place::Local(root) => relative(&stack.folder, &format!("{root}/{}", kind.title())),
        Place::Embedded => relative(&stack.folder, &format!("{VENDORED}/{}", kind.title())),
        Place::Remote { source, revision } => format!("{source}//{}?ref={revision}", kind.title()),
    }
}

/// A folder is named from that of `mlgen.yaml`, everything else as it is.
fn foreign_source(stack: &Stack, foreign: &Foreign) -> String {
    if foreign.source.starts_with("./") || foreign.source.starts_with("../") {
        relative(&stack.folder, &foreign.source)
    } else {
        foreign.source.clone()
    }
}
