//! What a Terraform module takes and gives, read from its own files: `variables.tf`, `outputs.tf`, `versions.tf`.

use std::collections::{BTreeMap, BTreeSet};

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, Traversal, TraversalOperator};
use hcl_edit::structure::{Block, Body};
use hcl_edit::visit::{Visit, visit_traversal};
use indexmap::IndexMap;

use super::types::{Type, key_text};
use super::{condition, literal};
use crate::diag::{Diagnostic, Diags};
use crate::node::Node;
use crate::source::{FileId, Sources, Span};

/// What a component takes and gives.
#[derive(Clone, Debug, Default)]
pub struct Interface {
    /// Inputs in the order in which they are declared, which is the order of arguments.
    pub inputs: IndexMap<String, Input>,
    /// Outputs in the order in which they are declared.
    pub outputs: IndexMap<String, Output>,
    /// Locals by name, for outputs that inputs alone decide.
    pub locals: BTreeMap<String, Expression>,
    /// The providers that it needs.
    pub providers: IndexMap<String, ProviderRequirement>,
}

/// One input.
#[derive(Clone, Debug)]
pub struct Input {
    /// Where it is declared.
    pub span: Span,
    /// One sentence.
    pub description: String,
    /// What it takes.
    pub ty: Type,
    /// What it is when nothing is given; without one it is required.
    pub default: Option<Node>,
    /// Whether `null` is a value for it.
    pub nullable: bool,
    /// Whether its value is hidden in plans.
    pub sensitive: bool,
    /// Whether its value is stored nowhere.
    pub ephemeral: bool,
    /// Conditions with their messages.
    pub validations: Vec<Validation>,
}

/// A condition that a value must meet.
#[derive(Clone, Debug)]
pub struct Validation {
    /// Where it stands.
    pub span: Span,
    /// The condition, as Terraform reads it.
    pub condition: Expression,
    /// The inputs that it reads.
    pub inputs: BTreeSet<String>,
    /// What to say when it does not hold, if the message is a constant.
    pub message: Option<String>,
}

/// One output.
#[derive(Clone, Debug)]
pub struct Output {
    /// Where it is declared.
    pub span: Span,
    /// One sentence.
    pub description: String,
    /// Whether its value is hidden in plans.
    pub sensitive: bool,
    /// What it is, where it is an expression over inputs; targets that are no Terraform read it.
    pub value: Option<Node>,
    /// What it is to Terraform.
    pub expression: Option<Expression>,
}

/// An entry of `required_providers`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderRequirement {
    /// `hashicorp/aws`.
    pub source: String,
    /// A version constraint, `~> 6.0`.
    pub version: Option<String>,
}

impl Interface {
    /// Reads the `.tf` files of one module, in any order; none if one of them is no HCL.
    pub(super) fn read(sources: &Sources, files: &[FileId], diags: &mut Diags) -> Option<Self> {
        let mut interface = Self::default();
        let mut is_whole = true;
        for &file in files {
            let body = match hcl_edit::parser::parse_body(sources.text(file)) {
                Ok(body) => body,
                Err(error) => {
                    diags.push(syntax(sources, file, &error));
                    is_whole = false;
                    continue;
                }
            };
            for block in body.blocks() {
                let label = block.labels.first().map(|label| label.as_str().to_owned());
                match (block.ident.as_str(), label) {
                    ("variable", Some(name)) => {
                        interface.inputs.insert(name, Input::read(block, file, diags));
                    }
                    ("output", Some(name)) => {
                        interface.outputs.insert(name, Output::read(block, file));
                    }
                    ("locals", None) => {
                        let locals = block.body.attributes();
                        interface.locals.extend(
                            locals
                                .map(|local| (local.key.as_str().to_owned(), local.value.clone())),
                        );
                    }
                    ("terraform", None) => interface.requirements(&block.body),
                    _ => {}
                }
            }
        }
        is_whole.then_some(interface)
    }

    /// What an output is for these inputs, if nothing else decides it.
    pub fn known_output(
        &self,
        name: &str,
        inputs: &BTreeMap<String, serde_json::Value>,
    ) -> Option<serde_json::Value> {
        let expression = self.outputs.get(name)?.expression.as_ref()?;
        condition::value(expression, inputs, &self.locals)
    }

