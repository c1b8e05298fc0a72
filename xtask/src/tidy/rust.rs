//! Just enough reading of Rust: code without comments and strings, test code apart, and the paths it names.
//!
//! Not a parser: a macro can hide a path from it. It exists because a rule that reads lines would miss
//! `use crate::{path, wire}` and trip over words in comments.

/// The code of a file, line by line where it was.
#[derive(Debug)]
pub(super) struct Code {
    /// The text with comments and literals turned into blanks.
    text: String,
    /// For each line whether it is test code.
    tests: Vec<bool>,
}

/// A path such as `crate::wire::codec` that code names.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) line: usize,
    pub(super) segments: Vec<String>,
}

impl Code {
    pub(super) fn read(path: &str, text: &str) -> Self {
        let text = blank(text);
        let whole = path.contains("/tests/") || path.ends_with("/tests.rs");
        let mut tests = vec![whole; text.lines().count() + 1];
        for (start, _) in text.match_indices("#[cfg(test)]") {
            let end = end_of_item(&text, start);
            let lines = line_at(&text, start)..=line_at(&text, end);
            lines.for_each(|line| tests[line - 1] = true);
        }
        Self { text, tests }
    }

    /// The lines, counted from 1, with whether each is test code.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str, bool)> {
        self.text.lines().enumerate().map(|(n, line)| (n + 1, line, self.tests[n]))
    }

    /// Every path of at least two segments that code names outside of tests, and every `use`, with groups spelled out.
    pub(super) fn paths(&self) -> Vec<Named> {
        let tokens = tokens(&self.text);
        let mut found = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            let Token { text, .. } = tokens[at];
            if text == "use" {
                at = use_tree(&tokens, at + 1, &[], &mut found);
            } else if is_word(text) {
                let line = tokens[at].line;
                let mut segments = vec![text.to_owned()];
                while tokens.get(at + 1).is_some_and(|token| token.text == "::")
                    && tokens.get(at + 2).is_some_and(|token| is_word(token.text))
                {
                    segments.push(tokens[at + 2].text.to_owned());
                    at += 2;
                }
                if segments.len() > 1 {
                    found.push(Named { line, segments });
                }
                at += 1;
            } else {
                at += 1;
            }
        }
        found.retain(|path| !self.tests[path.line - 1]);
        found
    }
}

#[derive(Clone, Copy)]
struct Token<'a> {
    line: usize,
    text: &'a str,
}

/// Reads the tree behind `use` from `at` on, and gives the place behind it.
fn use_tree(
    tokens: &[Token<'_>],
    mut at: usize,
    prefix: &[String],
    found: &mut Vec<Named>,
) -> usize {
    let mut segments = prefix.to_vec();
    let line = tokens.get(at).map_or(1, |token| token.line);
    while let Some(token) = tokens.get(at) {
        match token.text {
            "{" => {
                at += 1;
                while tokens.get(at).is_some_and(|token| token.text != "}") {
                    at = use_tree(tokens, at, &segments, found);
                    if tokens.get(at).is_some_and(|token| token.text == ",") {
                        at += 1;
                    }
                }
                return at + 1;
            }
            "::" => at += 1,
            "as" => at += 2,
            word if is_word(word) || word == "*" => {
                segments.push(word.to_owned());
                at += 1;
            }
            _ => break,
        }
    }
    found.push(Named { line, segments });
    // Something other than a `use` declaration, such as `impl use<>`, must not be read for ever.
    at.max(1)
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    for (n, content) in text.lines().enumerate() {
        let line = n + 1;
        let mut rest = content;
        while let Some(c) = rest.chars().next() {
            let length = if is_word_char(c) {
                rest.find(|c| !is_word_char(c)).unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                c.len_utf8()
            };
            let (text, next) = rest.split_at(length);
            if !c.is_whitespace() {
                found.push(Token { line, text });
            }
            rest = next;
        }
    }
    found
}

fn is_word(text: &str) -> bool {
    text.chars().next().is_some_and(|c| is_word_char(c) && !c.is_ascii_digit())
}

pub(super) fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn line_at(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// The end of the item that starts at `start`: its closing brace or its semicolon.
fn end_of_item(text: &str, start: usize) -> usize {
    let mut depth = 0;
    for (at, c) in text[start..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth <= 1 => return start + at,
            '}' => depth -= 1,
            ';' if depth == 0 => return start + at,
            _ => {}
        }
    }
    text.len()
}

/// `text` with comments, strings and characters turned into blanks; lines stay lines.
fn blank(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut previous = ' ';
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => block_comment(rest),
            '"' => string(rest),
            'r' | 'b' | 'c' if !is_word_char(previous) => prefixed_string(rest),
            '\'' => character(rest),
            _ => 0,
        };
        if length == 0 {
            out.push(c);
            previous = c;
            rest = &rest[c.len_utf8()..];
        } else {
            let (literal, next) = rest.split_at(length);
            out.extend(literal.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            previous = ' ';
            rest = next;
        }
    }
    out
}

