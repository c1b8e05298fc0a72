//! Each kind of page, from its title to its last section.

use std::collections::BTreeMap;

use crate::erased::{Callable, Managed, Shape};
use crate::schema::Presence;
use crate::value::Type;

use super::import::{import, label};
use super::schema::{Held, Level, member, members};
use super::text::{first_paragraph, plain};
use super::{Pages, Problem};

/// A page that grows from top to bottom.
#[derive(Debug)]
pub(super) struct Page(String);

impl Page {
    /// A page with its front matter and its heading.
    fn new(title: &str, section: &str, description: &str, heading: &str) -> Self {
        let summary = plain(first_paragraph(description));
        Page(format!(
            "---\npage_title: {title:?}\nsubcategory: {section:?}\ndescription: |-\n  {summary}\n---\n\n\
             <!-- @generated from the provider's schema and its examples: change those. -->\n\n\
             # {heading}\n"
        ))
    }

    /// A paragraph, a list or a table.
    pub(super) fn add(&mut self, text: &str) {
        let text = text.trim_end();
        if !text.is_empty() {
            self.0.push('\n');
            self.0.push_str(text);
            self.0.push('\n');
        }
    }

    /// A block of code.
    pub(super) fn code(&mut self, language: &str, code: &str) {
        self.add(&format!("```{language}\n{}\n```", code.trim_end()));
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }
}

impl Pages<'_> {
    pub(super) fn index(&mut self) {
        let name = self.served.name.clone();
        let wanted = format!("provider \"{name}\"");
        let Some(example) = self.example("examples/provider/provider.tf".to_owned(), &wanted)
        else {
            return;
        };
        let block = &self.served.shape.block;
        let heading = format!("{name} Provider");
        let mut page = Page::new(&heading, "", &block.description, &heading);
        page.add(&block.description);
        page.add("## Example Usage");
        page.code("terraform", example);
        page.add("## Schema");
        members(&mut page, Level::new(block, Held::Plain), 3);
        self.add("docs/index.md".to_owned(), page);
    }

    pub(super) fn resource(&mut self, name: &str, resource: &dyn Managed) {
        let shape = resource.shape();
        let folder = format!("examples/resources/{name}");
        let wanted = format!("resource \"{name}\"");
        let Some(example) = self.example(format!("{folder}/resource.tf"), &wanted) else { return };
        let mut page = self.usage(name, "Resource", shape, &shape.block.description, example);
        page.add("## Schema");
        members(&mut page, Level::new(&shape.block, Held::Managed), 3);
        if let Some(identity) = &shape.identity {
            let script = format!("{folder}/import.sh");
            let written = self.examples.get(&script).map(String::as_str);
            if let Err(what) = import(&mut page, name, identity, &shape.block, example, written) {
                self.problems.push(Problem { path: script, what });
            }
        }
        for source in resource.sources() {
            page.add("## Moved");
            let (kind, from) = (source.type_name, source.provider);
            page.add(&format!(
                "A `moved` block takes over a `{kind}` of the provider `{from}` as it is; nothing is replaced. Needs \
                 Terraform 1.8 or later, and that provider installed until the move is applied."
            ));
            let moved = format!("moved {{\n  from = {kind}.example\n  to   = {name}.example\n}}");
            page.code("terraform", &moved);
        }
        self.add(format!("docs/resources/{}.md", self.short(name)), page);
    }

    pub(super) fn data_source(&mut self, name: &str, shape: &Shape) {
        let path = format!("examples/data-sources/{name}/data-source.tf");
        let wanted = format!("data \"{name}\"");
        let Some(example) = self.example(path, &wanted) else { return };
        let short = self.short(name);
        // A resource of the same name has the whole story, most of which is about managing it.
        let description = if self.served.resources.contains_key(name) {
            format!(
                "{}\n\nThis looks up one that exists. To manage it, see the resource \
                 [`{name}`](../resources/{short}.md).",
                first_paragraph(&shape.block.description)
            )
        } else {
            shape.block.description.to_string()
        };
        let mut page = self.usage(name, "Data Source", shape, &description, example);
        page.add("## Schema");
        members(&mut page, Level::new(&shape.block, Held::Plain), 3);
        self.add(format!("docs/data-sources/{short}.md"), page);
    }

    pub(super) fn list(&mut self, name: &str, filter: &Shape) {
        let path = format!("examples/list-resources/{name}/list-resource.tfquery.hcl");
        let wanted = format!("list \"{name}\"");
        let Some(example) = self.example(path, &wanted) else { return };
        let short = self.short(name);
        let resource = self.served.resources.get(name);
        let listed = resource.map_or("", |it| first_paragraph(&it.shape().block.description));
        let description = format!(
            "{listed}\n\nThis finds those that exist, to be imported: `terraform query` shows them, and \
             `terraform query -generate-config-out=imported.tf` writes `import` blocks with a configuration for \
             each. Needs Terraform 1.14 or later. To manage one, see the resource \
             [`{name}`](../resources/{short}.md)."
        );
        let mut page = self.usage(name, "List Resource", filter, &description, example);
        page.add("## Schema");
        page.add("What stands in the `config` block:");
        members(&mut page, Level::new(&filter.block, Held::Plain), 3);
        self.add(format!("docs/list-resources/{short}.md"), page);
    }

    pub(super) fn ephemeral(&mut self, name: &str, shape: &Shape) {
        let path = format!("examples/ephemeral-resources/{name}/ephemeral-resource.tf");
        let wanted = format!("ephemeral \"{name}\"");
        let Some(example) = self.example(path, &wanted) else { return };
        let description = &shape.block.description;
        let mut page = self.usage(name, "Ephemeral Resource", shape, description, example);
        page.add("Needs Terraform 1.10 or later.");
        page.add("## Schema");
        members(&mut page, Level::new(&shape.block, Held::Plain), 3);
        self.add(format!("docs/ephemeral-resources/{}.md", self.short(name)), page);
    }

    pub(super) fn action(&mut self, name: &str, shape: &Shape) {
        let path = format!("examples/actions/{name}/action.tf");
        let wanted = format!("action \"{name}\"");
        let Some(example) = self.example(path, &wanted) else { return };
        let mut page = self.usage(name, "Action", shape, &shape.block.description, example);
        let command =
            format!("terraform apply -invoke=action.{name}.{}", label(example, "action", name));
        page.add("Needs Terraform 1.14 or later. A resource triggers it in its `lifecycle` block, and so does the command line:");
        page.code("shell", &command);
        page.add("## Schema");
        page.add("These stand in the block `config`.");
        members(&mut page, Level::new(&shape.block, Held::Plain), 3);
        self.add(format!("docs/actions/{}.md", self.short(name)), page);
    }

    fn usage(
        &self,
        name: &str,
        what: &str,
        shape: &Shape,
        description: &str,
        example: &str,
    ) -> Page {
        let title = format!("{name} {what} - {}", self.served.name);
        let section = self.section(self.short(name));
        let mut page = Page::new(&title, section, description, &format!("{name} ({what})"));
        if let Some(message) = &shape.block.deprecated {
            page.add(&format!("~> **Deprecated:** {message}"));
        }
        page.add(description);
        page.add("## Example Usage");
        page.code("terraform", example);
        page
    }

    pub(super) fn function(&mut self, name: &str, function: &dyn Callable) {
        let path = format!("examples/functions/{name}/function.tf");
        let wanted = format!("provider::{}::{name}(", self.served.name);
        let Some(example) = self.example(path, &wanted) else { return };
        let block = function.parameters();
        let title = format!("{name} function - {}", self.served.name);
        let mut page = Page::new(
            &title,
            self.section(name),
            &block.description,
            &format!("{name} (Function)"),
        );
        if let Some(message) = &block.deprecated {
            page.add(&format!("~> **Deprecated:** {message}"));
        }
        page.add(&block.description);
        page.add("## Example Usage");
        page.code("terraform", example);
        page.add("## Signature");
        page.code("text", &signature(name, function));
        page.add("## Arguments");
        page.add(&arguments(function));
        if let Type::Object(parts) = function.returns() {
            page.add("## Result");
            page.add(&result(&parts));
        }
        self.add(format!("docs/functions/{name}.md"), page);
    }
}

