//! Places of expressions on lines.

/// Spaces by which the inside of brackets is moved in.
pub(super) const STEP: usize = 2;

/// Where an expression is put.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// Indentation of the line.
    pub(super) indent: usize,
    /// Columns before the expression, the indentation among them.
    pub(super) before: usize,
    /// Columns after it, if it stays on one line.
    pub(super) after: usize,
}

impl Place {
    /// At the start of a line.
    pub(super) fn line(indent: usize) -> Self {
        Self { indent, before: indent, after: 0 }
    }

    /// Behind text on the same line.
    pub(super) fn past(self, columns: usize) -> Self {
        Self { before: self.before + columns, ..self }
    }

    /// With more text behind it.
    pub(super) fn then(self, columns: usize) -> Self {
        Self { after: self.after + columns, ..self }
    }

    /// On a line of its own between brackets that open here.
    pub(super) fn inside(self) -> Self {
        Self::line(self.indent + STEP)
    }
}

/// Adds a line.
pub(super) fn push_line(out: &mut String, indent: usize, parts: &[&str]) {
    out.extend(std::iter::repeat_n(' ', indent));
    out.extend(parts.iter().copied());
    out.push('\n');
}

/// The last line, with a bracket that was opened at a place.
pub(super) fn closing(place: Place, bracket: &str) -> String {
    " ".repeat(place.indent) + bracket
}