fn block_comment(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of `r"…"`, `r#"…"#`, `b"…"`, `br"…"` or `c"…"`; 0 if it is none of them.
fn prefixed_string(text: &str) -> usize {
    let prefix = text.find(|c| !matches!(c, 'r' | 'b' | 'c')).unwrap_or(text.len());
    let raw = text[..prefix].contains('r');
    let after = &text[prefix..];
    let hashes = after.chars().take_while(|c| *c == '#').count();
    if prefix > 2 || !after[hashes..].starts_with('"') || (hashes > 0 && !raw) {
        return 0;
    }
    if !raw {
        return prefix + string(after);
    }
    let end = format!("\"{}", "#".repeat(hashes));
    let body = prefix + hashes + 1;
    text[body..].find(&end).map_or(text.len(), |at| body + at + end.len())
}

/// The length of `'x'` or `'\n'`; 0 for a lifetime.
fn character(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some(_)) => text[3..].find('\'').map_or(0, |at| 3 + at + 1),
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_paths(text: &str, expected: &[&str]) {
        let paths = Code::read("src/a.rs", text).paths();
        let paths: Vec<String> = paths
            .iter()
            .map(|path| format!("{} {}", path.line, path.segments.join("::")))
            .collect();
        assert_eq!(paths, expected);
    }

    #[test]
    fn groups_are_spelled_out() {
        check_paths(
            "use crate::{path, wire::{self, codec as c}};\nuse a;",
            &["1 crate::path", "1 crate::wire::self", "1 crate::wire::codec", "2 a"],
        );
        check_paths("use std::{\n    env,\n    io,\n};", &["2 std::env", "3 std::io"]);
    }

    #[test]
    fn paths_in_code_are_seen_and_words_alone_are_not() {
        check_paths("let tonic = prost::Message::decode(x);", &["1 prost::Message::decode"]);
        check_paths("fn f<'a>() -> impl use<'a> Sized {}\nlet c = ':'; a::b", &["1 ", "2 a::b"]);
    }

    #[test]
    fn comments_and_literals_hold_no_paths() {
        check_paths("// a::b\n/* a::b /* a::b */ a::b */\n\"a::b \\\" a::b\";", &[]);
        check_paths("r#\"a::b\" a::b\"#; b\"a::b\"; br\"a::b\"; '\"'; c::d", &["1 c::d"]);
    }

    #[test]
    fn test_code_is_apart() {
        check_paths("#[cfg(test)]\nmod tests {\n    use a::b;\n}\nuse c::d;", &["5 c::d"]);
        check_paths("#[cfg(test)]\nuse a::b;\nuse c::d;", &["3 c::d"]);
        assert_eq!(Code::read("x/tests/main.rs", "use a::b;").paths(), []);
    }
}
