//! What a store of artifacts asks of an object store, and the object stores that can do it.
//!
//! Each is asked for the same few calls, in terms of keys within one bucket. What is made of these calls stands here
//! once: short objects, sums of long ones, uploads of many parts.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{FuturesOrdered, StreamExt as _, TryStreamExt as _};
use sha2::{Digest as _, Sha256};

use super::reading::Reading;
use super::{azure, s3};
use crate::backend::artifacts::error::Error;
use crate::backend::artifacts::stream::Meter;
use crate::backend::aws::Aws;
use crate::backend::azure::Azure;

/// No manifest is longer, in bytes.
const LONGEST: u64 = 16 * 1024 * 1024;

/// How many parts of one object are in memory at a time: one is read while the others are on their way.
const PARTS: usize = 3;

/// A bucket of S3, or a container of Azure.
#[derive(Debug)]
pub(super) enum Bucket {
    S3(s3::Bucket),
    Azure(azure::Container),
}

/// An object that is being read.
pub(super) enum Reader {
    S3(s3::Reader),
    Azure(azure::Reader),
}

/// What the store said of a part, so that it can be named when the object is made of them.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// The name that the store knows it by.
    pub(super) tag: String,
    /// The store's own sum of it, where it has one.
    pub(super) crc32: Option<String>,
}

macro_rules! each {
    ($self:ident, $it:ident => $call:expr) => {
        match $self {
            Self::S3($it) => $call.await,
            Self::Azure($it) => $call.await,
        }
    };
}

impl Bucket {
    pub(super) fn s3(aws: Arc<Aws>, name: &str) -> Self {
        Self::S3(s3::Bucket::new(aws, name))
    }

    pub(super) fn azure(azure: Arc<Azure>, name: &str) -> Self {
        Self::Azure(azure::Container::new(azure, name))
    }

    /// Its address, without a slash at the end.
    pub(super) fn uri(&self) -> String {
        match self {
            Self::S3(it) => it.uri(),
            Self::Azure(it) => it.uri(),
        }
    }

    /// The objects whose keys begin with `prefix`: the rest of their keys, and their sizes.
    pub(super) async fn list(&self, prefix: &str) -> Result<BTreeMap<String, u64>, Error> {
        let found = each!(self, it => it.list(prefix))?;
        let below = found.into_iter().filter_map(|(key, size)| {
            let name = key.strip_prefix(prefix)?.to_owned();
            // Some tools write objects that stand for folders.
            (!name.is_empty() && !name.ends_with('/')).then_some((name, size))
        });
        Ok(below.collect())
    }

    /// The bytes of an object that should be short; none if there is no such object.
    pub(super) async fn read_small(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some(mut reader) = self.open(key).await? else { return Ok(None) };
        let mut bytes = Vec::new();
        // Whoever reads it finds that it is none.
        if reader.size() > LONGEST {
            return Ok(Some(bytes));
        }
        while let Some(chunk) = reader.next().await? {
            bytes.extend_from_slice(&chunk);
        }
        Ok(Some(bytes))
    }

    /// SHA-256 of an object; none if there is no such object.
    pub(super) async fn digest(&self, key: &str, meter: &Meter) -> Result<Option<String>, Error> {
        let Some(mut reader) = self.open(key).await? else { return Ok(None) };
        let mut hash = Sha256::new();
        while let Some(chunk) = reader.next().await? {
            meter.pass(chunk.len() as u64)?;
            hash.update(&chunk);
        }
        Ok(Some(hex::encode(hash.finalize())))
    }

    /// Writes an object; false if `only_new` and there is one already.
    pub(super) async fn put(
        &self,
        key: &str,
        bytes: Vec<u8>,
        only_new: bool,
    ) -> Result<bool, Error> {
        each!(self, it => it.put(key, bytes, only_new))
    }

    /// Writes an object of many parts, of which `first` is the first; false if `only_new` and there is one already.
    /// Nobody sees any of it before all of it is there.
    pub(super) async fn put_parts(
        &self,
        key: &str,
        first: Vec<u8>,
        rest: &mut Reading,
        only_new: bool,
    ) -> Result<bool, Error> {
        let upload = match self {
            Self::S3(it) => it.begin(key).await?,
            Self::Azure(_) => azure::begin(),
        };
        let written = match self.send_parts(key, &upload, first, rest).await {
            Ok(parts) => match self {
                Self::S3(it) => it.complete(key, &upload, parts, only_new).await,
                Self::Azure(it) => it.complete(key, parts, only_new).await,
            },
            Err(error) => Err(error),
        };
        // Azure forgets blocks that are part of no blob.
        if let (Self::S3(it), Ok(false) | Err(_)) = (self, &written) {
            it.abandon(key, &upload).await;
        }
        written
    }

    async fn send_parts(
        &self,
        key: &str,
        upload: &str,
        first: Vec<u8>,
        rest: &mut Reading,
    ) -> Result<Vec<Part>, Error> {
        let mut sending = FuturesOrdered::new();
        let (mut sent, mut part, mut number) = (Vec::new(), first, 0);
        while !part.is_empty() {
            number += 1;
            sending.push_back(self.part(key, upload, number, part));
            if sending.len() == PARTS {
                sent.extend(sending.try_next().await?);
            }
            let mut next = pin!(rest.next());
            part = loop {
                tokio::select! {
                    next = &mut next => break next?,
                    Some(done) = sending.next() => sent.push(done?),
                }
            };
        }
        sent.extend(sending.try_collect::<Vec<_>>().await?);
        Ok(sent)
    }

    async fn part(
        &self,
        key: &str,
        upload: &str,
        number: u32,
        bytes: Vec<u8>,
    ) -> Result<Part, Error> {
        each!(self, it => it.part(key, upload, number, bytes))
    }

    /// Deletes an object; that it is not there is no error.
    pub(super) async fn delete(&self, key: &str) -> Result<(), Error> {
        each!(self, it => it.delete(key))
    }

    async fn open(&self, key: &str) -> Result<Option<Reader>, Error> {
        match self {
            Self::S3(it) => Ok(it.open(key).await?.map(Reader::S3)),
            Self::Azure(it) => Ok(it.open(key).await?.map(Reader::Azure)),
        }
    }
}

impl Reader {
    /// The size of the object in bytes.
    fn size(&self) -> u64 {
        match self {
            Self::S3(it) => it.size(),
            Self::Azure(it) => it.size(),
        }
    }

    /// The next bytes; none at the end.
    async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        each!(self, it => it.next())
    }
}
