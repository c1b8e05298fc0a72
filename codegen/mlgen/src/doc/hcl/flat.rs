//! Expressions on one line.

use super::expr::{Expr, ForList, ForObject, Key, Part, Step};
use super::line::Line;
use super::operator::{Tie, operator, sign, tie, tie_of};
use super::text::{is_identifier, literal, quoted, tokens};

/// Adds the whole expression to a line, whatever its width.
pub(super) fn flat(expr: &Expr, line: &mut Line) {
    match expr {
        Expr::Null => line.token("null"),
        Expr::Bool(value) => line.token(if *value { "true" } else { "false" }),
        Expr::Number(number) => line.token(&number.to_string()),
        Expr::String(text) => quoted(text, line),
        Expr::Template(parts) | Expr::Heredoc(parts) => template(parts, line),
        Expr::Traversal(traversal) => {
            line.token(&traversal.root);
            steps(&traversal.steps, line);
        }
        Expr::Access(access) => {
            base(&access.of, line);
            steps(&access.steps, line);
        }
        Expr::List(items) => {
            line.token("[");
            separated(items, line);
            line.token("]");
        }
        Expr::Object(entries) => object(entries, line),
        Expr::Call { name, args, expand } => {
            line.token(name);
            line.token("(");
            separated(args, line);
            line.token(if *expand && !args.is_empty() { "...)" } else { ")" });
        }
        Expr::Unary(unary) => {
            line.token(sign(unary.op));
            at_least(Tie::Term, &unary.of, line);
        }
        Expr::Binary(binary) => {
            let own = tie_of(binary.op);
            at_least(own, &binary.left, line);
            line.token(" ");
            line.token(operator(binary.op));
            line.token(" ");
            // Operators of the same strength group to the left.
            if tie(&binary.right) == own {
                parenthesized(&binary.right, line);
            } else {
                at_least(own, &binary.right, line);
            }
        }
        Expr::Conditional(conditional) => {
            at_least(Tie::Or, &conditional.condition, line);
            line.token(" ? ");
            at_least(Tie::Or, &conditional.yes, line);
            line.token(" : ");
            flat(&conditional.no, line);
        }
        Expr::ForList(each) => {
            line.token("[");
            list_intro(each, line);
            flat(&each.item, line);
            for_end(each.condition.as_ref(), line);
            line.token("]");
        }
        Expr::ForObject(each) => {
            line.token("{ ");
            object_intro(each, line);
            guarded(&each.item, line);
            line.token(if each.group { "..." } else { "" });
            for_end(each.condition.as_ref(), line);
            line.token(" }");
        }
        Expr::Paren(inner) => parenthesized(inner, line),
        Expr::Raw(text) => raw(text, line),
    }
}

/// A line of its own for an expression.
pub(super) fn flat_line(expr: &Expr) -> Line {
    let mut line = Line::default();
    flat(expr, &mut line);
    line
}

/// `for k, v in collection : `
pub(super) fn list_intro(each: &ForList, line: &mut Line) {
    for_start(each.key.as_deref(), &each.value, &each.collection, line);
}

/// `for k, v in collection : name => `
pub(super) fn object_intro(each: &ForObject, line: &mut Line) {
    for_start(each.key.as_deref(), &each.value, &each.collection, line);
    at_least(Tie::Or, &each.name, line);
    line.token(" => ");
}

/// `if condition`
pub(super) fn filter(condition: &Expr, line: &mut Line) {
    line.token("if");
    after_word(condition, line);
}

/// The left side of an entry.
pub(super) fn key(key: &Key, line: &mut Line) {
    match key {
        // A first entry named `for` would begin a comprehension.
        Key::Name(name) if is_identifier(name) && name != "for" => line.token(name),
        Key::Name(name) => quoted(name, line),
        Key::Expr(expr) => parenthesized(expr, line),
    }
}

/// Steps after a value.
pub(super) fn steps(steps: &[Step], line: &mut Line) {
    for step in steps {
        match step {
            Step::Attr(name) if is_identifier(name) => {
                line.token(".");
                line.token(name);
            }
            Step::Attr(name) => {
                line.token("[");
                quoted(name, line);
                line.token("]");
            }
            Step::Index(index) => {
                line.token("[");
                match plain(index) {
                    // Bare, these are lost by the formatter.
                    Expr::Null | Expr::Bool(_) => parenthesized(index, line),
                    _ => flat(index, line),
                }
                line.token("]");
            }
            Step::Splat => line.token("[*]"),
        }
    }
}

