//! What an input takes: Terraform's type constraints, with the two that Compose components add.

use std::fmt;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, FuncCall, ObjectKey};
use indexmap::IndexMap;

use super::literal;
use crate::diag::{Diagnostic, Diags};
use crate::node::Node;
use crate::source::{FileId, Span};

/// The type of an input, an attribute or an item.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// Anything.
    Any,
    /// A text.
    String,
    /// A number.
    Number,
    /// A number without a fraction, which charts and Compose components ask for.
    Integer,
    /// `true` or `false`.
    Bool,
    /// Items of one type, in order.
    List(Box<Type>),
    /// Items of one type, without order or repetition.
    Set(Box<Type>),
    /// Values of one type by name.
    Map(Box<Type>),
    /// Named attributes, each with its type.
    Object(IndexMap<String, Field>),
    /// As many items as there are types.
    Tuple(Vec<Type>),
    /// A reference to a secret.
    Secret,
    /// A whole component of the same target.
    Component,
}

/// An attribute of an object type.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// What it takes.
    pub ty: Type,
    /// Whether it may be left out.
    pub optional: bool,
    /// What it is when it is left out.
    pub default: Option<Node>,
}

impl Type {
    /// What a value of this type is called, with an article.
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Any => "a value",
            Self::String => "a string",
            Self::Number => "a number",
            Self::Integer => "a whole number",
            Self::Bool => "true or false",
            Self::List(_) | Self::Set(_) | Self::Tuple(_) => "a list",
            Self::Map(_) | Self::Object(_) => "a map",
            Self::Secret => "a reference to a secret",
            Self::Component => "a reference to a component",
        }
    }

    /// Whether a secret has its place somewhere in a value of this type.
    pub fn holds_secret(&self) -> bool {
        match self {
            Self::Secret => true,
            Self::List(item) | Self::Set(item) | Self::Map(item) => item.holds_secret(),
            Self::Object(fields) => fields.values().any(|field| field.ty.holds_secret()),
            Self::Tuple(items) => items.iter().any(Self::holds_secret),
            _ => false,
        }
    }

    /// The type of what stands under `key` of a value of this type.
    pub fn under(&self, key: &str) -> Option<&Type> {
        match self {
            Self::Map(item) => Some(item),
            Self::Object(fields) => fields.get(key).map(|field| &field.ty),
            Self::Any => Some(self),
            _ => None,
        }
    }

    /// The type of the item at `index`.
    pub fn item(&self, index: usize) -> Option<&Type> {
        match self {
            Self::List(item) | Self::Set(item) => Some(item),
            Self::Tuple(items) => items.get(index),
            Self::Any => Some(self),
            _ => None,
        }
    }

    /// Reads a type constraint as it stands in `variables.tf`.
    pub(super) fn read(expression: &Expression, file: FileId, diags: &mut Diags) -> Self {
        match expression {
            Expression::Variable(name) => match Self::primitive(name.as_str()) {
                Some(ty) => ty,
                None => unreadable(expression, file, diags),
            },
            Expression::FuncCall(call) => Self::constructed(call, expression, file, diags),
            _ => unreadable(expression, file, diags),
        }
    }

    /// Reads a type that stands as a text at `span` of a YAML file; anything where it is none, which is reported.
    pub(crate) fn parse(text: &str, span: Span, diags: &mut Diags) -> Self {
        let mut found = Diags::default();
        let Ok(expression) = hcl_edit::parser::parse_expr(text) else {
            diags.push(no_type(span));
            return Self::Any;
        };
        let ty = Self::read(&expression, span.file, &mut found);
        if !found.is_empty() {
            diags.push(no_type(span));
        }
        ty
    }

    fn primitive(name: &str) -> Option<Self> {
        Some(match name {
            "string" => Self::String,
            "number" => Self::Number,
            "integer" => Self::Integer,
            "bool" => Self::Bool,
            "any" => Self::Any,
            "secret" => Self::Secret,
            "component" => Self::Component,
            _ => return None,
        })
    }

    fn constructed(call: &FuncCall, whole: &Expression, file: FileId, diags: &mut Diags) -> Self {
        let arguments: Vec<&Expression> = call.args.iter().collect();
        match (call.name.name.as_str(), arguments.as_slice()) {
            ("list", [item]) => Self::List(Box::new(Self::read(item, file, diags))),
            ("set", [item]) => Self::Set(Box::new(Self::read(item, file, diags))),
            ("map", [item]) => Self::Map(Box::new(Self::read(item, file, diags))),
            ("tuple", [Expression::Array(items)]) => {
                Self::Tuple(items.iter().map(|item| Self::read(item, file, diags)).collect())
            }
            ("object", [Expression::Object(fields)]) => {
                let fields = fields.iter().filter_map(|(key, value)| {
                    Some((key_text(key)?, Field::read(value.expr(), file, diags)))
                });
                Self::Object(fields.collect())
            }
            _ => unreadable(whole, file, diags),
        }
    }
}

impl Field {
    fn read(expression: &Expression, file: FileId, diags: &mut Diags) -> Self {
        if let Expression::FuncCall(call) = expression
            && call.name.name.as_str() == "optional"
        {
            let mut arguments = call.args.iter();
            let ty = match arguments.next() {
                Some(ty) => Type::read(ty, file, diags),
                None => unreadable(expression, file, diags),
            };
            let default = arguments.next().and_then(|value| literal::read(value, file));
            return Self { ty, optional: true, default };
        }
        Self { ty: Type::read(expression, file, diags), optional: false, default: None }
    }
}

/// The text of a key that is a name or a string.
pub(super) fn key_text(key: &ObjectKey) -> Option<String> {
    match key {
        ObjectKey::Ident(name) | ObjectKey::Expression(Expression::Variable(name)) => {
            Some(name.as_str().to_owned())
        }
        ObjectKey::Expression(Expression::String(text)) => Some(text.as_str().to_owned()),
        ObjectKey::Expression(_) => None,
    }
}

fn unreadable(expression: &Expression, file: FileId, diags: &mut Diags) -> Type {
    let span = file.span(expression.span().unwrap_or(0..0));
    diags.push(no_type(span));
    Type::Any
}

fn no_type(span: Span) -> Diagnostic {
    Diagnostic::error(span, "this is no type that mlgen knows").help(
        "write string, number, bool, list(...), set(...), map(...), object({...}) or tuple([...])",
    )
}

/// As Terraform writes it, on one line.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any"),
            Self::String => f.write_str("string"),
            Self::Number => f.write_str("number"),
            Self::Integer => f.write_str("integer"),
            Self::Bool => f.write_str("bool"),
            Self::List(item) => write!(f, "list({item})"),
            Self::Set(item) => write!(f, "set({item})"),
            Self::Map(item) => write!(f, "map({item})"),
            Self::Secret => f.write_str("secret"),
            Self::Component => f.write_str("component"),
            Self::Tuple(items) => {
                let items: Vec<String> = items.iter().map(ToString::to_string).collect();
                write!(f, "tuple([{}])", items.join(", "))
            }
            Self::Object(fields) => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(name, field)| {
                        if field.optional {
                            format!("{name} = optional({})", field.ty)
                        } else {
                            format!("{name} = {}", field.ty)
                        }
                    })
                    .collect();
                write!(f, "object({{ {} }})", fields.join(", "))
            }
        }
    }
}
