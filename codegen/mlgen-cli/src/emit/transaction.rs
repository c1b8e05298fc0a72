//! Several files change together, or none does.
//!
//! First everything that may fail is done beside the files: new texts are written and old files get a second name,
//! so a full disk or a folder without write permission shows while nothing is changed. Then there are only renames
//! and removals. If one of those fails after all, the second names bring the old files back, which needs no space.
//! A process that is killed leaves whole files, old or new, and hidden ones that the next run clears away.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::error::Error;
use super::manifest::sha256;
use super::plan::Change;

#[derive(Debug, Default)]
pub(super) struct Transaction {
    steps: Vec<Step>,
    /// Those that were made for new files, outer before inner.
    made: Vec<PathBuf>,
}

/// A file that is replaced or removed.
#[derive(Debug)]
struct Step {
    /// From the project's folder, for messages.
    path: String,
    real: PathBuf,
    /// Whether there is a file already.
    exists: bool,
    /// Whether there will be one.
    stays: bool,
    done: bool,
}

impl Transaction {
    /// Prepares a file: its new text, if it stays, and a second name for what is there.
    pub(super) fn stage(&mut self, change: &Change, real: PathBuf) -> Result<(), Error> {
        let Change { path, owner: _, before, after, executable } = change;
        self.make(real.parent().expect("a file of the project lies in a folder"), path)?;
        let (exists, stays) = (before.is_some(), after.is_some());
        // Known before it is complete, so that what is there of it is cleared away.
        let step = Step { path: path.clone(), real, exists, stays, done: false };
        let step = self.steps.push_mut(step);
        if exists {
            let action = if stays { "replace" } else { "remove" };
            second_name(&step.real).map_err(Error::io(action, path))?;
        }
        if let Some(text) = after {
            let new = beside(&step.real, "new");
            write_new(&new, text, *executable).map_err(Error::io("write", path))?;
        }
        Ok(())
    }

    /// Makes the folder and those around it.
    fn make(&mut self, folder: &Path, path: &str) -> Result<(), Error> {
        let missing: Vec<_> = folder.ancestors().take_while(|folder| !folder.exists()).collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder).map_err(Error::io("make the folder of", path))?;
            self.made.push(folder.to_owned());
        }
        Ok(())
    }

    /// Puts everything in its place.
    pub(super) fn commit(&mut self) -> Result<(), Error> {
        for step in &mut self.steps {
            if step.stays {
                fs::rename(beside(&step.real, "new"), &step.real)
                    .map_err(Error::io("write", step.path.as_str()))?;
            } else {
                fs::remove_file(&step.real).map_err(Error::io("remove", step.path.as_str()))?;
            }
            step.done = true;
        }
        Ok(())
    }

    /// Brings back what was. The files for which that failed have their new text.
    pub(super) fn undo(self) -> Vec<String> {
        let mut left = Vec::new();
        for step in self.steps.iter().rev() {
            let undone = match (step.done, step.exists) {
                (false, _) => Ok(()),
                (true, true) => fs::rename(beside(&step.real, "old"), &step.real),
                (true, false) => fs::remove_file(&step.real),
            };
            if undone.is_err() {
                left.push(step.path.clone());
            }
            clear(&step.real);
        }
        // A folder that is not empty stays, and so do those around it.
        for folder in self.made.iter().rev() {
            drop(fs::remove_dir(folder));
        }
        left.sort();
        left
    }

    /// Forgets what was, and removes folders that are empty now, up to `root`.
    pub(super) fn finish(self, root: &Path) {
        self.steps.iter().for_each(|step| clear(&step.real));
        for step in self.steps.iter().filter(|step| !step.stays) {
            remove_empty(root, &step.real);
        }
    }
}

/// Removes the folders around a file that is not there, as long as they are empty, up to `root`.
pub(super) fn remove_empty(root: &Path, real: &Path) {
    let mut folders = real.ancestors().skip(1).take_while(|folder| *folder != root);
    // The system removes no folder that has something in it.
    while folders.next().is_some_and(|folder| fs::remove_dir(folder).is_ok()) {}
}

/// Removes what a transaction puts beside a file. What cannot be removed now is found again by the next run.
pub(super) fn clear(real: &Path) {
    drop(fs::remove_file(beside(real, "new")));
    drop(fs::remove_file(beside(real, "old")));
}

/// Replaces a file by way of a new one beside it, so that it is never half written.
pub(super) fn replace(real: &Path, text: &str) -> io::Result<()> {
    let new = beside(real, "new");
    write_new(&new, text, false)?;
    fs::rename(new, real)
}

/// A hidden name in the same folder, which does not grow with the file's own.
fn beside(real: &Path, what: &str) -> PathBuf {
    let name = real.file_name().expect("a file of the project has a name");
    let hash = sha256(name.as_encoded_bytes());
    real.with_file_name(format!(".mlgen-{}.{what}", &hash[..12]))
}

fn write_new(path: &Path, text: &str, executable: bool) -> io::Result<()> {
    // A leftover may be a link to elsewhere: never opened, always made anew.
    absent(path)?;
    let mode = if executable { 0o777 } else { 0o666 };
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    file.write_all(text.as_bytes())
}

fn second_name(real: &Path) -> io::Result<()> {
    let old = beside(real, "old");
    absent(&old)?;
    // Some file systems have no second names, and some systems refuse them for files of others.
    fs::hard_link(real, &old).or_else(|_| fs::copy(real, &old).map(drop))
}

fn absent(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
