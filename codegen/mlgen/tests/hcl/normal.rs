//! What two trees have in common that say the same: parentheses, blank lines and the ways to write a text
//! are gone.

use mlgen::doc::hcl::parse::parse_expr;
use mlgen::doc::hcl::{
    Access, Attribute, Binary, Block, Body, Conditional, Expr, ForList, ForObject, Item, Key, Part,
    Step, Traversal, Unary, UnaryOp, is_identifier,
};

/// The body without blank lines; comments each on a line before what they belong to.
pub(crate) fn body(body: &Body) -> Body {
    let mut items = Vec::new();
    for item in &body.0 {
        match item {
            Item::Attribute(attribute) => {
                if let Some(comment) = &attribute.comment {
                    items.push(Item::Comment(comment_line(&comment.replace('\n', " "))));
                }
                items.push(Attribute::new(&attribute.name, expr(&attribute.value)).into());
            }
            Item::Block(block) => {
                let (kind, labels) = (block.kind.clone(), block.labels.clone());
                items.push(Block { kind, labels, body: self::body(&block.body) }.into());
            }
            Item::Comment(text) => {
                items.extend(text.split('\n').map(|line| Item::Comment(comment_line(line))));
            }
            Item::Blank => {}
        }
    }
    Body(items)
}

fn comment_line(text: &str) -> String {
    text.replace(char::is_control, " ").trim_end().to_owned()
}

pub(crate) fn expr(from: &Expr) -> Expr {
    match from {
        Expr::Null | Expr::Bool(_) | Expr::Number(_) | Expr::String(_) => from.clone(),
        Expr::Template(parts) | Expr::Heredoc(parts) => template(parts),
        Expr::Traversal(Traversal { root, steps }) => {
            Traversal { root: root.clone(), steps: self::steps(steps) }.into()
        }
        Expr::Access(access) => match (expr(&access.of), steps(&access.steps)) {
            (Expr::Traversal(mut traversal), more) => {
                traversal.steps.extend(more);
                traversal.into()
            }
            (Expr::Access(mut access), more) => {
                access.steps.extend(more);
                Expr::Access(access)
            }
            (of, steps) => Expr::Access(Box::new(Access { of, steps })),
        },
        Expr::List(items) => Expr::List(items.iter().map(expr).collect()),
        Expr::Object(entries) => {
            Expr::Object(entries.iter().map(|(name, value)| (key(name), expr(value))).collect())
        }
        Expr::Call { name, args, expand } => Expr::Call {
            name: name.clone(),
            args: args.iter().map(expr).collect(),
            expand: *expand && !args.is_empty(),
        },
        Expr::Unary(unary) => match (unary.op, expr(&unary.of)) {
            (UnaryOp::Neg, Expr::Number(number)) if !number.to_string().starts_with('-') => {
                Expr::Number(format!("-{number}").parse().expect("a number with a sign"))
            }
            (op, of) => Expr::Unary(Box::new(Unary { op, of })),
        },
        Expr::Binary(binary) => {
            let (left, op, right) = (expr(&binary.left), binary.op, expr(&binary.right));
            Expr::Binary(Box::new(Binary { left, op, right }))
        }
        Expr::Conditional(choice) => Expr::Conditional(Box::new(Conditional {
            condition: expr(&choice.condition),
            yes: expr(&choice.yes),
            no: expr(&choice.no),
        })),
        Expr::ForList(each) => Expr::ForList(Box::new(ForList {
            key: each.key.clone(),
            value: each.value.clone(),
            collection: expr(&each.collection),
            item: expr(&each.item),
            condition: each.condition.as_ref().map(expr),
        })),
        Expr::ForObject(each) => Expr::ForObject(Box::new(ForObject {
            key: each.key.clone(),
            value: each.value.clone(),
            collection: expr(&each.collection),
            name: expr(&each.name),
            item: expr(&each.item),
            group: each.group,
            condition: each.condition.as_ref().map(expr),
        })),
        Expr::Paren(inner) => expr(inner),
        Expr::Raw(text) => expr(&parse_expr(text).expect("raw text is an expression")),
    }
}

fn key(from: &Key) -> Key {
    match from {
        Key::Name(name) => Key::Name(name.clone()),
        Key::Expr(name) => Key::Expr(expr(name)),
    }
}

fn steps(from: &[Step]) -> Vec<Step> {
    let step = |step: &Step| match step {
        Step::Attr(name) if is_identifier(name) => step.clone(),
        Step::Attr(name) => Step::Index(Box::new(Expr::string(name))),
        Step::Index(index) => Step::Index(Box::new(expr(index))),
        Step::Splat => Step::Splat,
    };
    from.iter().map(step).collect()
}

/// Literals next to each other are one; a template of nothing else is a string.
fn template(parts: &[Part]) -> Expr {
    let mut merged: Vec<Part> = Vec::new();
    for part in parts {
        match (part, merged.last_mut()) {
            (Part::Literal(text), _) if text.is_empty() => {}
            (Part::Literal(more), Some(Part::Literal(text))) => text.push_str(more),
            (Part::Literal(text), _) => merged.push(Part::Literal(text.clone())),
            (Part::Expr(inner), _) => merged.push(Part::Expr(expr(inner))),
        }
    }
    match merged.as_slice() {
        [] => Expr::string(""),
        [Part::Literal(text)] => Expr::string(text),
        [Part::Expr(inner)] => inner.clone(),
        _ => Expr::Template(merged),
    }
}
