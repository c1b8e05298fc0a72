//! A folder aside in which a version is made ready or taken apart, locked while its process lives.
//!
//! The lock is a file beside the folder, since the folder moves. It tells a dead writer's leftovers from work that is
//! under way, on every machine that shares the locks of the file system.

use std::fs::File;

use uuid::Uuid;

use super::Dir;
use crate::backend::artifacts::error::Error;
use crate::backend::files::Refusal as _;

/// The folder of all stages; no environment can have such a name.
pub(super) const STAGE: &str = ".stage";

const LOCK: &str = ".lock";

/// A folder aside. Dropped, it is removed.
#[derive(Debug)]
pub(super) struct Stage {
    all: Dir,
    name: String,
    _lock: File,
}

impl Stage {
    /// Locks a new name, after what dead processes left was removed. The folder is not made yet.
    pub(super) fn new(root: &Dir) -> Result<Self, Error> {
        let all = root.ensure_folder(STAGE)?;
        sweep(&all)?;
        loop {
            let name = Uuid::new_v4().to_string();
            let lock_name = format!("{name}{LOCK}");
            let lock = all.create(&lock_name)?;
            lock.lock().map_err(|error| Error::io("lock", &all.path(&lock_name), error))?;
            // Between creation and lock the file looked like a leftover and may have been removed.
            if all.is_named(&lock_name, &lock)? {
                return Ok(Self { all, name, _lock: lock });
            }
        }
    }

    /// The folder, made if it is missing.
    pub(super) fn folder(&self) -> Result<Dir, Error> {
        self.all.ensure_folder(&self.name)
    }

    /// Gives the folder its place; false if there is a version already.
    pub(super) fn give(&self, to: &Dir, name: &str) -> Result<bool, Error> {
        let given = self.all.move_folder(&self.name, to, name)?;
        if given {
            to.sync()?;
        }
        Ok(given)
    }

    /// Takes a folder from its place.
    pub(super) fn take(&self, from: &Dir, name: &str) -> Result<(), Error> {
        from.move_folder(name, &self.all, &self.name)?;
        from.sync()
    }

    /// Removes the folder.
    pub(super) fn clear(&self) -> Result<(), Error> {
        self.all.remove_filled_folder(&self.name)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // A leftover harms no one and the next writer removes it.
        if self.clear().is_ok() {
            let _ = self.all.remove_file(format!("{}{LOCK}", self.name));
        }
    }
}

/// Removes what dead processes left, if they left anything.
pub(super) fn clean(root: &Dir) -> Result<(), Error> {
    match root.folder(STAGE)? {
        Some(all) => sweep(&all),
        None => Ok(()),
    }
}

fn sweep(all: &Dir) -> Result<(), Error> {
    for lock_name in all.names()? {
        let Some(name) = lock_name.to_str().and_then(|name| name.strip_suffix(LOCK)) else {
            continue;
        };
        if let Ok(Some(lock)) = all.file(&lock_name)
            && lock.try_lock().is_ok()
        {
            tracing::info!(stage = name, "removing what an interrupted process left");
            all.remove_filled_folder(name)?;
            all.remove_file(&lock_name)?;
        }
    }
    Ok(())
}
