//! The file system as those use it who keep evidence in it: folders held open, names below them, no link followed.
//!
//! Each call is relative to an open folder, so that no one can exchange a folder for a symbolic link between
//! a check and its use. Knows nothing of what the files hold; whoever keeps them says what a refusal means, since
//! the advice differs.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::marker::PhantomData;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::fault;

/// The permission bits of whatever is written once.
pub(super) const READ_ONLY: u32 = 0o444;

/// What was tried when a file did not get its further name.
pub(super) const LINK: &str = "publish (hard link)";

/// An error that can say what the file system refused.
pub(super) trait Refusal: Sized {
    /// The system did not do `action` to the file or folder at `path`.
    fn io(action: &'static str, path: &Path, source: io::Error) -> Self;

    /// A symbolic link or something special stands where a plain file or folder is expected.
    fn irregular(path: PathBuf, found: &'static str, expected: &'static str) -> Self;
}

/// An open folder, whose refusals are told as `E`.
#[derive(Debug)]
pub(super) struct Dir<E> {
    fd: OwnedFd,
    path: PathBuf,
    error: PhantomData<fn() -> E>,
}

impl<E: Refusal> Dir<E> {
    /// Opens the folder at `path`, the one place where links are followed.
    pub(super) fn open(path: &Path) -> Result<Option<Self>, E> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        match rustix::fs::open(path, flags, Mode::empty()) {
            Ok(fd) => Ok(Some(Self { fd, path: path.to_owned(), error: PhantomData })),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(E::io("open", path, error.into())),
        }
    }

