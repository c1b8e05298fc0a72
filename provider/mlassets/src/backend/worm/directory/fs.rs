//! The file system as the archive uses it: folders held open, names below them, and no link followed.
//!
//! Each call is relative to an open folder, so that no one can exchange a folder for a symbolic link between
//! a check and its use. Knows nothing of buckets, records or chains.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use crate::backend::fault;
use crate::backend::worm::error::{Error, LINK};

/// The permission bits of whatever is written once.
pub(super) const READ_ONLY: u32 = 0o444;

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
    pub(super) fn folder(&self, name: impl AsRef<OsStr>) -> Result<Option<Self>, Error> {
        let name = name.as_ref();
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
        fault::point("archive.folder_made");
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
        let file = rustix::fs::openat(&self.fd, name, flags, Mode::from_raw_mode(0o600))
            .map(File::from)
            .map_err(|error| Error::io("create", &self.path(name), error));
        fault::point("archive.file_made");
        file
    }

    /// Opens the file `name` for locking, made if it is missing.
    pub(super) fn lock_file(&self, name: &str) -> Result<File, Error> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match rustix::fs::openat(&self.fd, name, flags, Mode::from_raw_mode(0o644)) {
            Ok(fd) => Ok(File::from(fd)),
            Err(Errno::LOOP | Errno::ISDIR) => Err(self.irregular(OsStr::new(name), "a file")),
            Err(error) => Err(Error::io("open the lock file", &self.path(name), error)),
        }
    }

    /// Gives the file `from/source` the further name `name` here; false if that name is taken.
    pub(super) fn link(&self, from: &Self, source: &str, name: &str) -> Result<bool, Error> {
        match rustix::fs::linkat(&from.fd, source, &self.fd, name, AtFlags::empty()) {
            Ok(()) => Ok(true),
            Err(Errno::EXIST) => Ok(false),
            Err(error) => Err(Error::io(LINK, &self.path(name), error)),
        }
    }

    /// Moves the folder `name` to `target`, a name that no one uses.
    pub(super) fn move_folder(&self, name: &str, target: &str) -> Result<(), Error> {
        rustix::fs::renameat(&self.fd, name, &self.fd, target)
            .map_err(|error| Error::io("remove", &self.path(name), error))
    }

    /// Removes the file `name`; a missing one is no error.
    pub(super) fn remove_file(&self, name: impl AsRef<OsStr>) -> Result<(), Error> {
        self.remove(name.as_ref(), AtFlags::empty())
    }

    /// Removes the folder `name`, which must be empty; a missing one is no error.
    pub(super) fn remove_folder(&self, name: impl AsRef<OsStr>) -> Result<(), Error> {
        self.remove(name.as_ref(), AtFlags::REMOVEDIR)
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
        self.is_same(name, rustix::fs::fstat(file))
    }

    /// Whether `name` still means the open folder `dir`.
    pub(super) fn is_folder(&self, name: &str, dir: &Self) -> Result<bool, Error> {
        self.is_same(name, rustix::fs::fstat(&dir.fd))
    }

    /// Waits until the names in this folder are on disk.
    pub(super) fn sync(&self) -> Result<(), Error> {
        fault::point("archive.before_flush");
        match rustix::fs::fsync(&self.fd) {
            // Some network file systems cannot flush a folder, and keep its names without.
            Ok(()) | Err(Errno::INVAL) => Ok(()),
            Err(error) => Err(Error::io("flush", &self.path, error)),
        }
    }

    fn remove(&self, name: &OsStr, flags: AtFlags) -> Result<(), Error> {
        fault::point("archive.before_remove");
        match rustix::fs::unlinkat(&self.fd, name, flags) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(Error::io("remove", &self.path(name), error)),
        }
    }

    fn is_same(&self, name: &str, open: Result<Stat, Errno>) -> Result<bool, Error> {
        let fail = |error| Error::io("inspect", &self.path(name), error);
        let open = open.map_err(fail)?;
        match rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(named) => Ok((named.st_dev, named.st_ino) == (open.st_dev, open.st_ino)),
            Err(Errno::NOENT) => Ok(false),
            Err(error) => Err(fail(error)),
        }
    }

    fn irregular(&self, name: &OsStr, expected: &'static str) -> Error {
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

/// Sets mode 0444, which no umask narrows.
pub(super) fn protect(file: &File, path: &Path) -> Result<(), Error> {
    fault::point("archive.before_protect");
    rustix::fs::fchmod(file, Mode::RUSR | Mode::RGRP | Mode::ROTH)
        .map_err(|error| Error::io("set mode 0444 on", path, error))
}
