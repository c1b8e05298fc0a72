//! How a resource that exists comes under management: by its identity, by one text, on the command line.
//!
//! What identifies the example comes from the examples of its attributes, or from `import.sh` where these
//! are not literals.

use crate::identity::Identity;
use crate::schema::Block;
use crate::value::Value;

use super::page::Page;
use super::text::{hcl, item, literal, word};

/// Adds the section; an error says why what it shows is not known.
pub(super) fn import(
    page: &mut Page,
    kind: &str,
    identity: &Identity,
    block: &Block,
    example: &str,
    script: Option<&str>,
) -> Result<(), String> {
    let address = format!("{kind}.{}", label(example, "resource", kind));
    let values = match script {
        Some(script) => of_script(identity, script, &address)?,
        None => of_examples(identity, block, &address)?,
    };
    let id = identity.format(&values);
    let command = match script {
        Some(script) => script.trim_end().to_owned(),
        None => format!("terraform import {address} {}", word(&id)),
    };

    page.add("## Import");
    page.add("In Terraform 1.12 or later, by its identity:");
    let width = identity.members().iter().map(|member| member.name.len()).max().unwrap_or_default();
    let members: Vec<String> = identity
        .members()
        .iter()
        .map(|member| {
            format!("    {:width$} = {}\n", member.name, hcl(values.member(&member.name)))
        })
        .collect();
    let members = members.concat();
    page.code(
        "terraform",
        &format!("import {{\n  to = {address}\n  identity = {{\n{members}  }}\n}}"),
    );
    let list: Vec<String> = identity
        .members()
        .iter()
        .map(|member| item(&member.name, &member.ty.to_string(), &member.description, &[]))
        .collect();
    page.add("The identity has these attributes, all of them required:");
    page.add(&list.concat());
    page.add(&format!("In Terraform 1.5 or later, by its ID `{}`:", identity.template()));
    page.code(
        "terraform",
        &format!("import {{\n  to = {address}\n  id = {}\n}}", hcl(&Value::from(id))),
    );
    page.add("Or on the command line:");
    page.code("shell", &command);
    Ok(())
}

/// The name that the example gives to its block of this kind.
pub(super) fn label<'t>(example: &'t str, block: &str, kind: &str) -> &'t str {
    let start = format!("{block} \"{kind}\" \"");
    example.split_once(&start).and_then(|(_, rest)| rest.split('"').next()).unwrap_or("example")
}

fn of_examples(identity: &Identity, block: &Block, address: &str) -> Result<Value, String> {
    let mut values = Vec::new();
    let mut missing = Vec::new();
    for member in identity.members() {
        let example = block.attribute(&member.name).and_then(|it| it.example.as_deref());
        match example.and_then(literal) {
            Some(value) => values.push((member.name.to_string(), value)),
            None => missing.push(format!("`{}`", member.name)),
        }
    }
    if missing.is_empty() {
        return Ok(Value::object(values));
    }
    Err(format!(
        "missing, and {} has no literal example in the schema to take its place; write `terraform import {address} ID`",
        missing.join(", ")
    ))
}

/// The identity in the last line of a script: the last word of `terraform import ADDRESS ID`.
fn of_script(identity: &Identity, script: &str, address: &str) -> Result<Value, String> {
    let line =
        script.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let id = line
        .strip_prefix("terraform import ")
        .and_then(|rest| rest.strip_prefix(address))
        .map(|rest| rest.trim().trim_matches(['\'', '"']))
        .filter(|id| !id.is_empty())
        .ok_or_else(|| format!("its last line should be `terraform import {address} ID`"))?;
    identity.parse(id).map_err(|error| error.to_string())
}
