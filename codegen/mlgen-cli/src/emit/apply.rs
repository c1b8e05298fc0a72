//! A plan becomes true: files first, the manifest last.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::error::Error;
use super::manifest::{Entry, FOLDER, Known, MANIFEST, Manifest, PENDING, sha256};
use super::owner::Owner;
use super::place::{self, Places, Spot};
use super::plan::{Existing, Plan};
use super::problem::Problem;
use super::transaction::{Transaction, clear, remove_empty, replace};

/// The right to change a project. Nobody else has it at the same time.
#[derive(Debug)]
pub struct Writer {
    pub(super) existing: Existing,
}

impl Writer {
    /// The project as it is.
    pub fn existing(&self) -> &Existing {
        &self.existing
    }

    /// Does what the plan says, all of it or nothing, and remembers it in the manifest.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] if the plan has problems. Else [`Error::Stopped`], with all files as they were unless it
    /// names some.
    pub fn apply(self, plan: &Plan) -> Result<(), Error> {
        if !plan.problems.is_empty() {
            return Err(Error::Refused);
        }
        if plan.changes.is_empty() && self.existing.manifest.as_ref() == Some(&plan.manifest) {
            return Ok(());
        }
        let root = &self.existing.root;
        let mut transaction = Transaction::default();
        match self.change(plan, &mut transaction) {
            Ok(()) => {
                transaction.finish(root);
                drop(fs::remove_file(root.join(PENDING)));
                Ok(())
            }
            Err(cause) => {
                let left = transaction.undo();
                // Otherwise the changed files must stay known.
                if left.is_empty() {
                    drop(fs::remove_file(root.join(PENDING)));
                    drop(fs::remove_dir(root.join(FOLDER)));
                }
                Err(Error::Stopped { cause: Box::new(cause), left })
            }
        }
    }

    fn change(&self, plan: &Plan, transaction: &mut Transaction) -> Result<(), Error> {
        let root = &self.existing.root;
        fs::create_dir_all(root.join(FOLDER)).map_err(Error::io("make", FOLDER))?;
        write_own(root, PENDING, &self.pending(plan)?)?;
        let mut disk = Places::below(root);
        let mut staged = Vec::with_capacity(plan.changes.len());
        for change in &plan.changes {
            let raced = || Error::Raced { path: change.path.clone() };
            let spot = disk.look(&change.path)?.map_err(|_| raced())?;
            if spot.file.map(|file| file.bytes) != change.before {
                return Err(raced());
            }
            staged.push((change, spot.real));
        }
        transaction.stage(&staged)?;
        transaction.commit()?;
        write_own(root, MANIFEST, &plan.manifest)
    }
}

impl Writer {
    /// What a run that follows a killed one must know: what was to be written, and what was to be removed. The manifest
    /// may be the new one by then, and what lies beside a removed file must still be found.
    pub(super) fn pending(&self, plan: &Plan) -> Result<String, Error> {
        let mut known = Known::default();
        known.add(&plan.manifest)?;
        let mut files: BTreeMap<String, Entry> =
            known.files.into_iter().map(|(path, mut entries)| (path, entries.remove(0))).collect();
        for change in plan.changes.iter().filter(|change| change.after.is_none()) {
            if let Some(entry) = self.existing.known.entries(&change.path).first() {
                files.entry(change.path.clone()).or_insert_with(|| entry.clone());
            }
        }
        Ok(Manifest::new(files).to_text())
    }
}

impl Existing {
    /// Ends a run that was killed: clears away what it put beside files, and remembers what it had written.
    pub(super) fn recover(&mut self) -> Result<(), Error> {
        if !self.interrupted {
            return Ok(());
        }
        let mut files = BTreeMap::new();
        for (path, entries) in &self.known.files {
            if let Ok(spot) = place::look(&self.root, path)? {
                clear(&spot.real);
                if spot.file.is_none() {
                    remove_empty(&self.root, &spot.real);
                }
            }
            files.insert(path.clone(), self.likely(path, entries)?);
        }
        let manifest = Manifest::new(files).to_text();
        self.known = Known::default();
        self.known.add(&manifest)?;
        write_own(&self.root, MANIFEST, &manifest)?;
        fs::remove_file(self.root.join(PENDING)).map_err(Error::io("remove", PENDING))?;
        self.manifest = Some(manifest);
        self.interrupted = false;
        Ok(())
    }

    /// The entry that is true; if several may be, the disk knows which.
    pub(super) fn likely(&self, path: &str, entries: &[Entry]) -> Result<Entry, Error> {
        if entries.len() > 1
            && let Ok(Spot { file: Some(file), .. }) = place::look(&self.root, path)?
        {
            let hash = sha256(&file.bytes);
            if let Some(entry) = entries.iter().find(|entry| entry.sha256 == hash) {
                return Ok(entry.clone());
            }
        }
        Ok(entries[0].clone())
    }
}

/// Writes one of mlgen's own files, which may no more be outside of the project than a document.
fn write_own(root: &Path, path: &str, text: &str) -> Result<(), Error> {
    let spot = place::look(root, path)?.map_err(|kind| {
        let problem = Problem { path: path.to_owned(), owner: Owner::default(), kind };
        Error::Manifest(format!("cannot be written: {}; {}", problem.message(), problem.help()))
    })?;
    replace(&spot.real, text).map_err(Error::io("write", path))
}
