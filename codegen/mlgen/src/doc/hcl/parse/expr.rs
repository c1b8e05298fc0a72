//! Expressions.

use hcl_edit::expr::{self as hcl, Expression, ObjectKey, TraversalOperator};
use hcl_edit::template::{Element, Strip, Template};

use super::super::{
    Access, Binary, BinaryOp, Expr, ForList, ForObject, Key, Part, Step, Traversal, Unary, UnaryOp,
};

pub(super) fn expr(from: &Expression) -> Expr {
    known(from).unwrap_or_else(|| Expr::Raw(from.to_string().trim().to_owned()))
}

/// The expression, unless the tree has no words for it.
fn known(from: &Expression) -> Option<Expr> {
    Some(match from {
        Expression::Null(_) => Expr::Null,
        Expression::Bool(value) => Expr::Bool(*value.value()),
        Expression::Number(number) => {
            let text = number
                .as_repr()
                .map_or_else(|| number.value().to_string(), |text| text.to_string());
            Expr::Number(text.replace(' ', "").parse().ok()?)
        }
        Expression::String(text) => Expr::String(text.value().clone()),
        Expression::Array(items) => Expr::List(items.iter().map(expr).collect()),
        Expression::Object(entries) => {
            let entry =
                |(name, value): (&ObjectKey, &hcl::ObjectValue)| (key(name), expr(value.expr()));
            Expr::Object(entries.iter().map(entry).collect())
        }
        Expression::StringTemplate(template) => Expr::Template(parts(template.iter())?),
        Expression::HeredocTemplate(heredoc) => {
            Expr::Heredoc(parts(Template::iter(&heredoc.template))?)
        }
        Expression::Parenthesis(inner) => Expr::Paren(Box::new(expr(inner.inner()))),
        Expression::Variable(name) => {
            Expr::Traversal(Traversal { root: name.to_string(), steps: Vec::new() })
        }
        Expression::Conditional(choice) => Expr::conditional(
            expr(&choice.cond_expr),
            expr(&choice.true_expr),
            expr(&choice.false_expr),
        ),
        Expression::FuncCall(call) => {
            let names = call.name.namespace.iter().chain([&call.name.name]);
            Expr::Call {
                name: names.map(|name| name.as_str()).collect::<Vec<_>>().join("::"),
                args: call.args.iter().map(expr).collect(),
                expand: call.args.expand_final(),
            }
        }
        Expression::Traversal(traversal) => {
            let steps = traversal.operators.iter().map(|step| self::step(step.value()));
            match (expr(&traversal.expr), steps.collect::<Option<Vec<_>>>()?) {
                (Expr::Traversal(Traversal { root, .. }), steps) => {
                    Expr::Traversal(Traversal { root, steps })
                }
                (of, steps) => Expr::Access(Box::new(Access { of, steps })),
            }
        }
        Expression::UnaryOp(unary) => {
            let op = match unary.operator.value() {
                hcl::UnaryOperator::Neg => UnaryOp::Neg,
                hcl::UnaryOperator::Not => UnaryOp::Not,
            };
            Expr::Unary(Box::new(Unary { op, of: expr(&unary.expr) }))
        }
        Expression::BinaryOp(binary) => {
            let (left, right) = (expr(&binary.lhs_expr), expr(&binary.rhs_expr));
            Expr::Binary(Box::new(Binary { left, op: operator(*binary.operator.value()), right }))
        }
        Expression::ForExpr(each) => for_each(each),
    })
}

fn for_each(from: &hcl::ForExpr) -> Expr {
    let key = from.intro.key_var.as_ref().map(ToString::to_string);
    let value = from.intro.value_var.to_string();
    let collection = expr(&from.intro.collection_expr);
    let item = expr(&from.value_expr);
    let condition = from.cond.as_ref().map(|condition| expr(&condition.expr));
    match &from.key_expr {
        None => Expr::ForList(Box::new(ForList { key, value, collection, item, condition })),
        Some(name) => {
            let (name, group) = (expr(name), from.grouping);
            Expr::ForObject(Box::new(ForObject {
                key,
                value,
                collection,
                name,
                item,
                group,
                condition,
            }))
        }
    }
}

fn key(from: &ObjectKey) -> Key {
    match from {
        ObjectKey::Ident(name) => Key::Name(name.to_string()),
        ObjectKey::Expression(Expression::String(name)) => Key::Name(name.value().clone()),
        ObjectKey::Expression(Expression::Parenthesis(inner)) => Key::Expr(expr(inner.inner())),
        ObjectKey::Expression(other) => Key::Expr(expr(other)),
    }
}

fn step(from: &TraversalOperator) -> Option<Step> {
    match from {
        TraversalOperator::GetAttr(name) => Some(Step::Attr(name.to_string())),
        TraversalOperator::Index(index) => Some(Step::Index(Box::new(expr(index)))),
        TraversalOperator::FullSplat(_) => Some(Step::Splat),
        TraversalOperator::LegacyIndex(index) => {
            Some(Step::Index(Box::new(Expr::Number((*index.value()).into()))))
        }
        TraversalOperator::AttrSplat(_) => None,
    }
}

fn parts<'a>(elements: impl Iterator<Item = &'a Element>) -> Option<Vec<Part>> {
    let part = |element: &Element| match element {
        Element::Literal(text) => Some(Part::Literal(text.value().clone())),
        Element::Interpolation(inner) if inner.strip == Strip::None => {
            Some(Part::Expr(expr(&inner.expr)))
        }
        _ => None,
    };
    elements.map(part).collect()
}

fn operator(from: hcl::BinaryOperator) -> BinaryOp {
    match from {
        hcl::BinaryOperator::Or => BinaryOp::Or,
        hcl::BinaryOperator::And => BinaryOp::And,
        hcl::BinaryOperator::Eq => BinaryOp::Eq,
        hcl::BinaryOperator::NotEq => BinaryOp::NotEq,
        hcl::BinaryOperator::Less => BinaryOp::Less,
        hcl::BinaryOperator::LessEq => BinaryOp::LessEq,
        hcl::BinaryOperator::Greater => BinaryOp::Greater,
        hcl::BinaryOperator::GreaterEq => BinaryOp::GreaterEq,
        hcl::BinaryOperator::Plus => BinaryOp::Add,
        hcl::BinaryOperator::Minus => BinaryOp::Sub,
        hcl::BinaryOperator::Mul => BinaryOp::Mul,
        hcl::BinaryOperator::Div => BinaryOp::Div,
        hcl::BinaryOperator::Mod => BinaryOp::Rem,
    }
}
