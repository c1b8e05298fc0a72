//! Names and literal texts.

use std::fmt::Write as _;

use super::line::Line;

/// Ideographic space and the joiners of emoji and Indic scripts: not printable to the formatter's mind, but
/// written by people.
const KEPT: [char; 3] = ['\u{3000}', '\u{200c}', '\u{200d}'];

/// Whether a name can stand without quotes: ASCII letters, digits, `_` and `-`, no digit or `-` first.
///
/// The language knows more letters, but each of its readers has those of another version of Unicode.
pub fn is_identifier(name: &str) -> bool {
    let first = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    first && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

/// Adds a text in quotes.
pub(super) fn quoted(text: &str, line: &mut Line) {
    line.token("\"");
    literal(text, false, line);
    line.token("\"");
}

/// Adds the label of a block. The formatter writes labels anew, with escapes of its own.
pub(super) fn label(text: &str, line: &mut Line) {
    line.token("\"");
    tokens(&escaped(text, false, &[]), line);
    line.token("\"");
}

/// Adds text inside of quotes. `open` tells that an interpolation follows.
pub(super) fn literal(text: &str, open: bool, line: &mut Line) {
    tokens(&escaped(text, open, &KEPT), line);
}

/// Adds text that needs no more escapes. Signs of templates are tokens of their own.
pub(super) fn tokens(mut text: &str, line: &mut Line) {
    while !text.is_empty() {
        let escapes = ["$${~", "%%{~", "$${", "%%{", "$", "%"];
        let end = match escapes.into_iter().find(|escape| text.starts_with(escape)) {
            Some(escape) => escape.len(),
            None => text.find(['$', '%']).unwrap_or(text.len()),
        };
        line.token(&text[..end]);
        text = &text[end..];
    }
}

fn escaped(text: &str, open: bool, kept: &[char]) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let rest = &text[at + c.len_utf8()..];
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '$' | '%' if opens(c, rest, open) => {
                // Doubling escapes only what stands right before the brace, and reads differently after
                // another sign of its kind.
                if rest.starts_with('{') {
                    out.extend([c, c]);
                } else {
                    unicode(c, &mut out);
                }
            }
            _ if kept.contains(&c) || is_printable(c) => out.push(c),
            _ => unicode(c, &mut out),
        }
    }
    out
}

/// Whether a run of `sign` that goes on with `rest` ends in the start of an interpolation.
fn opens(sign: char, rest: &str, open: bool) -> bool {
    let after = rest.trim_start_matches(sign);
    after.starts_with('{') || (open && after.is_empty())
}

fn unicode(c: char, out: &mut String) {
    let code = u32::from(c);
    let written =
        if code > 0xffff { write!(out, "\\U{code:08x}") } else { write!(out, "\\u{code:04x}") };
    written.expect("a string takes everything");
}

/// Whether a character can be seen: a letter, mark, number, sign or the space.
fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_control();
    }
    // After a letter only what is not printable is escaped; at the start marks are, too.
    let text = String::from_iter(['a', c]);
    text.escape_debug().nth(1) != Some('\\')
}

/// The text of a part of a heredoc, or none if a heredoc cannot hold it.
pub(super) fn heredoc(text: &str, open: bool) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let rest = &text[at + c.len_utf8()..];
        match c {
            '\n' | '\t' => out.push(c),
            '$' | '%' if opens(c, rest, open) => {
                let alone = !text[..at].ends_with(c);
                if !(alone && rest.starts_with('{')) {
                    return None;
                }
                out.extend([c, c]);
            }
            _ if KEPT.contains(&c) || is_printable(c) => out.push(c),
            _ => return None,
        }
    }
    Some(out)
}
