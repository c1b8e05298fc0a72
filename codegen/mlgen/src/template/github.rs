//! `${{ ... }}` belongs to GitHub: the engine must not see it, and its author need not escape it.
//!
//! What is hidden has as many characters as what it hides, so that lines and columns stay right.

use std::ops::Range;

const OPEN: char = '\u{fdd0}';
const CLOSE: char = '\u{fdd1}';

/// An expression that cannot be told from one of the engine.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unclear {
    pub(super) range: Range<usize>,
    pub(super) message: &'static str,
    pub(super) help: &'static str,
}

/// Hides the braces of each `${{ ... }}`.
pub(super) fn hide(text: &str) -> (String, Vec<Unclear>) {
    let (mut hidden, mut unclear) = (String::with_capacity(text.len()), Vec::new());
    let mut at = 0;
    while let Some(found) = text[at..].find("${{") {
        let start = at + found;
        hidden.push_str(&text[at..start]);
        let inside = start + "${{".len();
        let mut report = |end, message, help| {
            unclear.push(Unclear { range: start..end, message, help });
        };
        let Some(length) = end(&text[inside..]) else {
            report(inside, "this expression of GitHub has no end", "close it with `}}`");
            hidden.push_str(&text[start..]);
            return (hidden, unclear);
        };
        let body = &text[inside..inside + length];
        at = inside + length + "}}".len();
        if body.starts_with('{') {
            let help = "for `${NAME}` of a shell write {{concat \"${\" name \"}\"}}";
            report(at, "`${{{` is neither GitHub's nor the template's", help);
        } else if body.contains("{{") {
            let help = "what stands in `${{ }}` is left alone: build it with {{concat \"${{ vars.\" name \" }}\"}}";
            report(at, "an expression of GitHub cannot hold one of the template", help);
        }
        hidden.push('$');
        hidden.extend([OPEN, OPEN]);
        hidden.push_str(body);
        hidden.extend([CLOSE, CLOSE]);
    }
    hidden.push_str(&text[at..]);
    (hidden, unclear)
}

/// Where `}}` stands, outside GitHub's texts, which stand in single quotes.
fn end(text: &str) -> Option<usize> {
    let mut quoted = false;
    let bytes = text.as_bytes();
    (0..bytes.len()).find(|&at| {
        quoted ^= bytes[at] == b'\'';
        !quoted && bytes[at..].starts_with(b"}}")
    })
}

/// What was hidden, as it was.
pub(super) fn show(text: &str) -> String {
    text.replace(OPEN, "{").replace(CLOSE, "}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_comes_back() {
        for text in [
            "",
            "no braces",
            "{{ours}} and ${{ theirs }} and {{ours}}",
            "${{ format('{0} }} {1}', a, b) }}${{b}}",
            "ä ${{ x }}\n  ${{ y }}",
        ] {
            let (hidden, unclear) = hide(text);
            assert_eq!(show(&hidden), text);
            assert_eq!(hidden.chars().count(), text.chars().count());
            assert!(unclear.is_empty() && !hidden.contains("${{"), "{hidden}");
        }
    }

    #[track_caller]
    fn check_unclear(text: &str, range: Range<usize>, message: &str) {
        let (_, unclear) = hide(text);
        let found: Vec<_> = unclear.into_iter().map(|one| (one.range, one.message)).collect();
        assert_eq!(found, [(range, message)]);
    }

    #[test]
    fn what_is_unclear_is_reported() {
        check_unclear("a ${{ b", 2..5, "this expression of GitHub has no end");
        check_unclear("${{{name}}}", 0..10, "`${{{` is neither GitHub's nor the template's");
        check_unclear(
            "${{ vars.{{name}} }}",
            0..17,
            "an expression of GitHub cannot hold one of the template",
        );
    }
}
