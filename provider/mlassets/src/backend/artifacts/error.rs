//! Why an operation on a store failed, where, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use super::model::Problem;
use super::source::SourceProblem;
use crate::backend::files::Refusal;
use crate::backend::{aws, azure};

/// A failed operation. Each text names the place, the expectation and the remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A name breaks its rule.
    #[error("{0}")]
    Name(String),
    /// The store's root is not an absolute path.
    #[error("the directory of artifacts must be an absolute path without `..`")]
    RelativeRoot,
    /// The store's root does not exist. It is never created, since it may be a volume that is not mounted.
    #[error("the directory of artifacts `{}` does not exist; mount the volume or create the directory", root.display())]
    NoRoot {
        /// The root.
        root: PathBuf,
    },
    /// A source cannot be used.
    #[error("the source of artifact `{artifact}`, `{source_path}`, {problem}")]
    Source {
        /// The artifact.
        artifact: String,
        /// The path as it was given.
        source_path: String,
        /// Why not.
        problem: SourceProblem,
    },
    /// The version is there with other bytes.
    #[error(
        "the version `{version}` is published already with other artifacts:{}\nA version never changes: publish these under a new version",
        listed(differences)
    )]
    Taken {
        /// The version, `<environment>/<model>/<version>`.
        version: String,
        /// What differs.
        differences: Vec<String>,
    },
    /// Something is wrong with the version, and nothing was changed.
    #[error("the version `{version}` is damaged:{}\n{}", listed(problems), remedy(problems))]
    Damaged {
        /// The version, `<environment>/<model>/<version>`.
        version: String,
        /// What is wrong.
        problems: Vec<Problem>,
    },
    /// A file cannot be put back, since its source has other bytes than the version.
    #[error(
        "the artifact `{artifact}` of `{version}` cannot be put back: its source has the SHA-256 {found}, the version says \
         {expected}; restore the source as it was published"
    )]
    OtherSource {
        /// The version, `<environment>/<model>/<version>`.
        version: String,
        /// The artifact.
        artifact: String,
        /// SHA-256 by the manifest.
        expected: String,
        /// SHA-256 of the source.
        found: String,
    },
    /// The folder of a version holds what is not the version's.
    #[error("the folder `{}` holds `{name}`, which is no part of the version; move it away, then try again", folder.display())]
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// What it holds.
        name: String,
    },
    /// A symbolic link or special file where a plain one is expected.
    #[error("`{}` is {found}, expected {expected}; the store follows no links, remove it", path.display())]
    Irregular {
        /// Where.
        path: PathBuf,
        /// What is there.
        found: &'static str,
        /// What should be there.
        expected: &'static str,
    },
    /// The system refused.
    #[error("cannot {action} `{}`: {source}{}", path.display(), advice(source))]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// An object is there that no manifest names, with other bytes than are to be published.
    #[error(
        "`{version}/{file}` is there with other bytes than the artifact `{artifact}`, and no `checksums.json`: a publication \
         was interrupted, or is under way; remove what is there if nobody needs it, or publish under a new version"
    )]
    Leftover {
        /// The address of the version.
        version: String,
        /// The artifact.
        artifact: String,
        /// Its file.
        file: String,
    },
    /// S3 did not do as asked.
    #[error(transparent)]
    Aws(#[from] aws::Error),
    /// Azure Blob Storage did not do as asked.
    #[error(transparent)]
    Azure(#[from] azure::Error),
    /// The caller asked to stop. No version was published.
    #[error(
        "the operation was stopped before it was complete; nothing was published, run it again"
    )]
    Stopped,
}

impl Refusal for Error {
    fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { action, path: path.to_owned(), source }
    }

    fn irregular(path: PathBuf, found: &'static str, expected: &'static str) -> Self {
        Self::Irregular { path, found, expected }
    }
}

fn listed(items: &[impl ToString]) -> String {
    items.iter().map(|item| format!("\n- {}", item.to_string())).collect()
}

/// What is no part of a version is never removed by us, and all else only where the bytes are known.
fn remedy(problems: &[Problem]) -> &'static str {
    let is_foreign = |problem: &Problem| matches!(problem, Problem::Foreign { .. });
    if problems.iter().all(is_foreign) {
        "Move what is no part of it away; the version itself is whole"
    } else if problems.iter().any(is_foreign) {
        "Move what is no part of it away, and restore the rest from a backup, or publish the artifacts under a new version"
    } else {
        "Restore it from a backup, or publish the artifacts under a new version"
    }
}

/// The remedy for the causes that people meet.
fn advice(source: &io::Error) -> &'static str {
    match Errno::from_io_error(source) {
        Some(Errno::ACCESS | Errno::PERM) => "; grant the right to read and write there",
        Some(Errno::NOSPC | Errno::DQUOT) => "; free space on the volume, then run it again",
        Some(Errno::ROFS) => "; the volume is mounted read-only, mount it for writing",
        _ => "",
    }
}
