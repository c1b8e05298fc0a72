//! Bodies to text.

use std::borrow::Cow;

use super::expr::{Expr, Traversal};
use super::line::Line;
use super::place::{Place, STEP};
use super::rows::{Row, Rows};
use super::structure::{Block, Body, Item};
use super::tall::{Laid, lay_value, text_of};
use super::text::label;

/// A whole file, with one end of line at its end; nothing for an empty body.
///
/// `terraform fmt` leaves the text as it is, if names are identifiers, and labels are composed (NFC) and hold
/// neither `$` nor `%`: it composes labels, and loses those with such a sign.
pub fn print(body: &Body) -> String {
    let mut out = String::new();
    rows(body, 0, &[]).print(0, &mut out);
    out
}

/// An expression as it stands at the start of a line.
pub fn print_expr(expr: &Expr) -> String {
    text_of(lay_value(expr, Place::line(0)))
}

fn rows(body: &Body, indent: usize, path: &[&str]) -> Rows {
    let mut rows = Rows::default();
    for item in &body.0 {
        match item {
            Item::Attribute(attribute) => {
                let lead = Line::of(&attribute.name);
                let value = match path {
                    ["variable"] if attribute.name == "type" => constraint(&attribute.value),
                    _ => Cow::Borrowed(&attribute.value),
                };
                let place = Place { indent, before: indent + lead.columns() + 3, after: 0 };
                match lay_value(&value, place) {
                    Laid::One(value) => {
                        rows.push(Row::Pair { lead, value, comment: attribute.comment.clone() });
                    }
                    Laid::Many(text) => {
                        if let Some(comment) = &attribute.comment {
                            rows.push(Row::Comment(comment.replace('\n', " ")));
                        }
                        rows.push(Row::Tall(format!("{} = {text}", attribute.name)));
                    }
                }
            }
            Item::Block(inner) => rows.push(Row::Tall(block(inner, indent, path))),
            Item::Comment(text) => rows.push(Row::Comment(text.clone())),
            Item::Blank => rows.push(Row::Blank),
        }
    }
    rows
}

fn block(block: &Block, indent: usize, path: &[&str]) -> String {
    let mut head = Line::of(&block.kind);
    for text in &block.labels {
        head.token(" ");
        label(text, &mut head);
    }
    let mut inside = String::new();
    let path = [path, &[block.kind.as_str()]].concat();
    rows(&block.body, indent + STEP, &path).print(indent + STEP, &mut inside);
    if inside.is_empty() {
        return format!("{} {{}}", head.text());
    }
    format!("{} {{\n{inside}{}}}", head.text(), " ".repeat(indent))
}

/// The type of a variable, where the formatter brings old ways to write it up to date.
fn constraint(expr: &Expr) -> Cow<'_, Expr> {
    let collection = |kind: &str, of: &str| Expr::call(kind, [Expr::path(of)]);
    match expr {
        Expr::Traversal(Traversal { root, steps }) if steps.is_empty() => match root.as_str() {
            "list" | "map" | "set" => Cow::Owned(collection(root, "any")),
            _ => Cow::Borrowed(expr),
        },
        Expr::String(text) => match text.as_str() {
            "string" => Cow::Owned(Expr::path("string")),
            "list" | "map" => Cow::Owned(collection(text, "string")),
            _ => Cow::Borrowed(expr),
        },
        _ => Cow::Borrowed(expr),
    }
}
