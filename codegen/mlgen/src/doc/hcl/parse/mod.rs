//! Texts to trees: what a parser of others has read, as trees of this room.
//!
//! What the tree has no words for (directives in templates, `~`, splats of attributes) becomes raw text.
//! Comments inside of expressions are lost; those between attributes and blocks are kept.

mod body;
mod expr;

use std::fmt;

use super::{Body, Expr};

/// A text that is not in Terraform's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What was expected.
    pub message: String,
    /// The byte at which reading stopped.
    pub offset: usize,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {})", self.message, self.offset)
    }
}

impl std::error::Error for SyntaxError {}

impl From<hcl_edit::parser::Error> for SyntaxError {
    fn from(error: hcl_edit::parser::Error) -> Self {
        Self { message: error.message().to_owned(), offset: error.location().offset() }
    }
}

/// Reads a file.
///
/// # Errors
///
/// The first place at which the text is not in the language.
pub fn parse(text: &str) -> Result<Body, SyntaxError> {
    Ok(body::body(&hcl_edit::parser::parse_body(text)?))
}

/// Reads an expression.
///
/// # Errors
///
/// The first place at which the text is not in the language.
pub fn parse_expr(text: &str) -> Result<Expr, SyntaxError> {
    Ok(expr::expr(&hcl_edit::parser::parse_expr(text)?))
}
