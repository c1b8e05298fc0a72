//! A path in the project: whether a document may have it, and what is there now.
//!
//! Nothing is written through a symbolic link that leaves the project, and no file that is not an ordinary one is
//! ever replaced. What somebody changes between a look and a write is not defended against, only found out.

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
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let mut real = root.to_owned();
    let mut shown = String::new();
    for part in folders.split('/').filter(|part| !part.is_empty()) {
        real.push(part);
        shown = if shown.is_empty() { part.to_owned() } else { format!("{shown}/{part}") };
        let Some(found) = found(fs::symlink_metadata(&real), &shown)? else { continue };
        if found.is_symlink() {
            match fs::canonicalize(&real) {
                Ok(inside) if inside.starts_with(root) => real = inside,
                _ => return Ok(Err(ProblemKind::LinkOut { link: shown })),
            }
        }
        if !real.is_dir() {
            return Ok(Err(ProblemKind::Blocked { by: shown }));
        }
    }
    real.push(name);
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

fn found(result: io::Result<fs::Metadata>, path: &str) -> Result<Option<fs::Metadata>, Error> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io("look at", path)(error)),
    }
}
