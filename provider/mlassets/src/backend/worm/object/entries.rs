//! The chain of a bucket in an object store: reading it, and adding to it without a lock.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use jiff::Timestamp;

use crate::backend::fault;
use crate::backend::worm::chain::{CHAIN, ENTRY_BYTES, file_name, sequence_of};
use crate::backend::worm::entry::{Entry, Event, retained_until};
use crate::backend::worm::error::Error;
use crate::backend::worm::model::Problem;
use crate::backend::worm::object::store::{Put, Upload, Version};
use crate::backend::worm::object::{Look, Objects, by_key};

/// How many entries are read at once.
const PARALLEL: usize = 16;

/// How often an entry may find its number taken.
pub(super) const TRIES: u32 = 20;

impl Objects {
    /// Reads the chain of a bucket from a list of all versions of its entries.
    pub(super) async fn read_chain(&self, bucket: &str, listed: &[Version]) -> Result<Look, Error> {
        let mut look = Look::default();
        let mut numbered: BTreeMap<u64, Vec<Version>> = BTreeMap::new();
        for (key, versions) in by_key(listed.to_vec()) {
            match key.strip_prefix(CHAIN).and_then(|name| sequence_of(name.strip_prefix('/')?)) {
                Some(sequence) => drop(numbered.insert(sequence, versions)),
                None => {
                    look.chain.problems.push(Problem::Foreign { path: key, found: "not an entry" });
                }
            }
        }
        let first: Vec<&Version> = numbered
            .values()
            .filter_map(|versions| versions.iter().find(|it| !it.is_marker))
            .collect();
        self.read_ahead(bucket, &first).await?;
        let mut expected = 1;
        for (sequence, versions) in &numbered {
            if *sequence != expected {
                look.chain.broken(expected, "the entry is missing");
            }
            expected = sequence.saturating_add(1);
            self.take_first(bucket, *sequence, versions, &mut look).await?;
        }
        Ok(look)
    }

    /// Takes the first version that is an entry and follows the one before; if there is none, the first one is
    /// judged.
    pub(super) async fn take_first(
        &self,
        bucket: &str,
        sequence: u64,
        versions: &[Version],
        look: &mut Look,
    ) -> Result<(), Error> {
        let mut first = None;
        let mut chosen = None;
        for version in versions.iter().filter(|version| !version.is_marker) {
            let entry = self.entry(bucket, version).await?;
            if let Some(entry) = &entry
                && look.chain.follows(bucket, sequence, entry)
            {
                chosen = Some((version, Arc::clone(entry)));
                break;
            }
            first.get_or_insert((version, entry));
        }
        let (version, entry) = match (chosen, first) {
            (Some((version, entry)), _) => (version, Some(entry)),
            (None, Some((version, entry))) => (version, entry),
            (None, None) => {
                look.chain.broken(sequence, "the entry is missing");
                return Ok(());
            }
        };
        if !version.is_current {
            // Over it may lie the same again, which an apply put there.
            let current = versions.iter().find(|it| it.is_current && !it.is_marker);
            let shown = match current {
                Some(current) => self.entry(bucket, current).await?,
                None => None,
            };
            if shown.is_none() || shown != entry {
                let (path, version) = (version.key.clone(), version.id.clone());
                look.chain.problems.push(Problem::Hidden { path, version });
            }
        }
        let Some(entry) = entry else {
            look.chain.broken(sequence, "the entry was edited or is no entry");
            return Ok(());
        };
        if entry.hash != entry.own_hash() {
            look.chain.broken(sequence, "the hash does not fit the entry");
        }
        look.chain.judge(bucket, sequence, &entry);
        look.chain.take(sequence, entry);
        look.entries.insert(sequence, version.id.clone());
        Ok(())
    }

    /// Reads what was not read before, several at once.
    async fn read_ahead(&self, bucket: &str, versions: &[&Version]) -> Result<(), Error> {
        let unseen: Vec<&&Version> =
            versions.iter().filter(|version| self.remembered(bucket, version).is_none()).collect();
        for some in unseen.chunks(PARALLEL) {
            let reads = some.iter().map(|version| self.entry(bucket, version));
            futures_util::future::try_join_all(reads).await?;
        }
        Ok(())
    }