    /// The full path of `name`, for messages.
    pub(super) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path.join(name)
    }

    /// The folder `name`, if there is one.
    pub(super) fn folder(&self, name: impl AsRef<OsStr>) -> Result<Option<Self>, E> {
        let name = name.as_ref();
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match rustix::fs::openat(&self.fd, name, flags, Mode::empty()) {
            Ok(fd) => Ok(Some(Self { fd, path: self.path(name), error: PhantomData })),
            Err(Errno::NOENT) => Ok(None),
            Err(Errno::NOTDIR | Errno::LOOP) => Err(self.irregular(name, "a folder")),
            Err(error) => Err(E::io("open", &self.path(name), error.into())),
        }
    }

    /// The folder `name`, made if it is missing, and known to survive a power failure.
    pub(super) fn ensure_folder(&self, name: &str) -> Result<Self, E> {
        // 0755 rather than 0777: other users must not write here even if the umask would let them.
        match rustix::fs::mkdirat(&self.fd, name, Mode::from_raw_mode(0o755)) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(error) => return Err(E::io("create the folder", &self.path(name), error.into())),
        }
        fault::point("files.folder_made");
        self.sync()?;
        self.folder(name)?.ok_or_else(|| E::io("open", &self.path(name), Errno::NOENT.into()))
    }

    /// Opens the regular file `name` for reading, if it is there.
    pub(super) fn file(&self, name: impl AsRef<OsStr>) -> Result<Option<File>, E> {
        let name = name.as_ref();
        // Without NONBLOCK a FIFO in the file's place would hang the caller.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match rustix::fs::openat(&self.fd, name, flags, Mode::empty()) {
            Ok(fd) => File::from(fd),
            Err(Errno::NOENT) => return Ok(None),
            Err(Errno::LOOP | Errno::NXIO) => return Err(self.irregular(name, "a file")),
            Err(error) => return Err(E::io("open", &self.path(name), error.into())),
        };
        let metadata =
            file.metadata().map_err(|error| E::io("inspect", &self.path(name), error))?;
        if metadata.is_file() { Ok(Some(file)) } else { Err(self.irregular(name, "a file")) }
    }

    /// Creates the file `name`, which must not exist, for its owner alone.
    pub(super) fn create(&self, name: &str) -> Result<File, E> {
        let flags =
            OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&self.fd, name, flags, Mode::from_raw_mode(0o600))
            .map(File::from)
            .map_err(|error| E::io("create", &self.path(name), error.into()));
        fault::point("files.file_made");
        file
    }

    /// Opens the file `name` for locking, made if it is missing.
    pub(super) fn lock_file(&self, name: &str) -> Result<File, E> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match rustix::fs::openat(&self.fd, name, flags, Mode::from_raw_mode(0o644)) {
            Ok(fd) => Ok(File::from(fd)),
            Err(Errno::LOOP | Errno::ISDIR) => Err(self.irregular(OsStr::new(name), "a file")),
            Err(error) => Err(E::io("open the lock file", &self.path(name), error.into())),
        }
    }

    /// Gives the file `from/source` the further name `name` here; false if that name is taken.
    pub(super) fn link(&self, from: &Self, source: &str, name: &str) -> Result<bool, E> {
        match rustix::fs::linkat(&from.fd, source, &self.fd, name, AtFlags::empty()) {
            Ok(()) => Ok(true),
            Err(Errno::EXIST) => Ok(false),
            Err(error) => Err(E::io(LINK, &self.path(name), error.into())),
        }
    }

    /// Moves the folder `name` to `target` in `to`; false if a folder that holds anything has that name.
    pub(super) fn move_folder(&self, name: &str, to: &Self, target: &str) -> Result<bool, E> {
        match rustix::fs::renameat(&self.fd, name, &to.fd, target) {
            Ok(()) => Ok(true),
            Err(Errno::EXIST | Errno::NOTEMPTY) => Ok(false),
            Err(Errno::NOTDIR) => Err(to.irregular(OsStr::new(target), "a folder")),
            Err(error) => Err(E::io("move", &self.path(name), error.into())),
        }
    }

    /// Puts the file `name` in the place of `target` in `to`, whatever file is there.
    pub(super) fn replace_file(&self, name: &str, to: &Self, target: &str) -> Result<(), E> {
        match rustix::fs::renameat(&self.fd, name, &to.fd, target) {
            Ok(()) => Ok(()),
            Err(Errno::ISDIR) => Err(to.irregular(OsStr::new(target), "a file")),
            Err(error) => Err(E::io("replace", &to.path(target), error.into())),
        }
    }

    /// Removes the file `name`; a missing one is no error.
    pub(super) fn remove_file(&self, name: impl AsRef<OsStr>) -> Result<(), E> {
        self.remove(name.as_ref(), AtFlags::empty())
    }

    /// Removes the folder `name` and the files in it; a missing one is no error.
    pub(super) fn remove_filled_folder(&self, name: &str) -> Result<(), E> {
        let Some(folder) = self.folder(name)? else { return Ok(()) };
        for file in folder.names()? {
            folder.remove_file(file)?;
        }
        self.remove_folder(name)
    }

    /// Removes the folder `name`, which must be empty; a missing one is no error.
    pub(super) fn remove_folder(&self, name: impl AsRef<OsStr>) -> Result<(), E> {
        self.remove(name.as_ref(), AtFlags::REMOVEDIR)
    }

    /// The names in this folder, sorted.
    pub(super) fn names(&self) -> Result<Vec<OsString>, E> {
        let fail = |error: Errno| E::io("list", &self.path, error.into());
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

    /// What the system knows of the file or link `name`, if there is one.
    pub(super) fn stat(&self, name: &str) -> Result<Option<Stat>, E> {
        match rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(stat)),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(E::io("inspect", &self.path(name), error.into())),
        }
    }

    /// What the system knows of this folder.
    pub(super) fn own_stat(&self) -> Result<Stat, E> {
        rustix::fs::fstat(&self.fd).map_err(|error| E::io("inspect", &self.path, error.into()))
    }

    /// Whether `name` still means the open `file`.
    pub(super) fn is_named(&self, name: &str, file: &File) -> Result<bool, E> {
        self.is_same(name, rustix::fs::fstat(file))
    }

    /// Whether `name` still means the open folder `dir`.
    pub(super) fn is_folder(&self, name: &str, dir: &Self) -> Result<bool, E> {
        self.is_same(name, rustix::fs::fstat(&dir.fd))
    }

    /// Waits until the names in this folder are on disk.
    pub(super) fn sync(&self) -> Result<(), E> {
        fault::point("files.before_flush");
        match rustix::fs::fsync(&self.fd) {
            // Some network file systems cannot flush a folder, and keep its names without.
            Ok(()) | Err(Errno::INVAL) => Ok(()),
            Err(error) => Err(E::io("flush", &self.path, error.into())),
        }
    }

    fn remove(&self, name: &OsStr, flags: AtFlags) -> Result<(), E> {
        fault::point("files.before_remove");
        match rustix::fs::unlinkat(&self.fd, name, flags) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(E::io("remove", &self.path(name), error.into())),
        }
    }

    fn is_same(&self, name: &str, open: Result<Stat, Errno>) -> Result<bool, E> {
        let fail = |error: Errno| E::io("inspect", &self.path(name), error.into());
        let open = open.map_err(fail)?;
        match rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(named) => Ok((named.st_dev, named.st_ino) == (open.st_dev, open.st_ino)),
            Err(Errno::NOENT) => Ok(false),
            Err(error) => Err(fail(error)),
        }
    }

    fn irregular(&self, name: &OsStr, expected: &'static str) -> E {
        let found = match rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => match FileType::from_raw_mode(stat.st_mode) {
                FileType::Symlink => "a symbolic link",
                FileType::Directory => "a folder",
                FileType::RegularFile => "a file",
                _ => "a special file",
            },
            Err(_) => "something else",
        };
        E::irregular(self.path(name), found, expected)
    }
}

/// Sets mode 0444, which no umask narrows.
pub(super) fn protect<E: Refusal>(file: &File, path: &Path) -> Result<(), E> {
    fault::point("files.before_protect");
    rustix::fs::fchmod(file, Mode::RUSR | Mode::RGRP | Mode::ROTH)
        .map_err(|error| E::io("set mode 0444 on", path, error.into()))
}
