//! Files, blocks and attributes.

use super::expr::Expr;

/// What stands in a file or between the braces of a block, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body(pub Vec<Item>);

/// One thing in a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// `name = value`.
    Attribute(Attribute),
    /// `kind "label" { ... }`.
    Block(Block),
    /// Lines of their own, without the `#`. Belongs to what follows, unless a [`Item::Blank`] parts them.
    Comment(String),
    /// A blank line, in addition to those that the printer puts around what takes several lines. Two in a
    /// row are one; first or last in a body it is none.
    Blank,
}

/// `name = value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// An identifier.
    pub name: String,
    /// What is on the right.
    pub value: Expr,
    /// What follows on the same line, without the `#`. Above the attribute if its value takes several lines.
    pub comment: Option<String>,
}

/// `kind "label" { ... }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// An identifier.
    pub kind: String,
    /// Any texts; printed in quotes.
    pub labels: Vec<String>,
    /// What is between the braces.
    pub body: Body,
}
