//! Files of HCL as data: blocks, labels and attributes are keys; an expression that is no value is its text.

use mlgen::doc::hcl::{Body, Expr, Item, Key, parse, print_expr};
use serde_json::{Map, Value as Json};

/// What a file says.
pub(super) fn read(text: &str) -> Json {
    body(&parse::parse(text).unwrap())
}

fn body(body: &Body) -> Json {
    let mut found = Map::new();
    for item in &body.0 {
        match item {
            Item::Attribute(attribute) => {
                found.insert(attribute.name.clone(), value(&attribute.value));
            }
            Item::Block(block) => {
                let mut inner = &mut found;
                for step in [&block.kind].into_iter().chain(&block.labels) {
                    let next = inner.entry(step.clone()).or_insert_with(|| Map::new().into());
                    inner = next.as_object_mut().expect("no attribute has the name of a block");
                }
                let Json::Object(entries) = self::body(&block.body) else { unreachable!() };
                inner.extend(entries);
            }
            Item::Comment(_) | Item::Blank => {}
        }
    }
    Json::Object(found)
}

fn value(expr: &Expr) -> Json {
    match expr {
        Expr::Null => Json::Null,
        Expr::Bool(value) => Json::Bool(*value),
        Expr::Number(value) => Json::Number(value.clone()),
        Expr::String(value) => Json::String(value.clone()),
        Expr::List(items) => items.iter().map(value).collect(),
        Expr::Object(entries) => entries
            .iter()
            .map(|(key, inner)| {
                let key = match key {
                    Key::Name(name) => name.clone(),
                    Key::Expr(expr) => print_expr(expr),
                };
                (key, value(inner))
            })
            .collect(),
        other => Json::String(print_expr(other).trim_end().to_owned()),
    }
}
