//! Values and types as expressions.

use crate::catalogue::types::Type;
use crate::construct::stack::json;
use crate::construct::tune::foreign_variable;
use crate::construct::{Piece, Resolved, Stack, To, Value};
use crate::doc::hcl::{Expr, Part};

/// A value as an argument of a module of the stack.
pub(super) fn value(value: &Value, stack: &Stack) -> Expr {
    match value {
        Value::Null => Expr::Null,
        Value::Bool(flag) => Expr::Bool(*flag),
        Value::Number(number) => Expr::Number(number.clone()),
        Value::String(text) => Expr::String(text.clone()),
        Value::List(items) => Expr::list(items.iter().map(|item| self::value(item, stack))),
        Value::Map(entries) => {
            Expr::object(entries.iter().map(|(key, item)| (key.clone(), self::value(item, stack))))
        }
        Value::Text(pieces) => Expr::template(pieces.iter().map(|piece| match piece {
            Piece::Literal(text) => Part::Literal(text.clone()),
            Piece::Reference(resolved) => Part::Expr(reference(resolved, stack)),
        })),
        Value::Reference(resolved) => reference(resolved, stack),
        Value::Variable(name) => variable(name),
    }
}

fn reference(resolved: &Resolved, stack: &Stack) -> Expr {
    match &resolved.to {
        To::Whole(component) => Expr::path("module").attr(component),
        To::Output { component, path } => output(component, path),
        To::Elsewhere { component, output, .. } => variable(&format!("{component}_{output}")),
        // Only where a writer asks for it, which this one does not.
        To::Reached { component, .. } => variable(component),
        To::Foreign { environment, component, output } => {
            variable(&foreign_variable(environment, component, output))
        }
        To::Input(name) => variable(name),
        To::Secret(name) => {
            let holder = stack.secret_holder.as_deref().unwrap_or("secrets");
            Expr::path("module").attr(holder).attr("references").index(name.as_str())
        }
        To::Local(name) => Expr::path("local").attr(name),
        To::Prefix => variable("prefix"),
        To::Environment => variable("environment"),
        To::Setting(name) => {
            let setting = stack.target.settings.get(name);
            variable(setting.and_then(|setting| setting.variable.as_deref()).unwrap_or(name))
        }
    }
}

fn variable(name: &str) -> Expr {
    Expr::path("var").attr(name)
}

/// An output of a component of the stack, and what is in it.
pub(super) fn output(component: &str, path: &[String]) -> Expr {
    path.iter().fold(Expr::path("module").attr(component), |at, name| match name.parse::<i64>() {
        Ok(index) => at.index(index),
        Err(_) => at.attr(name),
    })
}

/// A type constraint.
pub(super) fn ty(of: &Type) -> Expr {
    let call = |name: &str, item: &Type| Expr::call(name, [ty(item)]);
    match of {
        Type::Any | Type::Component => Expr::path("any"),
        Type::String | Type::Secret => Expr::path("string"),
        Type::Number | Type::Integer => Expr::path("number"),
        Type::Bool => Expr::path("bool"),
        Type::List(item) => call("list", item),
        Type::Set(item) => call("set", item),
        Type::Map(item) => call("map", item),
        Type::Tuple(items) => Expr::call("tuple", [Expr::list(items.iter().map(ty))]),
        Type::Object(fields) => {
            let fields = fields.iter().map(|(name, field)| {
                let inner = ty(&field.ty);
                let written = match (&field.default, field.optional) {
                    (Some(default), _) => {
                        Expr::call("optional", [inner, Expr::from(json(default))])
                    }
                    (None, true) => Expr::call("optional", [inner]),
                    (None, false) => inner,
                };
                (name.clone(), written)
            });
            Expr::call("object", [Expr::object(fields)])
        }
    }
}
