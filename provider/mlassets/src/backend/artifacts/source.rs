//! Files that artifacts are made of: where they may be, and whether they still have the bytes that were published.
//!
//! A relative path stays below the folder in which the program runs, also when links are followed, so that what a
//! configuration names is what it holds. An absolute path says where it leads.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{Mode, OFlags};
use sha2::{Digest as _, Sha256};

use super::stream::{Meter, each, read_chunks};

/// Why a file cannot be the source of an artifact.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceProblem {
    /// It is not there.
    #[error("does not exist")]
    Missing,
    /// It is a folder or something special.
    #[error("is no regular file")]
    NoFile,
    /// A relative path leads elsewhere.
    #[error(
        "leads out of the folder in which Terraform runs; write an absolute path if that is meant"
    )]
    Escapes,
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(String),
}

/// Whether the file can be the source of an artifact, as far as can be said without reading it.
pub fn check_source(path: &str) -> Result<(), SourceProblem> {
    open(path).map(drop)
}

/// The artifacts whose sources are there with other bytes than those with the checksums. What cannot be read says
/// nothing: a version that is published needs its sources no more.
pub fn changed(
    sources: &BTreeMap<String, String>,
    checksums: &BTreeMap<String, String>,
    parallelism: usize,
) -> Vec<String> {
    let known: Vec<_> = sources
        .iter()
        .filter_map(|(artifact, path)| Some((artifact, path, checksums.get(artifact)?)))
        .collect();
    let verdicts = each(&known, parallelism, |(artifact, path, expected)| {
        let (mut file, _) = open(path).ok()?;
        let mut hash = Sha256::new();
        let read = read_chunks(&mut file, Path::new(path), "read", &Meter::default(), |chunk| {
            hash.update(chunk);
            Ok(())
        });
        let other = read.is_ok() && hex::encode(hash.finalize()) != **expected;
        other.then(|| (*artifact).clone())
    });
    verdicts.into_iter().flatten().collect()
}

/// Opens a source for reading, with its size.
pub(super) fn open(path: &str) -> Result<(File, u64), SourceProblem> {
    let real = Path::new(path).canonicalize().map_err(|error| explain(&error))?;
    if Path::new(path).is_relative() {
        let here = Path::new(".").canonicalize().map_err(|error| explain(&error))?;
        if !real.starts_with(here) {
            return Err(SourceProblem::Escapes);
        }
    }
    // Without NONBLOCK a FIFO in the file's place would hang the caller.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = rustix::fs::open(&real, flags, Mode::empty());
    let file = File::from(file.map_err(|error| explain(&error.into()))?);
    let metadata = file.metadata().map_err(|error| explain(&error))?;
    if metadata.is_file() { Ok((file, metadata.len())) } else { Err(SourceProblem::NoFile) }
}

fn explain(error: &io::Error) -> SourceProblem {
    match error.kind() {
        io::ErrorKind::NotFound => SourceProblem::Missing,
        _ => SourceProblem::Unreadable(error.to_string()),
    }
}
