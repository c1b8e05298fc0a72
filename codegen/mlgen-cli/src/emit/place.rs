//! A path in the project: whether a document may have it, and what is there now.
//!
//! Nothing is written through a symbolic link that leaves the project, and no file that is not an ordinary one is
//! ever replaced. What somebody changes between a look and a write is not defended against, only found out.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::error::Error;
use super::problem::ProblemKind;

/// What is at a path.
#[derive(Debug)]
pub(super) struct Spot {
    /// Where it is without the links on the way.
    pub(super) real: PathBuf,
    pub(super) file: Option<Found>,
}

#[derive(Debug)]
pub(super) struct Found {
    pub(super) bytes: Vec<u8>,
    pub(super) executable: bool,
    /// Device and number: two names of one file have the same.
    pub(super) identity: (u64, u64),
}

/// Why a document cannot have this path, as the end of a sentence that begins with the path.
pub(super) fn not_a_path(path: &str) -> Option<&'static str> {
    let first = path.split('/').next().unwrap_or_default();
    if path.is_empty() {
        Some("is empty")
    } else if path.starts_with('/') || path.split('/').any(|part| part == "..") {
        Some("leaves the project")
    } else if path.split('/').any(|part| part.is_empty() || part == ".") {
        Some("has an empty part")
    } else if path.contains(['\\', ':']) || path.contains(char::is_control) {
        Some("has a character that no path should have")
    } else if path.split('/').any(|part| part.len() > 255) {
        Some("has a part of more than 255 bytes")
    } else if matches!(first.to_lowercase().as_str(), ".mlgen" | ".git") {
        Some("is in a folder with a purpose of its own")
    } else {
        None
    }
}

/// What is at a path below `root`, which has no links in it. The inner error is a reason not to write there.
pub(super) fn look(root: &Path, path: &str) -> Result<Result<Spot, ProblemKind>, Error> {
    Places::below(root).look(path)
}

/// A project's paths, each folder looked at once. What changes in a folder's way after that is not seen.
#[derive(Debug)]
pub(super) struct Places<'a> {
    root: &'a Path,
    /// By path from the root.
    folders: BTreeMap<String, Result<Folder, ProblemKind>>,
}

/// A folder where files may be.
#[derive(Clone, Debug)]
struct Folder {
    /// Where it is without the links on the way.
    real: PathBuf,
    exists: bool,
}

impl<'a> Places<'a> {
    /// Those below a root that has no links in it.
    pub(super) fn below(root: &'a Path) -> Self {
        Self { root, folders: BTreeMap::new() }
    }

    /// What is at a path. The inner error is a reason not to write there.
    pub(super) fn look(&mut self, path: &str) -> Result<Result<Spot, ProblemKind>, Error> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let Folder { real, exists } = match self.folder(folder)? {
            Ok(folder) => folder,
            Err(kind) => return Ok(Err(kind)),
        };
        let real = real.join(name);
        if !exists {
            return Ok(Ok(Spot { real, file: None }));
        }
        let Some(found) = found(fs::symlink_metadata(&real), path)? else {
            return Ok(Ok(Spot { real, file: None }));
        };
        if !found.is_file() {
            let what = if found.is_dir() {
                "a folder"
            } else if found.is_symlink() {
                "a symbolic link"
            } else {
                "a device"
            };
            return Ok(Err(ProblemKind::NotAFile { what }));
        }
        let bytes = fs::read(&real).map_err(Error::io("read", path))?;
        let executable = found.permissions().mode() & 0o111 != 0;
        let identity = (found.dev(), found.ino());
        Ok(Ok(Spot { real, file: Some(Found { bytes, executable, identity }) }))
    }

    fn folder(&mut self, path: &str) -> Result<Result<Folder, ProblemKind>, Error> {
        if path.is_empty() {
            return Ok(Ok(Folder { real: self.root.to_owned(), exists: true }));
        }
        if let Some(known) = self.folders.get(path) {
            return Ok(known.clone());
        }
        let (around, name) = path.rsplit_once('/').unwrap_or(("", path));
        let folder = match self.folder(around)? {
            Ok(around) if around.exists => inside(self.root, around.real.join(name), path)?,
            Ok(around) => Ok(Folder { real: around.real.join(name), exists: false }),
            Err(kind) => Err(kind),
        };
        self.folders.insert(path.to_owned(), folder.clone());
        Ok(folder)
    }
}

/// The folder at a path whose last part alone may be a link. It must not lead out of `root`.
fn inside(
    root: &Path,
    mut real: PathBuf,
    shown: &str,
) -> Result<Result<Folder, ProblemKind>, Error> {
    let Some(found) = found(fs::symlink_metadata(&real), shown)? else {
        return Ok(Ok(Folder { real, exists: false }));
    };
    if found.is_symlink() {
        match fs::canonicalize(&real) {
            Ok(inside) if inside.starts_with(root) => real = inside,
            _ => return Ok(Err(ProblemKind::LinkOut { link: shown.to_owned() })),
        }
    }
    if found.is_dir() || found.is_symlink() && real.is_dir() {
        Ok(Ok(Folder { real, exists: true }))
    } else {
        Ok(Err(ProblemKind::Blocked { by: shown.to_owned() }))
    }
}

fn found(result: io::Result<fs::Metadata>, path: &str) -> Result<Option<fs::Metadata>, Error> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io("look at", path)(error)),
    }
}
