//! Operators: their signs, and what needs parentheses next to them.

use super::expr::{BinaryOp, Expr, UnaryOp};
use super::flat::plain;
use super::text::is_identifier;

/// How tightly an expression holds together: what binds looser than its place needs parentheses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tie {
    Conditional,
    Or,
    And,
    Equality,
    Order,
    Sum,
    Product,
    Unary,
    Term,
}

/// How tightly an expression holds together.
pub(super) fn tie(expr: &Expr) -> Tie {
    match plain(expr) {
        Expr::Raw(text) if is_path(text) => Tie::Term,
        Expr::Conditional(_) | Expr::Raw(_) => Tie::Conditional,
        Expr::Binary(binary) => tie_of(binary.op),
        Expr::Unary(_) => Tie::Unary,
        Expr::Number(number) if number.to_string().starts_with('-') => Tie::Unary,
        _ => Tie::Term,
    }
}

fn is_path(text: &str) -> bool {
    text.split('.').all(is_identifier)
}

/// How tightly an operator holds its operands.
pub(super) fn tie_of(op: BinaryOp) -> Tie {
    match op {
        BinaryOp::Or => Tie::Or,
        BinaryOp::And => Tie::And,
        BinaryOp::Eq | BinaryOp::NotEq => Tie::Equality,
        BinaryOp::Less | BinaryOp::LessEq | BinaryOp::Greater | BinaryOp::GreaterEq => Tie::Order,
        BinaryOp::Add | BinaryOp::Sub => Tie::Sum,
        BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem => Tie::Product,
    }
}

/// The sign before an operand.
pub(super) fn sign(op: UnaryOp) -> &'static str {
    match op {
        UnaryOp::Neg => "-",
        UnaryOp::Not => "!",
    }
}

/// The sign between operands.
pub(super) fn operator(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Or => "||",
        BinaryOp::And => "&&",
        BinaryOp::Eq => "==",
        BinaryOp::NotEq => "!=",
        BinaryOp::Less => "<",
        BinaryOp::LessEq => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterEq => ">=",
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Rem => "%",
    }
}
