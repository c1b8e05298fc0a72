//! Texts and places in them: every value, name and error of a project points into one of these.
//!
//! A text may be a file, or what stood on the command line: `--set` is a source like any other.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// A source in a [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// A range of bytes in a source; `start == end` is a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Which source.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

/// Where a span begins, as people say it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Path of the source, as it was given.
    pub path: String,
    /// Counts from 1.
    pub line: usize,
    /// Counts characters from 1.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.path, self.line, self.column)
    }
}

/// All texts of a project.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

#[derive(Clone, Debug)]
struct Source {
    path: String,
    text: String,
    /// The byte at which each line begins.
    lines: Vec<u32>,
    /// What is never shown.
    concealed: Vec<Range<usize>>,
}

impl Sources {
    /// Adds a text under the path that messages show.
    ///
    /// # Panics
    ///
    /// When the text has 4 GiB or more.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) -> FileId {
        let text = text.into();
        let offset = |byte: usize| u32::try_from(byte).expect("no source has 4 GiB");
        let starts = text.match_indices('\n').map(|(at, _)| offset(at + 1));
        let lines = std::iter::once(0).chain(starts).collect();
        let id = FileId(u32::try_from(self.files.len()).expect("fewer than 2^32 sources"));
        let concealed = Vec::new();
        self.files.push(Source { path: path.into(), text, lines, concealed });
        id
    }

    /// The path of a source.
    pub fn path(&self, file: FileId) -> &str {
        &self.files[file.0 as usize].path
    }

    /// The text of a source.
    pub fn text(&self, file: FileId) -> &str {
        &self.files[file.0 as usize].text
    }

    /// The text of a span.
    pub fn slice(&self, span: Span) -> &str {
        &self.text(span.file)[span.start as usize..span.end as usize]
    }

    /// Keeps the text of a span out of everything that [`Sources::shown`] gives.
    pub fn conceal(&mut self, span: Span) {
        let range = span.start as usize..span.end as usize;
        self.files[span.file.0 as usize].concealed.push(range);
    }

    /// Whether something in this span is concealed.
    pub fn conceals(&self, span: Span) -> bool {
        let concealed = &self.files[span.file.0 as usize].concealed;
        concealed.iter().any(|one| one.start < span.end as usize && (span.start as usize) < one.end)
    }

    /// The texts in a source that are concealed.
    pub(crate) fn concealed(&self, file: FileId) -> impl Iterator<Item = &str> {
        let Source { text, concealed, .. } = &self.files[file.0 as usize];
        concealed.iter().map(|range| &text[range.clone()])
    }

    /// The text of a source for people, byte for byte as long, with `*` for what is concealed.
    pub fn shown(&self, file: FileId) -> Cow<'_, str> {
        let Source { text, concealed, .. } = &self.files[file.0 as usize];
        if concealed.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut shown = String::with_capacity(text.len());
        for (at, one) in text.char_indices() {
            if one != '\n' && concealed.iter().any(|range| range.contains(&at)) {
                shown.extend(std::iter::repeat_n('*', one.len_utf8()));
            } else {
                shown.push(one);
            }
        }
        Cow::Owned(shown)
    }

    /// Where a span begins.
    pub fn position(&self, span: Span) -> Position {
        let source = &self.files[span.file.0 as usize];
        let line = source.lines.partition_point(|start| *start <= span.start);
        let start = source.lines[line - 1] as usize;
        let column = source.text[start..span.start as usize].chars().count() + 1;
        Position { path: source.path.clone(), line, column }
    }
}

impl FileId {
    /// A range of bytes in this source.
    ///
    /// # Panics
    ///
    /// When a bound is 4 GiB or more, which no source has.
    pub fn span(self, range: Range<usize>) -> Span {
        let offset = |byte: usize| u32::try_from(byte).expect("no source has 4 GiB");
        Span { file: self, start: offset(range.start), end: offset(range.end) }
    }
}

impl Span {
    /// A part of this span, in bytes from its start; cut where the span ends.
    #[must_use]
    pub fn part(self, range: Range<usize>) -> Self {
        let at = |byte: usize| {
            self.start.saturating_add(u32::try_from(byte).unwrap_or(u32::MAX)).min(self.end)
        };
        Self { start: at(range.start), end: at(range.end), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, at: usize, line: usize, column: usize) {
        let mut sources = Sources::default();
        sources.add("other.yaml", "x\ny\n");
        let file = sources.add("a.yaml", text);
        let expected = Position { path: "a.yaml".into(), line, column };
        assert_eq!(sources.position(file.span(at..at)), expected);
    }

    #[test]
    fn positions_count_lines_and_characters_from_1() {
        check("", 0, 1, 1);
        check("ab\ncd", 0, 1, 1);
        check("ab\ncd", 2, 1, 3);
        check("ab\ncd", 3, 2, 1);
        check("ä: ö\n", 6, 1, 5);
        check("a\n", 2, 2, 1);
    }

    #[test]
    fn what_is_concealed_keeps_its_length_and_its_lines() {
        let mut sources = Sources::default();
        let file = sources.add("a.yaml", "a: geh\u{e4}im\nb: x\n");
        assert!(!sources.conceals(file.span(3..5)));
        sources.conceal(file.span(3..13));
        assert_eq!(sources.shown(file), "a: *******\n** x\n");
        assert!(sources.conceals(file.span(4..5)));
        assert!(!sources.conceals(file.span(14..15)));
    }
}
