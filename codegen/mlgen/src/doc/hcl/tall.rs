//! Expressions over several lines, where one line is not enough.
//!
//! Every line that opens brackets opens them for one line that closes them all, so that the formatter, which
//! indents by the balance of brackets on each line, agrees.

use super::expr::{Conditional, Expr, ForList, ForObject, Key};
use super::flat::{
    filter, flat_line, key, list_intro, object_intro, operand, plain, steps, takes_steps,
};
use super::heredoc::heredoc;
use super::line::Line;
use super::place::{Place, closing, push_line};
use super::raw;
use super::rows::{Row, Rows};

/// Lines are no wider, before alignment, where an expression can be broken. Alignment does not count: a
/// longer name next to it must not change how an expression looks.
const WIDTH: usize = 100;

/// An expression as it is laid out.
pub(super) enum Laid {
    /// On one line.
    One(Line),
    /// Goes on where it was put; the lines after the first have their indentation.
    Many(String),
}

/// Lays out the value of an attribute or an entry, which alone may be a heredoc.
pub(super) fn lay_value(expr: &Expr, place: Place) -> Laid {
    match plain(expr) {
        Expr::Heredoc(parts) => match heredoc(parts, place.indent) {
            Some(text) => Laid::Many(text),
            None => Laid::One(flat_line(expr)),
        },
        _ => lay(expr, place),
    }
}

/// Lays out an expression that starts on a line of this indentation.
pub(super) fn lay(expr: &Expr, place: Place) -> Laid {
    if !is_flat(expr) {
        return Laid::Many(broken(expr, place));
    }
    let line = flat_line(expr);
    if place.before + line.columns() + place.after > WIDTH && can_break(expr) {
        Laid::Many(broken(expr, place))
    } else {
        Laid::One(line)
    }
}

/// Whether an expression can stand on one line at all.
fn is_flat(expr: &Expr) -> bool {
    match plain(expr) {
        Expr::List(items) | Expr::Call { args: items, .. } => items.iter().all(is_flat),
        Expr::Object(entries) => match entries.as_slice() {
            [] => true,
            [(_, value)] => is_flat(value) && !is_heredoc(value),
            _ => false,
        },
        Expr::Paren(inner) => is_flat(inner),
        Expr::Access(access) => is_flat(&access.of),
        Expr::Conditional(choice) => is_flat(&choice.yes) && is_flat(&choice.no),
        Expr::ForList(each) => is_flat(&each.item),
        Expr::ForObject(each) => is_flat(&each.item),
        Expr::Raw(text) => !text.contains('\n'),
        _ => true,
    }
}

fn is_heredoc(expr: &Expr) -> bool {
    matches!(expr, Expr::Heredoc(parts) if heredoc(parts, 0).is_some())
}

/// Whether there is something to gain from several lines.
fn can_break(expr: &Expr) -> bool {
    match plain(expr) {
        Expr::List(items) => !items.is_empty(),
        Expr::Object(entries) => !entries.is_empty(),
        Expr::Call { args, .. } => match args.as_slice() {
            [only] => can_break(only),
            _ => !args.is_empty(),
        },
        Expr::ForList(_) | Expr::ForObject(_) => true,
        Expr::Paren(inner) => can_break(inner),
        Expr::Access(access) => can_break(&access.of),
        _ => false,
    }
}

fn broken(expr: &Expr, place: Place) -> String {
    match plain(expr) {
        Expr::List(items) => list(items, place),
        Expr::Object(entries) => object(entries, place),
        Expr::Call { name, args, expand } => call(name, args, *expand, place),
        Expr::Conditional(conditional) => choice(conditional, place),
        Expr::ForList(each) => for_list(each, place),
        Expr::ForObject(each) => for_object(each, place),
        Expr::Paren(inner) => match plain(inner) {
            Expr::Conditional(conditional) => choice_in_parens(conditional, place),
            inner => format!("({})", text_of(lay(inner, place.past(1).then(1)))),
        },
        Expr::Access(access) => {
            let mut after = Line::default();
            steps(&access.steps, &mut after);
            let of = if takes_steps(&access.of) {
                broken(&access.of, place)
            } else {
                broken(&Expr::Paren(Box::new(access.of.clone())), place)
            };
            of + after.text()
        }
        Expr::Raw(text) => raw::indented(text, place.indent),
        _ => flat_line(expr).text().to_owned(),
    }
}

fn list(items: &[Expr], place: Place) -> String {
    let mut out = String::from("[\n");
    lines(items, ",", place, &mut out);
    out + &closing(place, "]")
}

/// Each item on a line of its own.
fn lines(items: &[Expr], last: &str, place: Place, out: &mut String) {
    let inside = place.inside();
    for (at, item) in items.iter().enumerate() {
        let end = if at + 1 == items.len() { last } else { "," };
        push_line(out, inside.indent, &[&text_of(lay(item, inside.then(end.len()))), end]);
    }
}

