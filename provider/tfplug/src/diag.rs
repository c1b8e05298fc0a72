//! What goes wrong, where, whose matter it is, and what to do about it.
//!
//! There are three voices, and [`Error`] has a constructor for each: the user's configuration, the
//! other side (a service that said no), and a bug in the provider. A message never holds a secret: text
//! from outside belongs in it only after the backend has cleaned it.

use std::fmt;

use crate::path::Path;

/// A result whose error Terraform can show.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// How grave a [`Diagnostic`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The operation failed or must not go on.
    Error,
    /// The operation goes on, and someone should know.
    Warning,
}

/// Whose matter it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The configuration or something else that the user can change.
    User,
    /// A service that the provider talks to.
    Remote,
    /// The provider itself.
    Bug,
}

/// One message to the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How grave it is.
    pub severity: Severity,
    /// Whose matter it is.
    pub blame: Blame,
    /// One line without a full stop.
    pub summary: String,
    /// Sentences: what was found, what was expected, what to do.
    pub detail: String,
    /// The part of the configuration that it is about; the root for the whole block.
    pub path: Path,
}

impl Diagnostic {
    /// An error in this voice, about the whole block.
    pub fn error(blame: Blame, summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Diagnostic {
            severity: Severity::Error,
            blame,
            summary: summary.into(),
            detail: detail.into(),
            path: Path::ROOT,
        }
    }

    /// A warning to the user, about the whole block.
    pub fn warning(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Diagnostic {
            severity: Severity::Warning,
            ..Diagnostic::error(Blame::User, summary, detail)
        }
    }

    /// The same about the part at `path`.
    #[must_use]
    pub fn at(mut self, path: impl Into<Path>) -> Self {
        self.path = path.into();
        self
    }
}

/// `path: summary: detail`, for logs and tests; Terraform draws its own.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.severity == Severity::Warning {
            f.write_str("warning: ")?;
        }
        if !self.path.is_root() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.summary)?;
        if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        Ok(())
    }
}

/// At least one thing that went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Vec<Diagnostic>);

impl Error {
    /// The user can mend it: `summary` in one line, `detail` in sentences that say how.
    pub fn user(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Diagnostic::error(Blame::User, summary, detail).into()
    }

    /// A service said no, or said nothing.
    pub fn remote(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Diagnostic::error(Blame::Remote, summary, detail).into()
    }

    /// The provider contradicts itself. The message asks the user to report it.
    pub fn bug(detail: impl Into<String>) -> Self {
        let detail = format!("{} This is a bug in the provider, please report it.", detail.into());
        Diagnostic::error(Blame::Bug, "Provider bug", detail).into()
    }

    /// The same about the part at `path`, for those messages that have no place yet.
    #[must_use]
    pub fn at(mut self, path: impl Into<Path>) -> Self {
        let path = path.into();
        for diagnostic in self.0.iter_mut().filter(|diagnostic| diagnostic.path.is_root()) {
            diagnostic.path = path.clone();
        }
        self
    }

    /// The same, seen from one step further out.
    #[must_use]
    pub fn under(mut self, step: &crate::path::Step) -> Self {
        for diagnostic in &mut self.0 {
            diagnostic.path = std::mem::take(&mut diagnostic.path).under(step.clone());
        }
        self
    }

    /// This error and another one.
    #[must_use]
    pub fn and(mut self, other: Error) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The messages, at least one.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.0
    }
}

impl From<Diagnostic> for Error {
    fn from(diagnostic: Diagnostic) -> Self {
        Error(vec![diagnostic])
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, diagnostic) in self.0.iter().enumerate() {
            write!(f, "{}{diagnostic}", if position == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// Messages collected on the way, so that a user learns of all mistakes at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diags(Vec<Diagnostic>);

impl Diags {
    /// Nothing collected yet.
    pub fn new() -> Self {
        Diags::default()
    }

    /// Adds one message.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Takes the value, or keeps the error for later.
    pub fn keep<T>(&mut self, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.0.extend(error.0)).ok()
    }

    /// Whether any of the messages is an error.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Whether nothing was collected.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The messages in the order in which they came.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }
}

impl Extend<Diagnostic> for Diags {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        self.0.extend(diagnostics);
    }
}

impl<'d> IntoIterator for &'d Diags {
    type Item = &'d Diagnostic;
    type IntoIter = std::slice::Iter<'d, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Diags {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl IntoIterator for Error {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl From<Error> for Diags {
    fn from(error: Error) -> Self {
        Diags(error.0)
    }
}

/// `result.at(WorkPool::NAME)?`: tells an error where in the configuration it belongs.
pub trait At<T> {
    /// Gives the error this place, unless it has one of its own.
    fn at(self, path: impl Into<Path>) -> Result<T>;
}

impl<T, E: Into<Error>> At<T> for std::result::Result<T, E> {
    fn at(self, path: impl Into<Path>) -> Result<T> {
        self.map_err(|error| error.into().at(path))
    }
}
