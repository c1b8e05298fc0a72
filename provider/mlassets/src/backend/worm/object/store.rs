//! What an archive asks of an object store with versions and locks, and the stores that can do it.
//!
//! A store keeps every version of an object and locks versions, not names. It never decides what is evidence.

use std::sync::Arc;

use jiff::Timestamp;

use crate::backend::aws::Aws;
use crate::backend::azure::Azure;
use crate::backend::worm::error::Error;
use crate::backend::worm::model::{LockMode, Retention};
use crate::backend::worm::object::azure::AzureStore;
use crate::backend::worm::object::s3::S3;

/// An object store.
#[derive(Debug)]
pub(super) enum Store {
    S3(S3),
    Azure(AzureStore),
}

/// What a bucket does with an object that comes without a lock of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Defaults {
    /// Mode and days, if it locks such objects.
    pub(super) retention: Option<(LockMode, u32)>,
    /// Whether the store has such a default at all.
    pub(super) supported: bool,
}

/// A version of an object in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::backend::worm) struct Version {
    pub(in crate::backend::worm) key: String,
    pub(in crate::backend::worm) id: String,
    /// Whether a read without a version gets this one.
    pub(in crate::backend::worm) is_current: bool,
    /// Whether it only says that the object is deleted.
    pub(in crate::backend::worm) is_marker: bool,
}

/// What a list tells of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::backend::worm) struct Listed {
    pub(in crate::backend::worm) size: u64,
    /// By the store's clock, in whole seconds.
    pub(in crate::backend::worm) written_at: Timestamp,
}

/// A version of an object, read.
#[derive(Clone, Debug)]
pub(in crate::backend::worm) struct Object {
    /// Empty where only properties were asked for.
    pub(in crate::backend::worm) bytes: Vec<u8>,
    pub(in crate::backend::worm) id: String,
    /// When the store took it, by its own clock, in whole seconds.
    pub(in crate::backend::worm) stored_at: Timestamp,
    pub(in crate::backend::worm) retention: Option<Retention>,
    pub(in crate::backend::worm) legal_hold: bool,
}

/// The outcome of a write that must not replace anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Put {
    /// It was written, as this version.
    New(String),
    /// There is such an object already.
    Exists,
}

/// What is to be written.
#[derive(Clone, Copy, Debug)]
pub(in crate::backend::worm) struct Upload<'a> {
    pub(in crate::backend::worm) bucket: &'a str,
    pub(in crate::backend::worm) key: &'a str,
    pub(in crate::backend::worm) bytes: &'a [u8],
    /// The lock to write it with; none where the bucket's default is to apply, by the store's clock.
    pub(in crate::backend::worm) retention: Option<Retention>,
    /// The storage class, where it is not the usual one.
    pub(in crate::backend::worm) class: Option<&'a str>,
}

macro_rules! each {
    ($self:ident, $it:ident => $call:expr) => {
        match $self {
            Store::S3($it) => $call.await,
            Store::Azure($it) => $call.await,
        }
    };
}

impl Store {
    pub(super) fn s3(aws: Arc<Aws>) -> Self {
        Self::S3(S3::new(aws))
    }

    pub(super) fn azure(azure: Arc<Azure>) -> Self {
        Self::Azure(AzureStore::new(azure))
    }

    /// Who is asked.
    pub(super) fn place(&self) -> &str {
        match self {
            Self::S3(it) => it.place(),
            Self::Azure(it) => it.place(),
        }
    }

    /// The bucket, or none; [`Error::Unprotected`] if it cannot lock what is written to it.
    pub(super) async fn bucket(&self, bucket: &str) -> Result<Option<Defaults>, Error> {
        each!(self, it => it.bucket(bucket))
    }

    /// The names of all buckets of the account that begin with `prefix`.
    pub(super) async fn buckets(&self, prefix: &str) -> Result<Vec<String>, Error> {
        each!(self, it => it.buckets(prefix))
    }

    /// Makes a bucket that can lock, unless there is one.
    pub(super) async fn create_bucket(&self, bucket: &str) -> Result<(), Error> {
        each!(self, it => it.create_bucket(bucket))
    }

    /// Sets the bucket's default, where the store has one.
    pub(super) async fn set_default(
        &self,
        bucket: &str,
        mode: LockMode,
        days: u32,
    ) -> Result<(), Error> {
        match self {
            Self::S3(it) => it.set_default(bucket, mode, days).await,
            Self::Azure(_) => Ok(()),
        }
    }

    /// Removes an empty bucket; that it is not there is no error.
    pub(super) async fn delete_bucket(&self, bucket: &str) -> Result<(), Error> {
        each!(self, it => it.delete_bucket(bucket))
    }

    /// Every version of every object whose key begins with `prefix`, by key, the oldest version of a key first.
    pub(super) async fn list(&self, bucket: &str, prefix: &str) -> Result<Vec<Version>, Error> {
        each!(self, it => it.list(bucket, prefix))
    }

    /// A version of an object with its bytes; the current one if none is named.
    pub(super) async fn get(
        &self,
        bucket: &str,
        key: &str,
        version: Option<&str>,
    ) -> Result<Option<Object>, Error> {
        each!(self, it => it.get(bucket, key, version))
    }

    /// The properties of a version of an object.
    pub(super) async fn head(
        &self,
        bucket: &str,
        key: &str,
        version: &str,
    ) -> Result<Option<Object>, Error> {
        each!(self, it => it.head(bucket, key, version))
    }

    /// Writes an object unless there is one.
    pub(super) async fn put_new(&self, upload: Upload<'_>) -> Result<Put, Error> {
        each!(self, it => it.put_new(upload))
    }

    /// Writes a further version of an object.
    pub(super) async fn put_over(&self, upload: Upload<'_>) -> Result<String, Error> {
        each!(self, it => it.put_over(upload))
    }

    /// Sets the retention of a version.
    pub(super) async fn retain(
        &self,
        bucket: &str,
        key: &str,
        version: &str,
        retention: Retention,
    ) -> Result<(), Error> {
        each!(self, it => it.retain(bucket, key, version, retention))
    }

    /// Sets or clears the legal hold of a version.
    pub(super) async fn hold(
        &self,
        bucket: &str,
        key: &str,
        version: &str,
        hold: bool,
    ) -> Result<(), Error> {
        each!(self, it => it.hold(bucket, key, version, hold))
    }

    /// Deletes a version for good; that it is not there is no error.
    pub(super) async fn delete(&self, bucket: &str, key: &str, version: &str) -> Result<(), Error> {
        each!(self, it => it.delete(bucket, key, version))
    }

    /// What the store's clock says, in whole seconds.
    pub(super) async fn now(&self, bucket: &str) -> Result<Timestamp, Error> {
        each!(self, it => it.now(bucket))
    }
}
