//! What a run would change, without changing it.
//!
//! The bytes on the disk decide. A file that is just as rendered is fine whoever wrote it, so a project whose
//! manifest was lost, or whose run was killed, mends itself. Any other file is ours only while it still has bytes
//! that the manifest knows.
//!
//! A file that was changed by hand is a problem and not a change. Who mends a stack in the night mends a file; the
//! next render, of somebody else and for another reason, must not take that back without a word. `--force` does.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::PathBuf;

use mlgen::doc::Document;

use super::clash::clashes;
use super::error::Error;
use super::manifest::{Entry, Known, Manifest, sha256};
use super::owner::{Output, Owner, Scope};
use super::place::{Found, Places, Spot, not_a_path};
use super::problem::{Problem, ProblemKind};

/// A project as it is on the disk.
#[derive(Debug)]
pub struct Existing {
    /// Without links.
    pub(super) root: PathBuf,
    pub(super) known: Known,
    /// The text of the manifest.
    pub(super) manifest: Option<String>,
    /// Whether the last run was killed.
    pub(super) interrupted: bool,
    /// Dropped with the value, and the lock with it.
    pub(super) _lock: File,
}

/// What a run would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Sorted by path.
    pub changes: Vec<Change>,
    /// Sorted by path. If there is one, nothing is written.
    pub problems: Vec<Problem>,
    /// How many files are already as rendered.
    pub unchanged: usize,
    /// What the manifest will say.
    pub(super) manifest: String,
    /// Whether there is a manifest that says something else.
    pub manifest_differs: bool,
}

/// A file that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// From the project's folder.
    pub path: String,
    /// Whose it is.
    pub owner: Owner,
    /// What is there now.
    pub before: Option<Vec<u8>>,
    /// What will be there.
    pub after: Option<String>,
    /// Whether it is to be a program.
    pub executable: bool,
}

/// How a file changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// There is none.
    Create,
    /// It has another text, or must become a program.
    Update,
    /// It is no longer rendered.
    Remove,
}

impl Change {
    /// How the file changes.
    pub fn kind(&self) -> ChangeKind {
        match (&self.before, &self.after) {
            (None, _) => ChangeKind::Create,
            (Some(_), Some(_)) => ChangeKind::Update,
            (Some(_), None) => ChangeKind::Remove,
        }
    }
}

impl Plan {
    /// Whether all files are as rendered, and the manifest, if it is there, says so.
    pub fn is_clean(&self) -> bool {
        self.changes.is_empty() && self.problems.is_empty() && !self.manifest_differs
    }
}

impl Existing {
    /// Compares what was rendered in a run of the given scope with what is there.
    ///
    /// `force` makes files that were changed by hand changes instead of problems. Files of others stay problems.
    pub fn plan(
        &self,
        mut outputs: Vec<Output>,
        scope: &Scope,
        force: bool,
    ) -> Result<Plan, Error> {
        outputs.sort_by(|a, b| (&a.document.path, &a.owner).cmp(&(&b.document.path, &b.owner)));
        let rendered: BTreeSet<&str> =
            outputs.iter().map(|output| output.document.path.as_str()).collect();
        let (stale, staying): (Vec<_>, Vec<_>) = self
            .known
            .files
            .iter()
            .filter(|(path, _)| !rendered.contains(path.as_str()))
            .partition(|(_, entries)| entries.iter().any(|entry| scope.covers(&entry.owner)));
        let staying_paths = staying.iter().map(|(path, _)| path.as_str());
        let mut run = Run {
            existing: self,
            force,
            problems: clashes(&outputs, staying_paths),
            changes: Vec::new(),
            unchanged: 0,
            files: BTreeMap::new(),
            places: BTreeMap::new(),
            identities: BTreeMap::new(),
            disk: Places::below(&self.root),
        };
        for (path, entries) in staying {
            run.files.insert(path.clone(), self.likely(path, entries)?);
        }
        for output in outputs {
            run.output(output, scope)?;
        }
        for (path, entries) in stale {
            run.stale(path, &entries[0].owner)?;
        }
        Ok(run.finish())
    }
}

struct Run<'a> {
    existing: &'a Existing,
    force: bool,
    problems: Vec<Problem>,
    changes: Vec<Change>,
    unchanged: usize,
    /// The manifest to be. Files outside of the run's scope stay in it.
    files: BTreeMap<String, Entry>,
    /// Which path has which place.
    places: BTreeMap<PathBuf, String>,
    /// Which path has which file, where there is one.
    identities: BTreeMap<(u64, u64), String>,
    disk: Places<'a>,
}

