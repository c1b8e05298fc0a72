//! The language of Terraform's files: a tree, and a printer whose output `terraform fmt` leaves alone.
//!
//! A literal and an expression are different variants, so nothing guesses what is to be escaped. Callers
//! give the tree and nothing of its looks: line breaks, alignment and quotes are the printer's.
//!
//! Reading order: `structure` and `expr` (the tree), `print`.

mod build;
mod expr;
mod structure;

pub use expr::{
    Access, Binary, BinaryOp, Conditional, Expr, ForList, ForObject, Key, Part, Step, Traversal,
    Unary, UnaryOp,
};
pub use structure::{Attribute, Block, Body, Item};
