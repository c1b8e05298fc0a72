//! The archive in an object store that keeps versions and locks them.
//!
//! ```text
//! <bucket>/<record_type>/<YYYY>/<YYYYMM>/<name>   a record
//! <bucket>/.chain/000000000001.json               an entry of the hash chain
//! ```
//!
//! Names and texts are those of the archive in a directory; what differs is who keeps them. **A lock protects a
//! version, not a name**: whoever may write can put another version or a delete marker over a record. So a
//! record is the version whose bytes its entry tells, an entry is the first version that follows its
//! predecessor, and what lies over them is a problem that is found and repaired.
//!
//! **Order of effects.** A record before its entry, as in a directory. Entries get their numbers by conditional
//! writes, so no lock is held and no two writers get the same. A deletion asks the store first, whose clock
//! cannot be set from here, and writes its entry when the version is gone.
//!
//! **The clock is the store's.** A record's time is what the store says about its version.

mod azure;
mod bucket;
mod entries;
mod evidence;
mod known;
mod lookup;
mod record;
pub(super) mod s3;
pub(super) mod store;
mod verify;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;

use crate::backend::aws::Aws;
use crate::backend::azure::Azure;
use crate::backend::worm::chain::Chain;
use crate::backend::worm::entry::Entry;
use crate::backend::worm::error::Error;
use crate::backend::worm::model::{Anchor, LockMode, Options, Retention};
use crate::backend::worm::name::check_bucket;
use crate::backend::worm::object::known::Known;
use crate::backend::worm::object::store::{Object, Store, Version};

/// An archive in an object store.
#[derive(Debug)]
pub(super) struct Objects {
    store: Store,
    mode: LockMode,
    options: Options,
    /// Entries that were read before, by bucket, key and version. A version never changes.
    seen: Mutex<BTreeMap<(String, String, String), Arc<Entry>>>,
    /// The buckets as they were seen last.
    known: Mutex<BTreeMap<String, Arc<tokio::sync::Mutex<Known>>>>,
}

/// A bucket with its chain as of now.
#[derive(Clone, Debug, Default)]
struct Look {
    chain: Chain,
    /// The version of each entry that the chain believes.
    entries: BTreeMap<u64, String>,
}

impl Objects {
    pub(super) fn s3(aws: Arc<Aws>, mode: LockMode, options: Options) -> Result<Self, Error> {
        Self::new(Store::s3(aws), mode, options)
    }

    pub(super) fn azure(
        azure: Arc<Azure>,
        mode: LockMode,
        options: Options,
    ) -> Result<Self, Error> {
        Self::new(Store::azure(azure), mode, options)
    }

    fn new(store: Store, mode: LockMode, options: Options) -> Result<Self, Error> {
        options.check()?;
        Ok(Self { store, mode, options, seen: Mutex::default(), known: Mutex::default() })
    }

    fn no_bucket(&self, name: &str) -> Error {
        Error::NoBucket { bucket: name.to_owned(), place: self.store.place().to_owned() }
    }

    /// What the absence of a bucket means: it is lost where the caller remembers an entry of its chain.
    fn absent(&self, name: &str, anchor: Option<&Anchor>) -> Error {
        match anchor {
            Some(anchor) => Error::BucketLost {
                bucket: name.to_owned(),
                place: self.store.place().to_owned(),
                sequence: anchor.sequence,
            },
            None => self.no_bucket(name),
        }
    }

    /// The chain of a completed bucket.
    async fn expect(&self, name: &str) -> Result<Arc<Look>, Error> {
        check_bucket(name)?;
        let look = self.look(name).await?;
        if look.chain.is_new() { Err(self.no_bucket(name)) } else { Ok(look) }
    }

    /// The chain of a completed bucket, if something may be built on it.
    async fn expect_sound(&self, name: &str) -> Result<Arc<Look>, Error> {
        let look = self.expect(name).await?;
        look.chain.sound(name)?;
        Ok(look)
    }

    /// The same for who will add to its end, which is all that is looked at.
    async fn expect_end(&self, name: &str) -> Result<Arc<Look>, Error> {
        check_bucket(name)?;
        let look = self.end(name).await?;
        look.chain.sound(name)?;
        if look.chain.is_new() { Err(self.no_bucket(name)) } else { Ok(look) }
    }

    /// Sees to it that a version is locked at least until `until`, and returns what the store says then.
    async fn ensure_locked(
        &self,
        bucket: &str,
        key: &str,
        version: &str,
        until: Timestamp,
    ) -> Result<Object, Error> {
        let gone = || ignored(bucket, key, until, None);
        let found = self.store.head(bucket, key, version).await?.ok_or_else(gone)?;
        if is_kept(&found, until) {
            return Ok(found);
        }
        if until <= self.store.now(bucket).await? {
            // It would be over already.
            return Ok(found);
        }
        // To change the mode of a lock is a right of its own, so a lock keeps the one that it has.
        let mode = found.retention.map_or(self.mode, |lock| lock.mode);
        self.store.retain(bucket, key, version, Retention { mode, until }).await?;
        let found = self.store.head(bucket, key, version).await?.ok_or_else(gone)?;
        if is_kept(&found, until) {
            Ok(found)
        } else {
            Err(ignored(bucket, key, until, found.retention))
        }
    }
}

fn ignored(bucket: &str, key: &str, expected: Timestamp, found: Option<Retention>) -> Error {
    Error::LockIgnored {
        bucket: bucket.to_owned(),
        path: key.to_owned(),
        expected,
        found: found.map(|lock| lock.until),
    }
}

/// Whether a version is locked at least until `until`.
fn is_kept(found: &Object, until: Timestamp) -> bool {
    found.retention.is_some_and(|lock| lock.until >= until)
}

/// The versions in a list that hold bytes, grouped by key, the oldest first.
fn by_key(listed: Vec<Version>) -> BTreeMap<String, Vec<Version>> {
    let mut keys: BTreeMap<String, Vec<Version>> = BTreeMap::new();
    for version in listed {
        keys.entry(version.key.clone()).or_default().push(version);
    }
    keys
}
