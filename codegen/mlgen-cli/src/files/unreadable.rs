//! Files that cannot be read, all of them at once.

use std::fmt;

/// What could not be read, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Path from the project's folder, and the end of a sentence that begins with it.
    files: Vec<(String, String)>,
}

impl Unreadable {
    pub(super) fn one(path: impl Into<String>, why: impl Into<String>) -> Self {
        Self { files: vec![(path.into(), why.into())] }
    }

    pub(super) fn all(errors: impl IntoIterator<Item = Self>) -> Self {
        Self { files: errors.into_iter().flat_map(|error| error.files).collect() }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (path, why)) in self.files.iter().enumerate() {
            let separator = if at == 0 { "" } else { "\n" };
            write!(f, "{separator}`{path}` {why}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Unreadable {}