fn object(entries: &[(Key, Expr)], place: Place) -> String {
    let inside = place.inside();
    let mut rows = Rows::default();
    for (name, value) in entries {
        let mut lead = Line::default();
        key(name, &mut lead);
        // See `Line::assigns`: such a key is not aligned, and what follows it opens nothing.
        let laid = if lead.assigns() {
            Laid::One(flat_line(value))
        } else {
            lay_value(value, inside.past(lead.columns() + 3))
        };
        rows.push(match laid {
            Laid::One(value) => Row::Pair { lead, value, comment: None },
            Laid::Many(value) => Row::Tall(format!("{} = {value}", lead.text())),
        });
    }
    let mut out = String::from("{\n");
    rows.print(inside.indent, &mut out);
    out + &closing(place, "}")
}

fn call(name: &str, args: &[Expr], expand: bool, place: Place) -> String {
    let dots = if expand { "..." } else { "" };
    if let Some((last, others)) = args.split_last() {
        let mut head = Line::of(name);
        head.token("(");
        for arg in others {
            head.line(&flat_line(arg));
            head.token(", ");
        }
        let fits = place.before + head.columns() < WIDTH && !head.assigns();
        if fits && others.iter().all(is_flat) && opens(last) {
            let last = broken(last, place.past(head.columns()));
            return format!("{}{last}{dots})", head.text());
        }
    }
    let mut out = format!("{name}(\n");
    lines(args, if expand { dots } else { "," }, place, &mut out);
    out + &closing(place, ")")
}

/// Whether the broken expression begins with an opening bracket and ends with its match.
fn opens(expr: &Expr) -> bool {
    match plain(expr) {
        Expr::Call { args, .. } => matches!(args.as_slice(), [only] if opens(only)),
        Expr::List(items) => !items.is_empty(),
        Expr::Object(entries) => !entries.is_empty(),
        Expr::ForList(_) | Expr::ForObject(_) => true,
        _ => false,
    }
}

fn for_list(each: &ForList, place: Place) -> String {
    let mut intro = Line::default();
    list_intro(each, &mut intro);
    for_any("[", "]", &intro, &each.item, "", each.condition.as_ref(), place)
}

fn for_object(each: &ForObject, place: Place) -> String {
    let mut intro = Line::default();
    object_intro(each, &mut intro);
    let dots = if each.group { "..." } else { "" };
    for_any("{", "}", &intro, &each.item, dots, each.condition.as_ref(), place)
}

fn for_any(
    open: &str,
    close: &str,
    intro: &Line,
    item: &Expr,
    dots: &str,
    condition: Option<&Expr>,
    place: Place,
) -> String {
    let inside = place.inside();
    let mut out = format!("{open}\n");
    let laid = if intro.assigns() {
        Laid::One(flat_line(item))
    } else {
        lay(item, inside.past(intro.columns()).then(dots.len()))
    };
    let item = match laid {
        // The formatter takes a minus after an arrow for a subtraction.
        Laid::One(line) if close == "}" && line.text().starts_with('-') => {
            format!("({})", line.text())
        }
        laid => text_of(laid),
    };
    push_line(&mut out, inside.indent, &[intro.text(), &item, dots]);
    if let Some(condition) = condition {
        let mut line = Line::default();
        filter(condition, &mut line);
        push_line(&mut out, inside.indent, &[line.text()]);
    }
    out + &closing(place, close)
}

/// A choice of which a branch takes several lines. Only the last may do so without parentheses.
fn choice(conditional: &Conditional, place: Place) -> String {
    let Conditional { condition, yes, no } = conditional;
    let head = conditional_head(condition, yes);
    if is_flat(yes) && opens(no) && !head.assigns() && place.before + head.columns() < WIDTH {
        return format!("{}{}", head.text(), broken(no, place.past(head.columns())));
    }
    choice_in_parens(conditional, place)
}

fn choice_in_parens(conditional: &Conditional, place: Place) -> String {
    let Conditional { condition, yes, no } = conditional;
    let inside = place.inside();
    let mut out = String::from("(\n");
    push_line(&mut out, inside.indent, &[operand(condition).text()]);
    for (sign, branch) in [("? ", yes), (": ", no)] {
        let laid = match plain(branch) {
            Expr::Conditional(_) | Expr::Raw(_) => {
                lay(&Expr::Paren(Box::new(branch.clone())), inside.past(2))
            }
            _ => lay(branch, inside.past(2)),
        };
        push_line(&mut out, inside.indent, &[sign, &text_of(laid)]);
    }
    out + &closing(place, ")")
}

/// `condition ? yes : `
fn conditional_head(condition: &Expr, yes: &Expr) -> Line {
    let mut head = operand(condition);
    head.token(" ? ");
    head.line(&operand(yes));
    head.token(" : ");
    head
}

pub(super) fn text_of(laid: Laid) -> String {
    match laid {
        Laid::One(line) => line.text().to_owned(),
        Laid::Many(text) => text,
    }
}
