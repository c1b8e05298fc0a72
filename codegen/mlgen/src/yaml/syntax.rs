//! Broken syntax in words: what the YAML parser says, and what to do about it.
//!
//! The parser names its own states; people make a handful of mistakes. Those are recognised by the text around the
//! place first, then by what the parser said. What is not recognised is passed on in the parser's words.

use crate::diag::Diagnostic;
use crate::source::FileId;

/// Parts of what the parser says, what is wrong in plain words, and what to do.
const KNOWN: &[(&str, &str, &str)] = &[
    (
        "mapping values are not allowed",
        "a second `:` makes no sense here",
        "put a text that has `: ` in it into quotes; else check how far the lines are indented",
    ),
    (
        "illegal placement of ':'",
        "a `:` makes no sense here",
        "is a `]`, a `}` or a quote missing before it?",
    ),
    (
        "unprintable",
        "this character cannot stand in YAML",
        "take it away, or write it as an escape inside \"...\"",
    ),
    ("tab", "a tab cannot indent", "indent with spaces"),
    ("unknown anchor", "no anchor has this name", "put a text that begins with `*` into quotes"),
    ("unexpected character", "a text cannot begin with this character", "put the text into quotes"),
    (
        "flow mapping, did not find expected ',' or '}'",
        "a `,` or a `}` is missing before this",
        "close the map, or put a text with `{`, `}`, `[`, `]` or `,` in it into quotes",
    ),
    (
        "flow sequence, expected ',' or ']'",
        "a `,` or a `]` is missing before this",
        "close the list, or put a text with `{`, `}`, `[`, `]` or `,` in it into quotes",
    ),
    ("misplaced bracket", "this closes nothing", "put the text into quotes, or take this away"),
    ("unexpected end of stream", "this quote is never closed", "write the same quote at the end"),
    (
        "indentation in quoted scalar",
        "a line of this text begins too far left, or the quote is never closed",
        "indent all lines of the text further than its key",
    ),
    (
        "trailing content after double-quoted",
        "nothing may follow the closing quote",
        "put all of the text into one pair of quotes; `''` is a quote inside '...', `\\\"` inside \"...\"",
    ),
    (
        "unknown escape character",
        "a `\\` in this text begins no known escape",
        "write `\\\\` for a backslash, or use '...', where it means itself",
    ),
    (
        "Unicode character escape",
        "a `\\u` in this text is not a character",
        "write the character itself, or `\\U` and eight digits",
    ),
    (
        "block sequence entries are not allowed",
        "a list cannot begin here",
        "begin it on a line of its own, or write `[...]`",
    ),
    (
        "block mapping, did not find expected key",
        "this line belongs to no map",
        "indent it as far as the keys that it belongs to",
    ),
    (
        "expected '-' indicator",
        "this line is no item of the list above it",
        "begin it with `- `, or indent it as far as the key that it belongs to",
    ),
    (
        "expected <document start>",
        "this line belongs to nothing above it",
        "indent all keys of a map equally far",
    ),
    ("simple key expect", "a `:` is missing after this key", "write `key: value`"),
    (
        "did not find expected node content",
        "a value is missing here",
        "write one, or take the comma away",
    ),
    (
        "invalid indentation",
        "this line begins too far left",
        "indent it further than the key above",
    ),
];

/// What is wrong at a byte of the text.
pub(super) fn diagnostic(text: &str, file: FileId, at: usize, said: &str) -> Diagnostic {
    if let Some(reference) = reference_in_flow(text, at) {
        return Diagnostic::error(
            file.span(reference),
            "`${` cannot stand inside `{ }` or `[ ]` without quotes",
        )
        .label("YAML reads `{` as the start of a map")
        .help("put the value into quotes, or give each key a line of its own");
    }
    let at = if said.contains("tab") { tab(text, at) } else { at };
    let width = text[at..].chars().next().filter(|next| *next != '\n').map_or(0, char::len_utf8);
    let span = file.span(at..at + width);
    match KNOWN.iter().find(|(part, ..)| said.contains(part)) {
        Some((_, message, help)) => Diagnostic::error(span, *message).help(*help),
        None => Diagnostic::error(span, format!("this is not YAML: {said}")),
    }
}

/// The tab that is meant: the parser stops behind it, or at what stands on the line before.
fn tab(text: &str, at: usize) -> usize {
    if text[..at].ends_with('\t') {
        return at - 1;
    }
    let below = text[at..].find('\n').map(|end| at + end + 1);
    let blank = below
        .map(|below| below + text[below..].len() - text[below..].trim_start_matches(' ').len());
    blank.filter(|tab| text[*tab..].starts_with('\t')).unwrap_or(at)
}

/// The `${...}` whose brace is where the parser stopped.
fn reference_in_flow(text: &str, at: usize) -> Option<std::ops::Range<usize>> {
    let before = text[..at].ends_with('$');
    if !before || !text[at..].starts_with('{') {
        return None;
    }
    let line = text[at..].lines().next().unwrap_or_default();
    let end = line.find('}').map_or(line.len(), |brace| brace + 1);
    Some(at - 1..at + end)
}