/// `${expr}`
pub(super) fn interpolation(expr: &Expr, line: &mut Line) {
    let mut inner = Line::default();
    guarded(expr, &mut inner);
    // The formatter keeps braces apart from the interpolation's own.
    line.token(if inner.text().starts_with('{') { "${ " } else { "${" });
    line.line(&inner);
    line.token(if inner.text().ends_with('}') { " }" } else { "}" });
}

/// A line of its own for an operand of a choice, which is no choice itself.
pub(super) fn operand(expr: &Expr) -> Line {
    let mut line = Line::default();
    at_least(Tie::Or, expr, &mut line);
    line
}

/// Whether steps can follow an expression as it is.
pub(super) fn takes_steps(expr: &Expr) -> bool {
    matches!(
        plain(expr),
        Expr::Traversal(_)
            | Expr::Access(_)
            | Expr::List(_)
            | Expr::Object(_)
            | Expr::Call { .. }
            | Expr::ForList(_)
            | Expr::ForObject(_)
            | Expr::Paren(_)
    )
}

/// The expression that a template consists of, if it is nothing else.
fn alone(parts: &[Part]) -> Option<&Expr> {
    let mut parts =
        parts.iter().filter(|part| !matches!(part, Part::Literal(text) if text.is_empty()));
    match (parts.next(), parts.next()) {
        (Some(Part::Expr(expr)), None) => Some(expr),
        _ => None,
    }
}

/// The expression that is printed for this one.
pub(super) fn plain(expr: &Expr) -> &Expr {
    match expr {
        Expr::Template(parts) | Expr::Heredoc(parts) => alone(parts).map_or(expr, plain),
        _ => expr,
    }
}

fn base(expr: &Expr, line: &mut Line) {
    if takes_steps(expr) { flat(expr, line) } else { parenthesized(expr, line) }
}

fn template(parts: &[Part], line: &mut Line) {
    if let Some(expr) = alone(parts) {
        return flat(expr, line);
    }
    line.token("\"");
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Literal(more) => text.push_str(more),
            Part::Expr(expr) => {
                literal(&std::mem::take(&mut text), true, line);
                interpolation(expr, line);
            }
        }
    }
    literal(&text, false, line);
    line.token("\"");
}

fn object(entries: &[(Key, Expr)], line: &mut Line) {
    if entries.is_empty() {
        return line.token("{}");
    }
    line.token("{ ");
    for (at, (name, value)) in entries.iter().enumerate() {
        line.token(if at > 0 { ", " } else { "" });
        key(name, line);
        line.assign();
        flat(value, line);
    }
    line.token(" }");
}

fn separated(items: &[Expr], line: &mut Line) {
    for (at, item) in items.iter().enumerate() {
        line.token(if at > 0 { ", " } else { "" });
        flat(item, line);
    }
}

fn for_start(key: Option<&str>, value: &str, collection: &Expr, line: &mut Line) {
    line.token("for ");
    if let Some(key) = key {
        line.token(key);
        line.token(", ");
    }
    line.token(value);
    line.token(" in");
    after_word(collection, line);
    line.token(" : ");
}

fn for_end(condition: Option<&Expr>, line: &mut Line) {
    if let Some(condition) = condition {
        line.token(" ");
        filter(condition, line);
    }
}

/// An operand after `in` or `if`, which the formatter takes for the names of a function or a collection.
fn after_word(expr: &Expr, line: &mut Line) {
    let mut operand = Line::default();
    if matches!(tie(expr), Tie::Conditional) {
        parenthesized(expr, &mut operand);
    } else {
        guarded(expr, &mut operand);
    }
    let calls = operand.text().starts_with('(');
    let indexes = operand.text().starts_with('[') && line.text().ends_with("if");
    line.token(if calls || indexes { "" } else { " " });
    line.line(&operand);
}

/// An expression where the formatter takes a leading minus for a subtraction.
fn guarded(expr: &Expr, line: &mut Line) {
    let inner = flat_line(expr);
    if inner.text().starts_with('-') {
        parenthesized(expr, line);
    } else {
        line.line(&inner);
    }
}

fn at_least(needed: Tie, expr: &Expr, line: &mut Line) {
    if tie(expr) < needed { parenthesized(expr, line) } else { flat(expr, line) }
}

fn parenthesized(expr: &Expr, line: &mut Line) {
    line.token("(");
    flat(expr, line);
    line.token(")");
}

/// Of the tokens of others' text those are known that stand beside what can hold more than ASCII: quotes and the
/// signs of templates, but for the end of an interpolation.
fn raw(text: &str, line: &mut Line) {
    for token in text.split_inclusive('"') {
        let (inner, quote) = token.strip_suffix('"').map_or((token, ""), |inner| (inner, "\""));
        tokens(inner, line);
        line.token(quote);
    }
    if text.contains(" = ") {
        line.mark();
    }
}
