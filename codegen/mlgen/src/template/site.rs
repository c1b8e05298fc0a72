//! Places in templates: where the text of one stands, and a number for each expression, by which notes name it.

use std::ops::Range;

use crate::source::{FileId, Span};

/// Where a template's text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In a source, from a byte on, exactly as it is.
    From(FileId, usize),
    /// Somewhere inside of a span, written in another way.
    Within(Span),
}

impl Place {
    /// The span of a range of the text.
    pub(super) fn span(self, range: Range<usize>) -> Span {
        match self {
            Self::From(file, start) => file.span(start + range.start..start + range.end),
            Self::Within(span) => span,
        }
    }
}

/// The byte of a line and a column, both from 1, the column in characters.
pub(super) fn byte(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = text.get(start..).unwrap_or_default();
    let within = rest.char_indices().nth(column.saturating_sub(1));
    start + within.map_or(rest.len(), |(at, _)| at)
}

/// The range of a line, from 1, without the spaces before it and its end.
pub(super) fn line(text: &str, line: usize) -> Range<usize> {
    let start = byte(text, line, 1);
    let written = text[start..].lines().next().unwrap_or_default();
    let indent = written.len() - written.trim_start().len();
    start + indent..start + written.trim_end().len().max(indent)
}

/// Expressions by number. A number is that of an element, which has several.
#[derive(Clone, Debug, Default)]
pub(super) struct Sites {
    elements: Vec<Vec<Span>>,
}

/// More than anybody writes between two braces; the rest shares the last number.
const PER_ELEMENT: usize = 64;

impl Sites {
    /// Begins an element.
    pub(super) fn open(&mut self) {
        self.elements.push(Vec::new());
    }

    /// A site in the element that was begun last.
    pub(super) fn add(&mut self, span: Span) -> usize {
        if self.elements.is_empty() {
            self.open();
        }
        let element = self.elements.len() - 1;
        let sites = &mut self.elements[element];
        if sites.len() < PER_ELEMENT {
            sites.push(span);
        }
        element * PER_ELEMENT + sites.len() - 1
    }

    /// Where a site is.
    pub(super) fn span(&self, site: usize) -> Option<Span> {
        self.elements.get(element(site))?.get(site % PER_ELEMENT).copied()
    }
}

/// The element of a site.
pub(super) fn element(site: usize) -> usize {
    site / PER_ELEMENT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_columns() {
        let text = "ä {{x}}\n  b\n";
        assert_eq!(byte(text, 1, 3), 3);
        assert_eq!(byte(text, 2, 3), 11);
        assert_eq!(byte(text, 9, 1), text.len());
        assert_eq!(&text[line(text, 2)], "b");
        assert_eq!(&text[line(text, 3)], "");
    }
}