    fn requirements(&mut self, terraform: &Body) {
        let blocks = terraform.get_blocks("required_providers");
        for attribute in blocks.flat_map(|block| block.body.attributes()) {
            let Expression::Object(fields) = &attribute.value else { continue };
            let text = |wanted: &str| {
                let mut found =
                    fields.iter().filter(|(key, _)| key_text(key).is_some_and(|key| key == wanted));
                found.next().and_then(|(_, value)| value.expr().as_str()).map(str::to_owned)
            };
            if let Some(source) = text("source") {
                let requirement = ProviderRequirement { source, version: text("version") };
                self.providers.insert(attribute.key.as_str().to_owned(), requirement);
            }
        }
    }
}

impl Input {
    fn read(block: &Block, file: FileId, diags: &mut Diags) -> Self {
        let body = &block.body;
        let ty = match body.get_attribute("type") {
            Some(attribute) => Type::read(&attribute.value, file, diags),
            None => Type::Any,
        };
        let default = body.get_attribute("default").and_then(|attribute| {
            let read = literal::read(&attribute.value, file);
            if read.is_none() {
                let span = file.span(attribute.value.span().unwrap_or(0..0));
                diags.push(Diagnostic::error(span, "a default must be a constant"));
            }
            read
        });
        let validations = body.get_blocks("validation").filter_map(|block| {
            let condition = block.body.get_attribute("condition")?.value.clone();
            let message = block.body.get_attribute("error_message");
            let message = message.and_then(|message| message.value.as_str()).map(str::to_owned);
            let mut read = Read::default();
            read.visit_expr(&condition);
            Some(Validation { span: span_of(block, file), condition, inputs: read.0, message })
        });
        Self {
            span: span_of(block, file),
            description: text_of(body, "description"),
            ty,
            default,
            nullable: flag_of(body, "nullable").unwrap_or(true),
            sensitive: flag_of(body, "sensitive").unwrap_or(false),
            ephemeral: flag_of(body, "ephemeral").unwrap_or(false),
            validations: validations.collect(),
        }
    }

    /// Whether a value must be given.
    pub fn is_required(&self) -> bool {
        self.default.is_none()
    }
}

/// The inputs that an expression reads.
#[derive(Default)]
struct Read(BTreeSet<String>);

impl Visit for Read {
    fn visit_traversal(&mut self, traversal: &Traversal) {
        if let Expression::Variable(root) = &traversal.expr
            && root.as_str() == "var"
            && let Some(TraversalOperator::GetAttr(name)) =
                traversal.operators.first().map(hcl_edit::Decorated::value)
        {
            self.0.insert(name.as_str().to_owned());
        }
        visit_traversal(self, traversal);
    }
}

impl Output {
    fn read(block: &Block, file: FileId) -> Self {
        Self {
            span: span_of(block, file),
            description: text_of(&block.body, "description"),
            sensitive: flag_of(&block.body, "sensitive").unwrap_or(false),
            value: None,
            expression: block.body.get_attribute("value").map(|attribute| attribute.value.clone()),
        }
    }
}

/// From the block's name to the end of its labels: what a caret should point at.
fn span_of(block: &Block, file: FileId) -> Span {
    let name = block.ident.span().unwrap_or(0..0);
    let end = block.labels.last().and_then(hcl_edit::Span::span).map_or(name.end, |span| span.end);
    file.span(name.start..end.max(name.start))
}

fn text_of(body: &Body, name: &str) -> String {
    let text = body.get_attribute(name).and_then(|attribute| match &attribute.value {
        Expression::String(text) => Some(text.as_str()),
        Expression::HeredocTemplate(heredoc) => {
            Some(heredoc.template.as_single_element()?.as_literal()?.as_str())
        }
        _ => None,
    });
    // A description is one paragraph, however it is broken into lines.
    text.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn flag_of(body: &Body, name: &str) -> Option<bool> {
    body.get_attribute(name)?.value.as_bool()
}

/// A file that is no HCL, at the place where reading it ended.
pub(super) fn syntax(
    sources: &Sources,
    file: FileId,
    error: &hcl_edit::parser::Error,
) -> Diagnostic {
    let at = error.location().offset().min(sources.text(file).len());
    Diagnostic::error(file.span(at..at), format!("this file is no HCL: {}", error.message()))
}
