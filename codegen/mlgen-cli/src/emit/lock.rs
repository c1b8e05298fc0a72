//! One render at a time in a project; checks may stand side by side.
//!
//! The lock is on the project's folder itself, so nothing is left behind and the system drops it when a process
//! ends, however it ends. A file system that cannot lock a folder, as some network ones, is no reason to refuse to
//! work: there two renders at once are the user's care.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::apply::Writer;
use super::error::Error;
use super::manifest::{Known, MANIFEST, PENDING};
use super::plan::Existing;

/// The project at `root` as it is, to be compared. It does not change until the value is dropped.
///
/// `waiting` is called once if a render is under way and must be waited for.
pub fn look(root: &Path, waiting: impl FnOnce()) -> Result<Existing, Error> {
    let (root, folder) = open(root)?;
    if would_block(&folder.try_lock_shared()) {
        waiting();
        folder.lock_shared().map_err(Error::io("lock", "."))?;
    }
    read(root, folder)
}

/// The project at `root`, to be compared and written to by nobody else until the value is dropped.
///
/// `waiting` is called once if a render or a check is under way and must be waited for. What a killed run left lying
/// about is cleared away.
pub fn lock(root: &Path, waiting: impl FnOnce()) -> Result<Writer, Error> {
    let (root, folder) = open(root)?;
    if would_block(&folder.try_lock()) {
        waiting();
        folder.lock().map_err(Error::io("lock", "."))?;
    }
    let mut existing = read(root, folder)?;
    existing.recover()?;
    Ok(Writer { existing })
}

fn open(root: &Path) -> Result<(PathBuf, File), Error> {
    let shown = || root.display().to_string();
    let real = fs::canonicalize(root).map_err(Error::io("find", shown()))?;
    let folder = File::open(&real).map_err(Error::io("open", shown()))?;
    Ok((real, folder))
}

fn would_block(tried: &Result<(), TryLockError>) -> bool {
    matches!(tried, Err(TryLockError::WouldBlock))
}

fn read(root: PathBuf, folder: File) -> Result<Existing, Error> {
    let mut known = Known::default();
    let manifest = text(&root, MANIFEST)?;
    let pending = text(&root, PENDING)?;
    [&manifest, &pending].into_iter().flatten().try_for_each(|text| known.add(text))?;
    Ok(Existing { root, known, manifest, interrupted: pending.is_some(), _lock: folder })
}

fn text(root: &Path, path: &str) -> Result<Option<String>, Error> {
    match fs::read_to_string(root.join(path)) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io("read", path)(error)),
    }
}
