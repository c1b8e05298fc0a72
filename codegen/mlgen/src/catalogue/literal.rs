//! Constants of HCL as nodes: the defaults in `variables.tf`, in the form in which a spec is read.

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, UnaryOperator};

use super::types::key_text;
use crate::node::{Entry, Map, Node, Value};
use crate::source::FileId;

/// The value of an expression that refers to nothing.
pub(super) fn read(expression: &Expression, file: FileId) -> Option<Node> {
    let span = file.span(expression.span()?);
    let value = match expression {
        Expression::Null(_) => Value::Null,
        Expression::Bool(flag) => Value::Bool(*flag.value()),
        Expression::Number(number) => Value::Number(number_of(&number.value().to_string())?),
        Expression::UnaryOp(negative) if *negative.operator.value() == UnaryOperator::Neg => {
            let Value::Number(number) = read(&negative.expr, file)?.value else { return None };
            Value::Number(number_of(&format!("-{number}"))?)
        }
        Expression::String(text) => Value::String(text.as_str().to_owned()),
        Expression::HeredocTemplate(heredoc) => {
            Value::String(heredoc.template.as_single_element()?.as_literal()?.as_str().to_owned())
        }
        Expression::Parenthesis(inner) => return read(inner.inner(), file),
        Expression::Array(items) => {
            Value::List(items.iter().map(|item| read(item, file)).collect::<Option<_>>()?)
        }
        Expression::Object(entries) => {
            let mut map = Map::new();
            for (key, value) in entries {
                let at = file.span(key.span().unwrap_or(span.start as usize..span.end as usize));
                map.insert(key_text(key)?, Entry { key: at, node: read(value.expr(), file)? });
            }
            Value::Map(map)
        }
        _ => return None,
    };
    Some(Node { value, span })
}

fn number_of(text: &str) -> Option<serde_json::Number> {
    serde_json::from_str(text).ok()
}
