//! The file system as the store uses it: folders held open, names below them, and no link followed.
//!
//! Each call is relative to an open folder, so that no one can exchange a folder for a symbolic link between a check
//! and its use. Knows nothing of versions.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;

use crate::backend::artifacts::error::Error;

/// An open folder.
#[derive(Debug)]
pub(super) struct Dir {
    fd: OwnedFd,
    path: PathBuf,
}

impl Dir {
    /// Opens the folder at `path`, the one place where links are followed.
    pub(super) fn open(path: &Path) -> Result<Option<Self>, Error> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        match rustix::fs::open(path, flags, Mode::empty()) {
            Ok(fd) => Ok(Some(Self { fd, path: path.to_owned() })),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(Error::io("open", path, error)),
        }
    }

    /// The full path of `name`, for messages.
    pub(super) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path.join(name)
    }

    /// The folder `name`, if there is one.
    pub(super) fn folder(&self, name: &str) -> Result<Option<Self>, Error> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match rustix::fs::openat(&self.fd, name, flags, Mode::empty()) {
            Ok(fd) => Ok(Some(Self { fd, path: self.path(name) })),
            Err(Errno::NOENT) => Ok(None),
            Err(Errno::NOTDIR | Errno::LOOP) => Err(self.irregular(name, "a folder")),
            Err(error) => Err(Error::io("open", &self.path(name), error)),
        }
    }

    /// The folder `name`, made if it is missing, and known to survive a power failure.
    pub(super) fn ensure_folder(&self, name: &str) -> Result<Self, Error> {
        // 0755 rather than 0777: other users must not write here even if the umask would let them.
        match rustix::fs::mkdirat(&self.fd, name, Mode::from_raw_mode(0o755)) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(error) => return Err(Error::io("create the folder", &self.path(name), error)),
        }
        self.sync()?;
        self.folder(name)?.ok_or_else(|| Error::io("open", &self.path(name), Errno::NOENT))
    }

    /// Opens the regular file `name` for reading, if it is there.
    pub(super) fn file(&self, name: impl AsRef<OsStr>) -> Result<Option<File>, Error> {
        let name = name.as_ref();
        // Without NONBLOCK a FIFO in the file's place would hang the caller.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match rustix::fs::openat(&self.fd, name, flags, Mode::empty()) {
            Ok(fd) => File::from(fd),
            Err(Errno::NOENT) => return Ok(None),
            Err(Errno::LOOP | Errno::NXIO) => return Err(self.irregular(name, "a file")),
            Err(error) => return Err(Error::io("open", &self.path(name), error)),
        };
        let metadata =
            file.metadata().map_err(|error| Error::io("inspect", &self.path(name), error))?;
        if metadata.is_file() { Ok(Some(file)) } else { Err(self.irregular(name, "a file")) }
    }

    /// Creates the file `name`, which must not exist, for its owner alone.
    pub(super) fn create(&self, name: &str) -> Result<File, Error> {
        let flags =
            OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        rustix::fs::openat(&self.fd, name, flags, Mode::from_raw_mode(0o600))
            .map(File::from)
            .map_err(|error| Error::io("create", &self.path(name), error))
    }

    /// Makes a finished file read-only, which no umask narrows, and waits until it is on disk.
    pub(super) fn finish(&self, name: &str, file: &File) -> Result<(), Error> {
        rustix::fs::fchmod(file, Mode::RUSR | Mode::RGRP | Mode::ROTH)
            .map_err(|error| Error::io("set mode 0444 on", &self.path(name), error))?;
        file.sync_all().map_err(|error| Error::io("flush", &self.path(name), error))
    }

    /// Moves the folder `name` to `target` in `to`; false if a folder that holds anything has that name.
    pub(super) fn move_folder(&self, name: &str, to: &Self, target: &str) -> Result<bool, Error> {
        match rustix::fs::renameat(&self.fd, name, &to.fd, target) {
            Ok(()) => Ok(true),
            Err(Errno::EXIST | Errno::NOTEMPTY) => Ok(false),
            Err(Errno::NOTDIR) => Err(to.irregular(target, "a folder")),
            Err(error) => Err(Error::io("publish", &to.path(target), error)),
        }
    }

    /// Puts the file `name` in the place of `target` in `to`, whatever file is there.
    pub(super) fn replace_file(&self, name: &str, to: &Self, target: &str) -> Result<(), Error> {
        match rustix::fs::renameat(&self.fd, name, &to.fd, target) {
            Ok(()) => Ok(()),
            Err(Errno::ISDIR) => Err(to.irregular(target, "a file")),
            Err(error) => Err(Error::io("replace", &to.path(target), error)),
        }
    }

    /// Removes the file `name`; a missing one is no error.
    pub(super) fn remove_file(&self, name: impl AsRef<OsStr>) -> Result<(), Error> {
        self.remove(name.as_ref(), AtFlags::empty())
    }

    /// Removes the folder `name` with the files in it; a missing one is no error.
    pub(super) fn remove_folder(&self, name: &str) -> Result<(), Error> {
        let Some(folder) = self.folder(name)? else { return Ok(()) };
        for file in folder.names()? {
            folder.remove_file(file)?;
        }
        self.remove(OsStr::new(name), AtFlags::REMOVEDIR)
    }

    /// The names in this folder, sorted.
    pub(super) fn names(&self) -> Result<Vec<OsString>, Error> {
        let fail = |error| Error::io("list", &self.path, error);
        let mut names = Vec::new();
        for item in rustix::fs::Dir::read_from(&self.fd).map_err(fail)? {
            let item = item.map_err(fail)?;
            let name = item.file_name().to_bytes();
            if name != b"." && name != b".." {
                names.push(OsStr::from_bytes(name).to_owned());
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Whether `name` still means the open `file`.
    pub(super) fn is_named(&self, name: &str, file: &File) -> Result<bool, Error> {
        let fail = |error| Error::io("inspect", &self.path(name), error);
        let open = rustix::fs::fstat(file).map_err(fail)?;
        match rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(named) => Ok((named.st_dev, named.st_ino) == (open.st_dev, open.st_ino)),
            Err(Errno::NOENT) => Ok(false),
            Err(error) => Err(fail(error)),
        }
    }

    /// Waits until the names in this folder are on disk.
    pub(super) fn sync(&self) -> Result<(), Error> {
        match rustix::fs::fsync(&self.fd) {
            // Some network file systems cannot flush a folder, and keep its names without.
            Ok(()) | Err(Errno::INVAL) => Ok(()),
            Err(error) => Err(Error::io("flush", &self.path, error)),
        }
    }

    fn remove(&self, name: &OsStr, flags: AtFlags) -> Result<(), Error> {
        match rustix::fs::unlinkat(&self.fd, name, flags) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(Error::io("remove", &self.path(name), error)),
        }
    }

    fn irregular(&self, name: impl AsRef<OsStr>, expected: &'static str) -> Error {
        let name = name.as_ref();
        let found = match rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => match FileType::from_raw_mode(stat.st_mode) {
                FileType::Symlink => "a symbolic link",
                FileType::Directory => "a folder",
                FileType::RegularFile => "a file",
                _ => "a special file",
            },
            Err(_) => "something else",
        };
        Error::Irregular { path: self.path(name), found, expected }
    }
}
