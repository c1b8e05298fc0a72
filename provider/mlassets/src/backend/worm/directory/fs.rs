//! The folders of an archive: those of [`files`](crate::backend::files), told of as an archive does.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

pub(super) use crate::backend::files::READ_ONLY;
use crate::backend::files::{self, Refusal};
use crate::backend::worm::error::Error;

/// An open folder of an archive.
pub(super) type Dir = files::Dir<Error>;

impl Refusal for Error {
    fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Error::Io { action, path: path.to_owned(), source }
    }

    fn irregular(path: PathBuf, found: &'static str, expected: &'static str) -> Self {
        Error::Irregular { path, found, expected }
    }
}

/// Sets mode 0444, which no umask narrows.
pub(super) fn protect(file: &File, path: &Path) -> Result<(), Error> {
    files::protect(file, path)
}
