//! Publishing a version, and putting back files of one that is damaged.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;

use sha2::{Digest as _, Sha256};

use super::stage::{self, Stage};
use super::{Dir, Directory};
use crate::backend::artifacts::error::Error;
use crate::backend::artifacts::model::{
    Artifact, CHECKSUMS, Found, INCOMPLETE, Look, Manifest, NewVersion, Problem, SUMS, VersionKey,
};
use crate::backend::artifacts::name::{check_sources, file_name};
use crate::backend::artifacts::source;
use crate::backend::artifacts::stream::{Meter, each, read_chunks};
use crate::backend::fault;
use crate::backend::files::{Refusal as _, protect};

impl Directory {
    pub(in crate::backend::artifacts) fn publish(
        &self,
        new: &NewVersion,
        meter: &Meter,
    ) -> Result<bool, Error> {
        let NewVersion { key, sources, parallelism } = new;
        key.check()?;
        check_sources(sources).map_err(Error::Name)?;
        let root = self.root()?;
        fault::point("artifact_distribution.create.before_look");
        if let Some(parent) = Self::parent(&root, key)?
            && parent.folder(&key.version)?.is_some_and(|folder| !is_empty(&folder))
        {
            let artifacts = copy_all(sources, *parallelism, meter, None)?;
            self.is_same(key, &Manifest { artifacts }, meter)?;
            // What made it may have died between its last two steps.
            stage::clean(&root)?;
            return Ok(false);
        }
        let stage = Stage::new(&root)?;
        let folder = stage.folder()?;
        fault::point("artifact_distribution.create.staged");
        let artifacts = copy_all(sources, *parallelism, meter, Some(&folder))?;
        fault::point("artifact_distribution.create.copied");
        let manifest = Manifest { artifacts };
        write(&folder, SUMS, manifest.sums().as_bytes())?;
        fault::point("artifact_distribution.create.before_manifest");
        write(&folder, CHECKSUMS, manifest.text().as_bytes())?;
        folder.sync()?;
        fault::point("artifact_distribution.create.after_manifest");
        let parent = root.ensure_folder(&key.environment)?.ensure_folder(&key.model)?;
        fault::point("artifact_distribution.create.before_move");
        let given = stage.give(&parent, &key.version)?;
        fault::point("artifact_distribution.create.after_move");
        if !given {
            // Somebody else was faster.
            self.is_same(key, &manifest, meter)?;
        }
        Ok(given)
    }

    pub(in crate::backend::artifacts) fn restore(
        &self,
        key: &VersionKey,
        anchor: Option<&str>,
        sources: &BTreeMap<String, String>,
        meter: &Meter,
    ) -> Result<Found, Error> {
        let gone = || Problem::Manifest(INCOMPLETE);
        let damaged = |problems| Error::Damaged { version: key.to_string(), problems };
        let found = self.find(key, anchor, Look::Bytes, meter)?;
        let mut found = found.ok_or_else(|| damaged(vec![gone()]))?;
        if found.has_lost_manifest() {
            let artifacts = copy_all(sources, 1, meter, None).ok();
            let remade = artifacts.and_then(|artifacts| Manifest::anchored(artifacts, anchor));
            let manifest = remade.ok_or_else(|| damaged(found.problems))?;
            self.put_manifest(key, &manifest)?;
            found =
                self.find(key, anchor, Look::Bytes, meter)?.ok_or_else(|| damaged(vec![gone()]))?;
        }
        let Some(manifest) = found.repairable() else { return Err(damaged(found.problems)) };
        let problems = &found.problems;
        let root = self.root()?;
        let parent = Self::parent(&root, key)?.ok_or_else(|| damaged(vec![gone()]))?;
        let folder = parent.folder(&key.version)?.ok_or_else(|| damaged(vec![gone()]))?;
        let stage = Stage::new(&root)?;
        let aside = stage.folder()?;
        for problem in problems {
            fault::point("artifact_distribution.update.before_restore");
            let file = match problem.artifact() {
                None => {
                    write(&aside, SUMS, manifest.sums().as_bytes())?;
                    SUMS
                }
                Some(artifact) => {
                    let expected = &manifest.artifacts[artifact];
                    let Some(path) = sources.get(artifact) else {
                        return Err(damaged(problems.clone()));
                    };
                    let copied = copy(artifact, path, meter, Some(&aside))?;
                    if copied.sha256 != expected.sha256 || copied.file != expected.file {
                        return Err(Error::OtherSource {
                            version: key.to_string(),
                            artifact: artifact.to_owned(),
                            expected: expected.sha256.clone(),
                            found: copied.sha256,
                        });
                    }
                    &*expected.file
                }
            };
            fault::point("artifact_distribution.update.staged");
            aside.replace_file(file, &folder, file)?;
            folder.sync()?;
            fault::point("artifact_distribution.update.after_restore");
        }
        match self.find(key, anchor, Look::Bytes, meter)? {
            Some(found) if found.problems.is_empty() => Ok(found),
            Some(found) => Err(damaged(found.problems)),
            None => Err(damaged(vec![gone()])),
        }
    }

