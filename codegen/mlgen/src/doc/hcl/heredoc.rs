//! Templates over several lines.

use super::expr::Part;
use super::flat::interpolation;
use super::line::Line;
use super::place::STEP;
use super::text;

/// The heredoc, from `<<` to its closing marker, or none if a heredoc cannot hold the template: the last line
/// has no end, or a character can only be written as an escape.
///
/// It is moved in with the text around it where that does not change what it says.
pub(super) fn heredoc(parts: &[Part], indent: usize) -> Option<String> {
    let body = body(parts)?;
    let lines = || body.split_terminator('\n');
    // Some readers take a line for the end that only begins like it.
    let taken = |marker: &str| lines().any(|line| line.trim_start().starts_with(marker));
    let marker = ["EOT", "EOF", "END"].into_iter().find(|marker| !taken(marker))?;

    // A reader takes away the spaces that all lines have in common, blank lines aside. Spaces at the start of
    // blank lines would be taken too.
    let keeps = lines().any(|line| !line.starts_with(char::is_whitespace) && !line.is_empty())
        && lines().all(|line| line.is_empty() || !line.trim().is_empty());
    let (sign, inner, outer) = if keeps {
        ("-", " ".repeat(indent + STEP), " ".repeat(indent))
    } else {
        ("", String::new(), String::new())
    };

    let mut out = format!("<<{sign}{marker}\n");
    for line in lines() {
        if !line.is_empty() {
            out.push_str(&inner);
        }
        out.push_str(line);
        out.push('\n');
    }
    out.push_str(&outer);
    out.push_str(marker);
    Some(out)
}

fn body(parts: &[Part]) -> Option<String> {
    let mut out = String::new();
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Literal(more) => text.push_str(more),
            Part::Expr(expr) => {
                out.push_str(&text::heredoc(&std::mem::take(&mut text), true)?);
                let mut line = Line::default();
                interpolation(expr, &mut line);
                out.push_str(line.text());
            }
        }
    }
    out.push_str(&text::heredoc(&text, false)?);
    out.ends_with('\n').then_some(out)
}
