//! Looking at a version: its manifest, and what is wrong with its files.

use std::io::Read as _;

use sha2::{Digest as _, Sha256};

use super::{Dir, Directory};
use crate::backend::artifacts::error::Error;
use crate::backend::artifacts::model::{
    Artifact, CHECKSUMS, Found, INCOMPLETE, Look, Manifest, Problem, SUMS, VersionKey, told,
};
use crate::backend::artifacts::stream::{Meter, each, read_chunks};
use crate::backend::files::Refusal as _;

/// No manifest is longer, in bytes.
const LONGEST: u64 = 16 * 1024 * 1024;

/// How many files are read at a time.
const PARALLEL: usize = 4;

impl Directory {
    pub(in crate::backend::artifacts) fn find(
        &self,
        key: &VersionKey,
        anchor: Option<&str>,
        look: Look,
        meter: &Meter,
    ) -> Result<Option<Found>, Error> {
        key.check()?;
        let root = self.root()?;
        let Some(parent) = Self::parent(&root, key)? else { return Ok(None) };
        let Some(folder) = parent.folder(&key.version)? else { return Ok(None) };
        let location = folder.path("").display().to_string();
        let location = location.trim_end_matches('/').to_owned();
        let names = folder.names()?;
        // `rename(2)` puts a version in the place of an empty folder, so that one is none.
        if names.is_empty() {
            return Ok(None);
        }
        let manifest = match manifest(&folder)? {
            Ok(manifest) => manifest,
            Err(problem) => {
                return Ok(Some(Found { location, manifest: None, problems: vec![problem] }));
            }
        };
        let mut problems = Vec::new();
        problems.extend(manifest.other_than(anchor));
        meter.expect(manifest.total_bytes());
        let artifacts: Vec<_> = manifest.artifacts.iter().collect();
        let seen = each(&artifacts, PARALLEL, |(name, artifact)| {
            let problem = examine(&folder, name, artifact, look, meter)?;
            if look == Look::Bytes {
                meter.say(told(name, &artifact.file, problem.as_ref()));
            }
            Ok::<_, Error>(problem)
        });
        for problem in seen {
            problems.extend(problem?);
        }
        match read(&folder, SUMS)? {
            Ok(Some(text)) if text == manifest.sums().as_bytes() => {}
            _ => problems.push(Problem::Sums),
        }
        let own = |name: &str| manifest.owns(name);
        let foreign = names.iter().filter(|name| !name.to_str().is_some_and(own));
        problems.extend(
            foreign.map(|name| Problem::Foreign { name: name.to_string_lossy().into_owned() }),
        );
        Ok(Some(Found { location, manifest: Some(manifest), problems }))
    }
}

/// The manifest in a version's folder, or what is wrong with it.
pub(super) fn manifest(folder: &Dir) -> Result<Result<Manifest, Problem>, Error> {
    Ok(match read(folder, CHECKSUMS)? {
        Ok(Some(text)) => Manifest::parse(&text),
        Ok(None) => Err(Problem::Manifest(INCOMPLETE)),
        Err(reason) => Err(Problem::Manifest(reason)),
    })
}

/// The bytes of a small file, or why they are not those of one.
fn read(folder: &Dir, name: &str) -> Result<Result<Option<Vec<u8>>, &'static str>, Error> {
    let file = match folder.file(name) {
        Ok(Some(file)) => file,
        Ok(None) => return Ok(Ok(None)),
        Err(Error::Irregular { .. }) => return Ok(Err("is no regular file")),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    file.take(LONGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Error::io("read", &folder.path(name), error))?;
    Ok(if bytes.len() as u64 > LONGEST { Err("is far too long") } else { Ok(Some(bytes)) })
}

/// What is wrong with one artifact. To be asked to stop is an error, all else is a problem.
fn examine(
    folder: &Dir,
    name: &str,
    expected: &Artifact,
    look: Look,
    meter: &Meter,
) -> Result<Option<Problem>, Error> {
    let (artifact, file) = (name.to_owned(), expected.file.clone());
    let unreadable = |error: Error| match error {
        Error::Stopped => Err(Error::Stopped),
        Error::Irregular { found, .. } => Ok(Some(Problem::Unreadable {
            artifact: artifact.clone(),
            file: file.clone(),
            reason: format!("it is {found}"),
        })),
        error => Ok(Some(Problem::Unreadable {
            artifact: artifact.clone(),
            file: file.clone(),
            reason: error.to_string(),
        })),
    };
    let mut open = match folder.file(&expected.file) {
        Ok(Some(open)) => open,
        Ok(None) => return Ok(Some(Problem::Missing { artifact, file })),
        Err(error) => return unreadable(error),
    };
    let path = folder.path(&expected.file);
    let size = match open.metadata() {
        Ok(metadata) => metadata.len(),
        Err(error) => return unreadable(Error::io("inspect", &path, error)),
    };
    if size != expected.size {
        return Ok(Some(Problem::Size { artifact, file, expected: expected.size, found: size }));
    }
    if look == Look::Sizes {
        return Ok(None);
    }
    let mut hash = Sha256::new();
    let read = read_chunks(&mut open, &path, "read", meter, |chunk| {
        hash.update(chunk);
        Ok(())
    });
    if let Err(error) = read {
        return unreadable(error);
    }
    let found = hex::encode(hash.finalize());
    let expected = expected.sha256.clone();
    Ok((found != expected).then_some(Problem::Bytes { artifact, file, expected, found }))
}
