//! Publishing a file once: write it aside, make it read-only, flush it, then link it to its name.
//!
//! `link(2)` fails if the name is taken, so it decides between writers; `rename(2)` would replace silently.
//! A file aside is locked while its writer lives, which is how a dead writer's leftovers are told apart.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::backend::fault;
use crate::backend::worm::directory::fs::{Dir, protect};
use crate::backend::worm::error::{CONTENT, Error};
use crate::backend::worm::model::Content;

/// Bytes that are held in memory at a time.
const CHUNK: usize = 64 * 1024;

/// The fault points around the publication of one kind of file.
#[derive(Debug)]
pub(super) struct Moments {
    pub(super) staged: &'static str,
    pub(super) linked: &'static str,
    pub(super) published: &'static str,
}

/// A file aside, complete and flushed, that has no name yet. Dropped, it is removed.
#[derive(Debug)]
pub(super) struct Staged<'a> {
    tmp: &'a Dir,
    name: String,
    file: File,
    pub(super) sha256: String,
    pub(super) size: u64,
}

impl<'a> Staged<'a> {
    pub(super) fn new(tmp: &'a Dir, content: &Content) -> Result<Self, Error> {
        let (name, file) = Self::create(tmp)?;
        let path = tmp.path(&name);
        let mut staged = Self { tmp, name, file, sha256: String::new(), size: 0 };
        let mut hash = Sha256::new();
        each_chunk(content, |chunk| {
            hash.update(chunk);
            staged.size += chunk.len() as u64;
            staged.file.write_all(chunk).map_err(|error| Error::io("write", &path, error))
        })?;
        staged.sha256 = hex::encode(hash.finalize());
        protect(&staged.file, &path)?;
        staged.file.sync_all().map_err(|error| Error::io("flush", &path, error))?;
        Ok(staged)
    }

    /// Gives the file its name in `folder`; false if the name is taken.
    pub(super) fn publish(
        self,
        folder: &Dir,
        name: &str,
        moments: &Moments,
    ) -> Result<bool, Error> {
        fault::point(moments.staged);
        if !folder.link(self.tmp, &self.name, name)? {
            return Ok(false);
        }
        fault::point(moments.linked);
        drop(self);
        folder.sync()?;
        fault::point(moments.published);
        Ok(true)
    }

    fn create(tmp: &Dir) -> Result<(String, File), Error> {
        loop {
            let name = Uuid::new_v4().to_string();
            let file = tmp.create(&name)?;
            file.lock().map_err(|error| Error::io("lock", &tmp.path(&name), error))?;
            // Between creation and lock the file looked like a leftover and may have been removed.
            if tmp.is_named(&name, &file)? {
                return Ok((name, file));
            }
        }
    }
}

impl Drop for Staged<'_> {
    fn drop(&mut self) {
        // A leftover harms no one and the next writer removes it.
        let _ = self.tmp.remove_file(&self.name);
    }
}

/// Removes the files aside whose writers are dead.
pub(super) fn sweep(tmp: &Dir) -> Result<(), Error> {
    for name in tmp.names()? {
        if let Ok(Some(file)) = tmp.file(&name)
            && file.try_lock().is_ok()
        {
            tmp.remove_file(&name)?;
        }
    }
    Ok(())
}

/// SHA-256 and number of bytes of what is left to read in `file`.
pub(super) fn digest(file: &mut File, path: &Path) -> Result<(String, u64), Error> {
    let mut hash = Sha256::new();
    let mut size = 0;
    read_chunks(file, "read", path, |chunk| {
        hash.update(chunk);
        size += chunk.len() as u64;
        Ok(())
    })?;
    Ok((hex::encode(hash.finalize()), size))
}

fn each_chunk(
    content: &Content,
    mut each: impl FnMut(&[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    match content {
        Content::Bytes(bytes) => each(bytes),
        Content::File(path) => {
            let mut file = File::open(path).map_err(|error| Error::io(CONTENT, path, error))?;
            read_chunks(&mut file, CONTENT, path, each)
        }
    }
}

fn read_chunks(
    file: &mut File,
    action: &'static str,
    path: &Path,
    mut each: impl FnMut(&[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut buffer = vec![0; CHUNK];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => each(&buffer[..read])?,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Error::io(action, path, error)),
        }
    }
}
