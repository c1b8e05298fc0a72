//! The language of Terraform's files: a tree, and a printer whose output `terraform fmt` leaves alone.
//!
//! A literal and an expression are different variants, so nothing guesses what is to be escaped. Callers
//! give the tree and nothing of its looks: line breaks, alignment and quotes are the printer's.
//!
//! Reading order: `structure` and `expr` (the tree), `print` (bodies), `rows` (alignment), `tall` and `flat`
//! (expressions over several lines and on one), `text` (quotes and escapes), `parse` (back to trees).

mod build;
mod expr;
mod flat;
mod heredoc;
mod line;
mod operator;
pub mod parse;
mod place;
mod print;
mod raw;
mod rows;
mod structure;
mod tall;
mod text;

pub use expr::{
    Access, Binary, BinaryOp, Conditional, Expr, ForList, ForObject, Key, Part, Step, Traversal,
    Unary, UnaryOp,
};
pub use print::{print, print_expr};
pub use structure::{Attribute, Block, Body, Item};
pub use text::is_identifier;