impl Run<'_> {
    fn output(&mut self, output: Output, scope: &Scope) -> Result<(), Error> {
        let Output { owner, document: Document { path, text, executable } } = output;
        let entry = Entry { sha256: sha256(text.as_bytes()), owner: owner.clone() };
        if self.files.insert(path.clone(), entry).is_some() {
            return Ok(()); // A duplicate, which is a problem already.
        }
        let file = match self.find(&path, scope, &owner)? {
            Ok(file) => file,
            Err(kind) => {
                self.problems.push(Problem { path, owner, kind });
                return Ok(());
            }
        };
        let Some(file) = file else {
            let after = Some(text);
            self.changes.push(Change { path, owner, before: None, after, executable });
            return Ok(());
        };
        // A program may be more than was asked for: some file systems say so of every file.
        let runs = file.executable || !executable;
        if file.bytes == text.as_bytes() && runs {
            self.unchanged += 1;
            return Ok(());
        }
        let known = !self.existing.known.entries(&path).is_empty();
        let wrote = file.bytes == text.as_bytes() || self.existing.known.wrote(&path, &file.bytes);
        let (before, after) = (file.bytes, Some(text));
        if wrote || (known && self.force) {
            self.changes.push(Change { path, owner, before: Some(before), after, executable });
        } else {
            let kind =
                if known { ProblemKind::Modified { before, after } } else { ProblemKind::Foreign };
            self.problems.push(Problem { path, owner, kind });
        }
        Ok(())
    }

    /// What is where a document shall be, or why it cannot be there.
    fn find(
        &mut self,
        path: &str,
        scope: &Scope,
        owner: &Owner,
    ) -> Result<Result<Option<Found>, ProblemKind>, Error> {
        if let Some(why) = not_a_path(path) {
            return Ok(Err(ProblemKind::NotAPath { why }));
        }
        let entries = self.existing.known.entries(path);
        let ours = |entry: &Entry| entry.owner == *owner || scope.covers(&entry.owner);
        if let Some(first) = entries.first()
            && !entries.iter().any(ours)
        {
            return Ok(Err(ProblemKind::Claimed { by: first.owner.clone() }));
        }
        let spot = match self.disk.look(path)? {
            Ok(spot) => spot,
            Err(kind) => return Ok(Err(kind)),
        };
        if let Some(other) = self.places.insert(spot.real, path.to_owned()) {
            return Ok(Err(ProblemKind::SamePlace { other }));
        }
        if let Some(file) = &spot.file {
            self.identities.insert(file.identity, path.to_owned());
        }
        Ok(Ok(spot.file))
    }

    /// A file of the run's scope that is no longer rendered. What is not a file any more is not ours any more.
    fn stale(&mut self, path: &str, owner: &Owner) -> Result<(), Error> {
        let Ok(Spot { file: Some(file), real }) = self.disk.look(path)? else {
            return Ok(());
        };
        let (path, owner) = (path.to_owned(), owner.clone());
        // Reached by a link, or by a name in another case: to remove it would remove the new one.
        if self.places.contains_key(&real) {
            return Ok(());
        }
        if let Some(other) = self.identities.get(&file.identity)
            && other.to_lowercase() == path.to_lowercase()
        {
            let kind = ProblemKind::CaseClash { other: path };
            self.problems.push(Problem { path: other.clone(), owner, kind });
            return Ok(());
        }
        let before = file.bytes;
        if self.force || self.existing.known.wrote(&path, &before) {
            let before = Some(before);
            self.changes.push(Change { path, owner, before, after: None, executable: false });
        } else {
            let kind = ProblemKind::Modified { before, after: None };
            self.problems.push(Problem { path, owner, kind });
        }
        Ok(())
    }

    fn finish(mut self) -> Plan {
        self.changes.sort_by(|a, b| a.path.cmp(&b.path));
        self.problems.sort_by(|a, b| a.path.cmp(&b.path));
        let manifest = Manifest::new(self.files).to_text();
        let manifest_differs =
            self.existing.manifest.as_ref().is_some_and(|there| *there != manifest);
        Plan {
            changes: self.changes,
            problems: self.problems,
            unchanged: self.unchanged,
            manifest,
            manifest_differs,
        }
    }
}