    fn put_manifest(&self, key: &VersionKey, manifest: &Manifest) -> Result<(), Error> {
        let root = self.root()?;
        let parent = root.ensure_folder(&key.environment)?.ensure_folder(&key.model)?;
        let folder = parent.ensure_folder(&key.version)?;
        let stage = Stage::new(&root)?;
        let aside = stage.folder()?;
        write(&aside, CHECKSUMS, manifest.text().as_bytes())?;
        fault::point("artifact_distribution.update.manifest_staged");
        aside.replace_file(CHECKSUMS, &folder, CHECKSUMS)?;
        folder.sync()
    }

    /// Whether the version that is there is this one, whole.
    fn is_same(&self, key: &VersionKey, new: &Manifest, meter: &Meter) -> Result<(), Error> {
        Found::is_same(self.find(key, None, Look::Bytes, meter)?, key, new)
    }
}

/// A folder without anything in it is no version, and gives way to one.
fn is_empty(folder: &Dir) -> bool {
    folder.names().is_ok_and(|names| names.is_empty())
}

/// Reads all sources, and writes them into a folder if there is one.
fn copy_all(
    sources: &BTreeMap<String, String>,
    parallelism: usize,
    meter: &Meter,
    to: Option<&Dir>,
) -> Result<BTreeMap<String, Artifact>, Error> {
    let sources: Vec<_> = sources.iter().collect();
    let copied = each(&sources, parallelism, |(artifact, path)| {
        copy(artifact, path, meter, to).map(|copied| ((*artifact).clone(), copied))
    });
    copied.into_iter().collect()
}

fn copy(artifact: &str, path: &str, meter: &Meter, to: Option<&Dir>) -> Result<Artifact, Error> {
    let (mut from, announced) = source::open(path).map_err(|problem| Error::Source {
        artifact: artifact.to_owned(),
        source_path: path.to_owned(),
        problem,
    })?;
    meter.expect(announced);
    let name = file_name(path).map_err(Error::Name)?.to_owned();
    let mut hash = Sha256::new();
    let mut size = 0;
    let mut file = to.map(|to| to.create(&name)).transpose()?;
    read_chunks(&mut from, path.as_ref(), "read", meter, |chunk| {
        hash.update(chunk);
        size += chunk.len() as u64;
        match (&mut file, to) {
            (Some(file), Some(to)) => {
                file.write_all(chunk).map_err(|error| Error::io("write", &to.path(&name), error))
            }
            _ => Ok(()),
        }
    })?;
    if let (Some(file), Some(to)) = (file, to) {
        finish(to, &name, &file)?;
        fault::point("artifact_distribution.file_copied");
        meter.say(format!("artifact `{artifact}`: {size} bytes copied"));
    }
    Ok(Artifact { file: name, sha256: hex::encode(hash.finalize()), size })
}

fn write(folder: &Dir, name: &str, bytes: &[u8]) -> Result<(), Error> {
    let mut file = folder.create(name)?;
    file.write_all(bytes).map_err(|error| Error::io("write", &folder.path(name), error))?;
    finish(folder, name, &file)
}

/// Makes a file read-only and waits until it is on disk.
fn finish(folder: &Dir, name: &str, file: &File) -> Result<(), Error> {
    let path = folder.path(name);
    protect::<Error>(file, &path)?;
    file.sync_all().map_err(|error| Error::io("flush", &path, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_that_was_moved_leaves_nothing() {
        let temp = tempfile::TempDir::new().unwrap();
        let root = Dir::open(temp.path()).unwrap().unwrap();
        let stage = Stage::new(&root).unwrap();
        write(&stage.folder().unwrap(), "a", b"a").unwrap();
        assert!(stage.give(&root, "there").unwrap());
        drop(stage);
        assert_eq!(std::fs::read_dir(temp.path().join(".stage")).unwrap().count(), 0);
        assert_eq!(std::fs::read(temp.path().join("there/a")).unwrap(), b"a");
    }
}
