//! The folders of an archive: those of [`files`](crate::backend::files), told of as an archive does.

use std::io;
use std::path::{Path, PathBuf};

use crate::backend::files::{self, Refusal};
pub(super) use crate::backend::files::{READ_ONLY, protect};
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
