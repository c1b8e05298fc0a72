//! Scalars: what can stand bare, and quotes for the rest.

use std::fmt::Write as _;

/// Words that some reader takes for a boolean, for nothing or for a number.
const WORDS: [&str; 14] = [
    "true", "false", "null", "yes", "no", "on", "off", "y", "n", "~", ".inf", ".nan", "nan", "inf",
];

/// Where a scalar stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// On a line of its own or behind a key.
    Block,
    /// Between brackets, where commas part.
    Flow,
    /// Before a colon.
    Key,
}

/// The scalar for a text.
pub(super) fn text(text: &str, place: Place) -> String {
    if is_bare(text, place) { text.to_owned() } else { quoted(text) }
}

/// Whether every reader takes the bare text for this text.
fn is_bare(text: &str, place: Place) -> bool {
    let ends = match place {
        Place::Block => false,
        Place::Flow => text.contains([',', '[', ']', '{', '}', ':']),
        // Readers look ahead for a colon only so far.
        Place::Key => text.len() > 128,
    };
    begins_text(text)
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
        && !ends
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && text.chars().all(is_plain)
}

/// Whether a text begins like no number, date or sign of the language in any version.
fn begins_text(text: &str) -> bool {
    let mut rest = text.chars();
    match rest.next() {
        Some('.') => rest.next().is_some_and(|c| c == '/' || c.is_ascii_alphabetic()),
        // `5s` and the like: no number goes on with these letters.
        Some('0'..='9') => {
            let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
            unit.starts_with(['s', 'm', 'h', 'd', 'k', 'g', 'M', 'G', 'K'])
                && unit.chars().all(|c| c.is_ascii_alphanumeric())
        }
        Some(first) => first.is_alphabetic() || matches!(first, '/' | '_' | '$' | '('),
        None => false,
    }
}

/// Printable in every version, and no end of line to any.
pub(super) fn is_plain(c: char) -> bool {
    match c {
        '\u{85}' | '\u{a0}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        // They are not seen, and turn around how the text beside them is shown.
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' => false,
        c => !c.is_control(),
    }
}

/// The text in double quotes, on one line.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_plain(c) => out.push(c),
            c => {
                let code = u32::from(c);
                let written = if code > 0xffff {
                    write!(out, "\\U{code:08x}")
                } else {
                    write!(out, "\\u{code:04x}")
                };
                written.expect("a string takes everything");
            }
        }
    }
    out.push('"');
    out
}

/// The lines of a text as a literal block, without indentation, and its header; none if a block cannot hold
/// it.
pub(super) fn block(text: &str) -> Option<(&'static str, Vec<&str>)> {
    let (header, body) = match text.strip_suffix('\n') {
        Some(body) => ("|", body),
        None => ("|-", text),
    };
    let lines: Vec<&str> = body.split('\n').collect();
    // Indentation is found by the first line; blanks at ends of lines are easily lost by people.
    let fits = text.contains('\n')
        && !body.is_empty()
        && !body.starts_with([' ', '\n'])
        && !body.ends_with('\n')
        && lines.iter().all(|line| !line.ends_with(' ') && line.chars().all(is_plain));
    fits.then_some((header, lines))
}
