//! A source on its way into an object: read, counted and hashed part by part, off the runtime.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::backend::artifacts::error::Error;
use crate::backend::artifacts::source;
use crate::backend::artifacts::store::off_runtime;
use crate::backend::artifacts::stream::Meter;
use crate::backend::files::Refusal as _;

/// The smallest part of an upload but the last. S3 takes none below 5 MiB.
const PART: u64 = 8 * 1024 * 1024;

/// An upload to S3 has at most 10,000 parts, one to Azure 50,000.
const MOST_PARTS: u64 = 9_000;

/// An open source.
pub(super) struct Reading {
    path: String,
    part: usize,
    state: Option<(File, Sha256, u64)>,
    meter: Meter,
}

/// How many bytes of a file with this size one part should have.
fn part_size(size: u64) -> usize {
    usize::try_from(PART.max(size.div_ceil(MOST_PARTS))).unwrap_or(usize::MAX)
}

impl Reading {
    pub(super) async fn open(artifact: &str, path: &str, meter: &Meter) -> Result<Self, Error> {
        let path = path.to_owned();
        let at = path.clone();
        let opened = off_runtime(move || source::open(&at)).await?;
        let (file, size) = opened.map_err(|problem| Error::Source {
            artifact: artifact.to_owned(),
            source_path: path.clone(),
            problem,
        })?;
        meter.expect(size);
        let state = Some((file, Sha256::new(), 0));
        Ok(Self { path, part: part_size(size), state, meter: meter.clone() })
    }

    /// How many bytes each part has but the last.
    pub(super) fn part(&self) -> usize {
        self.part
    }

    /// SHA-256 and size of what was read.
    pub(super) fn done(self) -> (String, u64) {
        let (_, hash, size) = self.state.expect("it is put back after each part");
        (hex::encode(hash.finalize()), size)
    }

    /// The next part; an empty one is the end.
    pub(super) async fn next(&mut self) -> Result<Vec<u8>, Error> {
        let (mut file, mut hash, size) = self.state.take().ok_or(Error::Stopped)?;
        let (path, part) = (self.path.clone(), self.part);
        let read = off_runtime(move || {
            let mut bytes = Vec::new();
            let read = (&mut file).take(part as u64).read_to_end(&mut bytes);
            read.map_err(|error| Error::io("read", Path::new(&path), error))?;
            hash.update(&bytes);
            Ok::<_, Error>((file, hash, bytes))
        });
        let (file, hash, bytes) = read.await??;
        self.state = Some((file, hash, size + bytes.len() as u64));
        self.meter.pass(bytes.len() as u64)?;
        Ok(bytes)
    }
}
