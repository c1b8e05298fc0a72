//! Why a run could not look, or stopped. What a run refuses to do is a [`Problem`](super::Problem) instead.

use std::io;

use super::manifest::MANIFEST;

/// A failure of the disk, or a manifest that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The disk said no.
    #[error("cannot {action} `{path}`: {source}")]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// On what, from the project's folder.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// The manifest is no manifest.
    #[error("`{MANIFEST}` {0}")]
    Manifest(String),
    /// Somebody wrote while this run was about to.
    #[error("`{path}` was changed just before it was to be written")]
    Raced {
        /// The file, from the project's folder.
        path: String,
    },
    /// A plan with problems was to be applied.
    #[error("nothing was written")]
    Refused,
    /// Something failed in the middle.
    #[error("{cause}; {}", aftermath(left))]
    Stopped {
        /// The failure.
        cause: Box<Error>,
        /// Files that have their new text, because the old one could not be brought back.
        left: Vec<String>,
    },
}

impl Error {
    pub(super) fn io(
        action: &'static str,
        path: impl Into<String>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}

fn aftermath(left: &[String]) -> String {
    if left.is_empty() {
        return "all files are as they were".to_owned();
    }
    let names: Vec<_> = left.iter().map(|path| format!("`{path}`")).collect();
    format!("already changed, and could not be put back: {}; render again", names.join(", "))
}
