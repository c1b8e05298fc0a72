//! Names and literal texts.

use std::fmt::Write as _;

use super::line::Line;

/// Ideographic space and the joiners of emoji and Indic scripts: not printable to the formatter's mind, but
/// written by people.
const KEPT: [char; 3] = ['\u{3000}', '\u{200c}', '\u{200d}'];

/// Whether a name can stand without quotes.
pub fn is_identifier(name: &str) -> bool {
    hcl_edit::Ident::try_new(name).is_ok()
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
    line.token(&escaped(text, false, &[]));
    line.token("\"");
}

/// Adds text inside of quotes. `open` tells that an interpolation follows.
pub(super) fn literal(text: &str, open: bool, line: &mut Line) {
    if !text.is_empty() {
        line.token(&escaped(text, open, &KEPT));
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