    fn remembered(&self, bucket: &str, version: &Version) -> Option<Arc<Entry>> {
        let place = (bucket.to_owned(), version.key.clone(), version.id.clone());
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(&place).map(Arc::clone)
    }

    /// The entry that a version holds; none if it is no entry.
    async fn entry(&self, bucket: &str, version: &Version) -> Result<Option<Arc<Entry>>, Error> {
        if let Some(entry) = self.remembered(bucket, version) {
            return Ok(Some(entry));
        }
        let Some(object) = self.store.get(bucket, &version.key, Some(&version.id)).await? else {
            return Ok(None);
        };
        let fits = object.bytes.len() as u64 <= ENTRY_BYTES;
        let entry = fits.then(|| Entry::parse(&object.bytes)).flatten().map(Arc::new);
        if let Some(entry) = entry.as_ref().filter(|entry| entry.hash == entry.own_hash()) {
            let place = (bucket.to_owned(), version.key.clone(), version.id.clone());
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.insert(place, Arc::clone(entry));
        }
        Ok(entry)
    }

    /// Adds an entry, or none if its number was taken meanwhile.
    pub(super) async fn add(
        &self,
        bucket: &str,
        look: &mut Arc<Look>,
        written_at: Timestamp,
        event: Event,
    ) -> Result<Option<Arc<Entry>>, Error> {
        let entry = Arc::new(Entry::new(look.chain.last(), written_at, &self.options.actor, event));
        let (key, text) = (format!("{CHAIN}/{}", file_name(entry.sequence)), entry.text());
        fault::point("worm_object.entry.before_put");
        let upload =
            Upload { bucket, key: &key, bytes: text.as_bytes(), retention: None, class: None };
        let version = match self.store.put_new(upload).await? {
            Put::New(version) => version,
            Put::Exists => {
                // A write whose answer was lost is tried again by the client and then meets itself.
                let there = self.store.get(bucket, &key, None).await?;
                match there.filter(|there| there.bytes == text.as_bytes()) {
                    Some(there) => there.id,
                    None => return Ok(None),
                }
            }
        };
        fault::point("worm_object.entry.after_put");
        self.grow(bucket, look, &entry, version).await;
        Ok(Some(entry))
    }

    /// Locks all entries as long as the retention asks for, and at least until `at_least`.
    pub(super) async fn lock_entries(
        &self,
        bucket: &str,
        look: &Look,
        at_least: Option<Timestamp>,
    ) -> Result<(), Error> {
        for (sequence, version) in &look.entries {
            let until = at_least.max(Some(look.entry_kept_until(*sequence))).unwrap_or_default();
            let key = format!("{CHAIN}/{}", file_name(*sequence));
            self.ensure_locked(bucket, &key, version, until).await?;
        }
        Ok(())
    }

    /// Locks one entry as long as the retention asks for.
    pub(super) async fn lock_entry(
        &self,
        bucket: &str,
        look: &Look,
        sequence: u64,
    ) -> Result<(), Error> {
        let Some(version) = look.entries.get(&sequence) else { return Ok(()) };
        let (key, until) =
            (format!("{CHAIN}/{}", file_name(sequence)), look.entry_kept_until(sequence));
        self.ensure_locked(bucket, &key, version, until).await.map(drop)
    }
}

impl Look {
    /// Whether entries are to be locked. Those of a bucket that never held a record are left free, so that it can
    /// be removed.
    pub(super) fn holds_evidence(&self) -> bool {
        !self.chain.records.is_empty() || !self.chain.deleted.is_empty()
    }

    /// When the lock of an entry ends at the earliest. What came before the first record is kept as long as that.
    pub(super) fn entry_kept_until(&self, sequence: u64) -> Timestamp {
        let is_record = |entry: &&Arc<Entry>| matches!(entry.event, Event::Record { .. });
        let first = self.chain.entries.values().find(is_record).map(|entry| entry.written_at);
        let own = self.chain.entries.get(&sequence).map(|entry| entry.written_at);
        retained_until(first.max(own).unwrap_or_default(), self.chain.retention_days)
    }
}