fn signature(name: &str, function: &dyn Callable) -> String {
    let parameters = &function.parameters().attributes;
    let mut written = Vec::new();
    for (position, parameter) in parameters.iter().enumerate() {
        let ty = parameter.ty();
        written.push(match ty {
            Type::List(element) if function.is_variadic() && position + 1 == parameters.len() => {
                format!("{} {element}...", parameter.name)
            }
            ty => format!("{} {ty}", parameter.name),
        });
    }
    format!("{name}({}) {}", written.join(", "), function.returns())
}

fn arguments(function: &dyn Callable) -> String {
    let parameters = &function.parameters().attributes;
    let lines = parameters.iter().enumerate().map(|(position, parameter)| {
        let held = match parameter.presence {
            _ if function.is_variadic() && position + 1 == parameters.len() => Held::Arguments,
            Presence::Optional => Held::Nullable,
            Presence::Required | Presence::OptionalComputed | Presence::Computed => Held::Plain,
        };
        let line = member(parameter, held, "");
        format!("{}. {}", position + 1, line.trim_start_matches("- "))
    });
    lines.collect::<Vec<_>>().concat()
}

fn result(parts: &BTreeMap<String, Type>) -> String {
    let lines: Vec<String> =
        parts.iter().map(|(name, ty)| format!("- `{name}` ({ty})\n")).collect();
    format!("An object with these attributes:\n\n{}", lines.concat())
}
