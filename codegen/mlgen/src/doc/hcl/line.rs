//! A line as it grows, token by token, measured as `terraform fmt` measures.

use unicode_segmentation::UnicodeSegmentation;

/// Text that stands on one line.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    text: String,
    columns: usize,
    assigns: bool,
}

impl Line {
    /// A line of one token.
    pub(super) fn of(token: &str) -> Self {
        let mut line = Self::default();
        line.token(token);
        line
    }

    /// Adds a token with the spaces around it. Grapheme clusters count as a column each, and none reaches
    /// from one token into the next.
    pub(super) fn token(&mut self, token: &str) {
        self.text.push_str(token);
        self.columns += columns(token);
    }

    /// Adds the sign that parts a name from its value, with a space on each side.
    pub(super) fn assign(&mut self) {
        self.token(" = ");
        self.assigns = true;
    }

    /// Tells that there is such a sign in text of others.
    pub(super) fn mark(&mut self) {
        self.assigns = true;
    }

    /// Adds a whole line.
    pub(super) fn line(&mut self, other: &Self) {
        self.text.push_str(&other.text);
        self.columns += other.columns;
        self.assigns |= other.assigns;
    }

    /// The text so far.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// How wide the text is.
    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// Whether an entry of an object stands in it. The formatter takes the first `=` of such a line for the
    /// line's own wherever brackets happen to balance, so the layout keeps these lines closed.
    pub(super) fn assigns(&self) -> bool {
        self.assigns
    }
}

fn columns(token: &str) -> usize {
    if token.is_ascii() { token.len() } else { token.graphemes(true).count() }
}
