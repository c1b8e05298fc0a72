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

use rayon::prelude::*;

use super::error::Error;
use super::manifest::sha256;
use super::plan::Change;

#[derive(Debug, Default)]
pub(super) struct Transaction {
    steps: Vec<Step>,
    /// How many steps, from the first, are in their place.
    done: usize,
    /// Folders that were made for new files, outer before inner.
    made: Vec<PathBuf>,
    /// The folder of the last step, and whether it was made for it.
    last: Option<(PathBuf, bool)>,
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
    /// Whether the folder was made for it, so that nothing of an earlier run can lie there.
    alone: bool,
}

impl Transaction {
    /// Prepares all changes, each of which is given with where its file is.
    ///
    /// Folders come one after the other; what is in them depends on nothing, and is written side by side.
    pub(super) fn stage(&mut self, changes: &[(&Change, PathBuf)]) -> Result<(), Error> {
        let first = self.steps.len();
        for (change, real) in changes {
            let folder = real.parent().expect("a file of the project lies in a folder");
            let alone = self.make(folder, &change.path)?;
            // Known before it is there, so that what is there of it is cleared away.
            self.steps.push(Step {
                path: change.path.clone(),
                real: real.clone(),
                exists: change.before.is_some(),
                stays: change.after.is_some(),
                alone,
            });
        }
        let prepare = |(step, (change, _)): (&Step, &(&Change, _))| step.prepare(change).err();
        let failed = self.steps[first..].par_iter().zip(changes).find_map_first(prepare);
        failed.map_or(Ok(()), Err)
    }

    /// Makes the folder and those around it; whether it was missing.
    fn make(&mut self, folder: &Path, path: &str) -> Result<bool, Error> {
        if let Some((last, made)) = &self.last
            && last == folder
        {
            return Ok(*made);
        }
        let missing: Vec<_> = folder.ancestors().take_while(|folder| !folder.exists()).collect();
        let made = !missing.is_empty();
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder).map_err(Error::io("make the folder of", path))?;
            self.made.push(folder.to_owned());
        }
        self.last = Some((folder.to_owned(), made));
        Ok(made)
    }

    /// Puts everything in its place.
    pub(super) fn commit(&mut self) -> Result<(), Error> {
        for step in &self.steps[self.done..] {
            if step.stays {
                fs::rename(beside(&step.real, "new"), &step.real)
                    .map_err(Error::io("write", step.path.as_str()))?;
            } else {
                fs::remove_file(&step.real).map_err(Error::io("remove", step.path.as_str()))?;
            }
            self.done += 1;
        }
        Ok(())
    }

    /// Brings back what was. The files for which that failed have their new text.
    pub(super) fn undo(self) -> Vec<String> {
        let mut left = Vec::new();
        for (index, step) in self.steps.iter().enumerate().rev() {
            let undone = match (index < self.done, step.exists) {
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
        self.steps.iter().filter(|step| !step.alone).for_each(|step| clear(&step.real));
        for step in self.steps.iter().filter(|step| !step.stays) {
            remove_empty(root, &step.real);
        }
    }
}

impl Step {
    /// Writes the new text beside the file, if it stays, and gives what is there a second name.
    fn prepare(&self, change: &Change) -> Result<(), Error> {
        let path = self.path.as_str();
        if self.exists {
            let action = if self.stays { "replace" } else { "remove" };
            second_name(&self.real).map_err(Error::io(action, path))?;
        }
        if let Some(text) = &change.after {
            let new = beside(&self.real, "new");
            write_new(&new, text, change.executable).map_err(Error::io("write", path))?;
        }
        Ok(())
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
    let mode = if executable { 0o777 } else { 0o666 };
    let create = || OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    let mut file = match create() {
        // A leftover may be a link to elsewhere: never opened, always made anew.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            absent(path)?;
            create()
        }
        created => created,
    }?;
    file.write_all(text.as_bytes())
}

fn second_name(real: &Path) -> io::Result<()> {
    let old = beside(real, "old");
    fs::hard_link(real, &old).or_else(|_| {
        absent(&old)?;
        // Some file systems have no second names, and some systems refuse them for files of others.
        fs::hard_link(real, &old).or_else(|_| fs::copy(real, &old).map(drop))
    })
}

fn absent(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
