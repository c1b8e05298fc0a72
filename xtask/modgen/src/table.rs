//! What a component takes and gives, as tables of Markdown.

use std::fmt::Write as _;

use mlgen::catalogue::Kind;
use mlgen::catalogue::interface::{Input, Output};
use mlgen::node::{Node, Value};
use serde_json::Value as Json;

/// The tables of one kind, ending in a line break.
pub(crate) fn of(kind: &Kind) -> String {
    let mut text = String::new();
    if !kind.interface.inputs.is_empty() {
        text.push_str("## Inputs\n\n| input | type | default | description |\n|---|---|---|---|\n");
        for (name, input) in &kind.interface.inputs {
            let secret = kind.component.secret_inputs.contains(name);
            let secret = if secret { " References to secrets only." } else { "" };
            let _ = writeln!(
                text,
                "| `{name}` | {} | {} | {}{secret} |",
                code(&input.ty.to_string()),
                default(input),
                cell(&input.description)
            );
        }
    }
    for (class, inputs) in &kind.component.classes {
        let inputs = inputs.as_map().into_iter().flatten();
        let inputs: Vec<String> =
            inputs.map(|(name, entry)| code(&format!("{name}: {}", json(&entry.node)))).collect();
        let _ = write!(text, "\nIn environments of the class `{class}`: {}.\n", inputs.join(", "));
    }
    if !kind.interface.outputs.is_empty() {
        text.push_str("\n## Outputs\n\n| output | description |\n|---|---|\n");
        for (name, output) in &kind.interface.outputs {
            let secret = kind.component.secret_outputs.contains(name);
            let secret = if secret { " A reference to a secret." } else { "" };
            let _ = writeln!(text, "| `{name}` | {}{secret} |", meaning(output));
        }
    }
    text
}

fn default(input: &Input) -> String {
    input.default.as_ref().map_or("required".to_owned(), |node| code(&json(node).to_string()))
}

/// The description of an output, or where there is none what it is made of.
fn meaning(output: &Output) -> String {
    match &output.value {
        Some(value) if output.description.is_empty() => match json(value) {
            Json::String(text) => code(&text),
            other => code(&other.to_string()),
        },
        _ => cell(&output.description),
    }
}

/// Text of a cell, which may neither end the cell nor the line.
fn cell(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace('|', "\\|").replace('<', "\\<")
}

/// Code in a cell.
fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}

fn json(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(flag) => Json::Bool(*flag),
        Value::Number(number) => Json::Number(number.clone()),
        Value::String(text) => Json::String(text.clone()),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(map) => {
            Json::Object(map.iter().map(|(key, entry)| (key.clone(), json(&entry.node))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use mlgen::catalogue::{Catalogue, Folder, Place};
    use mlgen::diag::Diags;
    use mlgen::source::Sources;

    use super::*;

    #[test]
    fn a_module_becomes_two_tables() {
        let files = [
            (
                "aws/target.yaml",
                "summary: Stacks.\nwriter: terraform\nrequired_version: \">= 1.11\"\n",
            ),
            (
                "aws/cache/component.yaml",
                "summary: A cache.\nsecret_outputs: [token]\nclasses:\n  staging: { size: 1 }\n",
            ),
            (
                "aws/cache/variables.tf",
                "variable \"name\" {\n  description = \"Name | of it.\"\n  type        = string\n}\n\nvariable \"size\" {\n  description = \"Size.\"\n  type        = number\n  default     = 2\n}\n",
            ),
            (
                "aws/cache/outputs.tf",
                "output \"token\" {\n  description = \"Token.\"\n  value       = 1\n}\n",
            ),
        ];
        let files = files.map(|(path, text)| (path.to_owned(), text.to_owned())).into();
        let folder = Folder { place: Place::Local("modules".to_owned()), files };
        let (mut sources, mut diags) = (Sources::default(), Diags::default());
        let catalogue = Catalogue::new(vec![folder], &mut sources);
        let target = catalogue.target("aws", &sources, &mut diags).unwrap();
        let kind = catalogue.kind(&target, "cache", &sources, &mut diags).unwrap();
        assert_eq!(
            of(&kind),
            "\
## Inputs

| input | type | default | description |
|---|---|---|---|
| `name` | `string` | required | Name \\| of it. |
| `size` | `number` | `2` | Size. |

In environments of the class `staging`: `size: 1`.

## Outputs

| output | description |
|---|---|
| `token` | Token. A reference to a secret. |
"
        );
        assert!(diags.is_empty());
    }
}
