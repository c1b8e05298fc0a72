//! Sentences without secrets: what a message quotes from the source may be one.

use crate::diag::Diagnostic;
use crate::source::{Sources, Span};

const MASK: &str = "***";

/// Takes out of what is told whatever the sources conceal at the places it speaks of.
pub(crate) fn scrub(mut told: Diagnostic, sources: &Sources) -> Diagnostic {
    let places: Vec<Span> =
        told.span.into_iter().chain(told.notes.iter().filter_map(|note| note.span)).collect();
    // What is quoted may be less than what is concealed.
    let quoted =
        places.iter().filter(|span| sources.conceals(**span)).map(|span| sources.slice(*span));
    let all = places.iter().flat_map(|span| sources.concealed(span.file));
    let mut secrets: Vec<&str> = all.chain(quoted).map(str::trim).collect();
    secrets.retain(|secret| !secret.is_empty());
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    if secrets.is_empty() {
        return told;
    }
    let clean = |text: &mut String| {
        for secret in &secrets {
            *text = without(text, secret);
        }
    };
    clean(&mut told.message);
    clean(&mut told.label);
    told.notes.iter_mut().for_each(|note| clean(&mut note.text));
    told.help.iter_mut().for_each(clean);
    told
}

/// The text with a mask for each place at which the secret stands in quotes of some kind, or in a longer quotation.
fn without(text: &str, secret: &str) -> String {
    let is_word = |one: char| one.is_alphanumeric() || one == '_';
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(secret) {
        let (before, after) = (&rest[..at], &rest[at + secret.len()..]);
        let begins = !secret.starts_with(is_word) || !before.ends_with(is_word);
        let ends = !secret.ends_with(is_word) || !after.starts_with(is_word);
        let quoted = (clean.matches('`').count() + before.matches('`').count()) % 2 == 1
            || before.ends_with('"');
        clean.push_str(before);
        clean.push_str(if begins && ends && quoted { MASK } else { secret });
        rest = after;
    }
    clean + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(message: &str, expected: &str) {
        let mut sources = Sources::default();
        let file = sources.add("a.yaml", "a: hunter2");
        sources.conceal(file.span(3..10));
        let told = Diagnostic::error(file.span(0..1), message).help(message).label(message);
        let told = scrub(told.note(message), &sources);
        for text in [&told.message, &told.label, &told.notes[0].text, &told.help.unwrap()] {
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn what_is_quoted_is_masked() {
        check("the tag `!hunter2` means nothing", "the tag `!***` means nothing");
        check("`hunter2`, `x-hunter2`, \"hunter2\"", "`***`, `x-***`, \"***\"");
        check(
            "hunter2 is a word, `hunter22` and `my_hunter2` are others",
            "hunter2 is a word, `hunter22` and `my_hunter2` are others",
        );
    }
}
