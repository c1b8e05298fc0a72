//! What belongs to no component: `terraform.tf` and `variables.tf`.

use std::collections::{BTreeMap, BTreeSet};

use super::component::described;
use super::expr;
use crate::construct::stack::json;
use crate::construct::tune::foreign_variable;
use crate::construct::{Made, Stack, System, To};
use crate::doc::hcl::{self, Attribute, Block, Body, Expr, Item};
use crate::source::Sources;
use crate::target::HEADER;

/// Names of the root variables of facts that stand in `variables.tf`: those that two components of a stack refer to,
/// wherever that is so.
pub(in crate::target) type Shared = BTreeSet<String>;

/// Root variables by name: description and type.
pub(super) type Facts = BTreeMap<String, (String, Expr)>;

/// The root variable of a fact of the run or of another environment.
pub(super) fn fact(stack: &Stack, to: &To) -> Option<(String, (String, Expr))> {
    match to {
        To::Input(name) => {
            let fact = stack.inputs.get(name)?;
            Some((name.clone(), (fact.description.clone(), expr::ty(&fact.ty))))
        }
        To::Foreign { environment, component, output } => Some((
            foreign_variable(environment, component, output),
            (
                format!("Output `{output}` of `{component}` in environment {environment}."),
                Expr::path("string"),
            ),
        )),
        _ => None,
    }
}

/// What the stacks of each target share.
pub(in crate::target) fn shared(system: &System) -> BTreeMap<String, Shared> {
    let mut found: BTreeMap<String, Shared> = BTreeMap::new();
    for stack in &system.stacks {
        let names = found.entry(stack.target.name.clone()).or_default();
        if stack.inputs.is_empty() && stack.foreign.is_empty() {
            continue;
        }
        let mut users: BTreeMap<String, &str> = BTreeMap::new();
        for component in stack.components.values() {
            for value in component.inputs.values() {
                value.references(&mut |reference| {
                    let Some((name, _)) = fact(stack, &reference.to) else { return };
                    let first = *users.entry(name.clone()).or_insert(&component.name);
                    if first != component.name {
                        names.insert(name);
                    }
                });
            }
        }
    }
    found
}

/// The shared facts that a stack uses.
fn used(stack: &Stack, shared: &Shared) -> Facts {
    let mut found = Facts::new();
    if shared.is_empty() {
        return found;
    }
    for value in stack.components.values().flat_map(|component| component.inputs.values()) {
        value.references(&mut |reference| {
            if let Some((name, fact)) = fact(stack, &reference.to)
                && shared.contains(&name)
            {
                found.insert(name, fact);
            }
        });
    }
    found
}

/// `variables.tf`.
pub(super) fn variables(stack: &Stack, shared: &Shared) -> Body {
    let mut body = Body::default();
    let mut add = |name: &str, description: &str, ty: Expr| {
        let block = Block::new("variable", [name]);
        body.push(described(block, description).attr("type", ty));
    };
    let text = || Expr::path("string");
    add("environment", "Environment that this stack is.", text());
    add("prefix", "Prefix of the names of everything in this environment.", text());
    for setting in stack.target.settings.values() {
        if let Some(variable) = &setting.variable {
            add(variable, &setting.description, expr::ty(&setting.ty));
        }
    }
    for (name, (description, ty)) in used(stack, shared) {
        add(&name, &description, ty);
    }
    body
}

/// `terraform.tf`: versions, providers and the backend.
pub(super) fn terraform(stack: &Stack, sources: &Sources) -> String {
    let mut terraform = Block::bare("terraform");
    if let Some(version) = &stack.target.required_version {
        terraform = terraform.attr("required_version", version.as_str());
    }
    let mut required = Block::bare("required_providers");
    for (name, (source, versions)) in providers(stack) {
        let mut entry = vec![("source".to_owned(), Expr::String(source))];
        if !versions.is_empty() {
            let versions: Vec<String> = versions.into_iter().collect();
            entry.push(("version".to_owned(), Expr::String(versions.join(", "))));
        }
        required = required.item(Attribute::new(name, Expr::object(entry)));
    }
    if !required.body.0.is_empty() {
        terraform = terraform.block(required);
    }
    if let Some(backend) = &stack.target.backend {
        let mut block = Block::new("backend", [backend.kind.as_str()]);
        for (name, entry) in backend.arguments.as_map().into_iter().flatten() {
            block = block.item(Attribute::new(name.as_str(), Expr::from(json(&entry.node))));
        }
        terraform = terraform
            .item(Item::Blank)
            .comment(format!("The rest is in <environment>.{}.tfbackend.", backend.kind))
            .block(block);
    }
    let body = Body(vec![Item::Comment(HEADER.to_owned()), Item::Blank, terraform.into()]);
    let mut text = hcl::print(&body);
    if let Some(file) = stack.target.provider {
        // The file is HCL as it is to stand in the stack; only the system's name is not known there.
        let system = hcl::print_expr(&Expr::string(stack.system.as_str()));
        text.push('\n');
        text.push_str(&sources.text(file).replace("mlgen.system", &system));
    }
    text
}

/// What the modules of the stack need, by local name: the source, and all constraints.
fn providers(stack: &Stack) -> BTreeMap<String, (String, BTreeSet<String>)> {
    let mut found: BTreeMap<String, (String, BTreeSet<String>)> = BTreeMap::new();
    for component in stack.components.values() {
        let Made::Kind(kind) = &component.made else { continue };
        for (name, requirement) in &kind.interface.providers {
            let entry = found.entry(name.clone());
            let entry = entry.or_insert_with(|| (requirement.source.clone(), BTreeSet::new()));
            entry.1.extend(requirement.version.clone());
        }
    }
    found
}
