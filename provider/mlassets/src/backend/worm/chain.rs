//! The hash chain of one bucket: believing it or not, and what follows from it.
//!
//! The entries are the truth; there is no index and no head beside them that could disagree. Where they lie is
//! said elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::backend::worm::entry::{Entry, Event, GENESIS, retained_until};
use crate::backend::worm::error::Error;
use crate::backend::worm::model::{Anchor, Bucket, Problem, RETENTION_DAYS, Record, RecordKey};
use crate::backend::worm::name::RecordPath;

/// The folder of the entries in a bucket.
pub(super) const CHAIN: &str = ".chain";

/// Far above any entry, far below what would hurt.
pub(super) const ENTRY_BYTES: u64 = 16 * 1024;

/// The entries of a bucket and what is wrong with them.
#[derive(Clone, Debug, Default)]
pub(super) struct Chain {
    pub(super) entries: BTreeMap<u64, Arc<Entry>>,
    pub(super) problems: Vec<Problem>,
    /// The retention in force, in days.
    pub(super) retention_days: u32,
    /// The sequence of the entry of each record that was not deleted, by path.
    pub(super) records: BTreeMap<String, u64>,
    /// The sequence of the deletion of each deleted record, by path.
    pub(super) deleted: BTreeMap<String, u64>,
}

impl Chain {
    /// The paths of all records of a type, those deleted after their retention, too.
    pub(super) fn paths_of(&self, record_type: &str) -> BTreeSet<String> {
        let all = self.records.keys().chain(self.deleted.keys());
        all.filter(|path| path.split('/').next() == Some(record_type)).cloned().collect()
    }

    /// Adds an entry that was just published.
    pub(super) fn take(&mut self, sequence: u64, entry: Arc<Entry>) {
        match &entry.event {
            Event::Bucket { retention_days, .. } | Event::Retention { retention_days } => {
                self.retention_days = self.retention_days.max(*retention_days);
            }
            Event::Record { path, .. } => {
                self.records.insert(path.clone(), sequence);
            }
            Event::Deletion { path } => {
                self.records.remove(path);
                self.deleted.insert(path.clone(), sequence);
            }
        }
        self.entries.insert(sequence, entry);
    }

    /// Whether there is no chain at all, as in a bucket whose creation was interrupted.
    pub(super) fn is_new(&self) -> bool {
        self.entries.is_empty() && self.problems.is_empty()
    }

    /// Fails if nothing may be built on this chain.
    pub(super) fn sound(&self, bucket: &str) -> Result<(), Error> {
        if self.problems.iter().any(Problem::breaks_chain) {
            let problems = self.problems.clone();
            Err(Error::Damaged { bucket: bucket.to_owned(), problems })
        } else {
            Ok(())
        }
    }

    /// What is wrong if `anchor` is not part of this chain.
    pub(super) fn check_anchor(&self, anchor: &Anchor) -> Option<Problem> {
        let found = self.entries.get(&anchor.sequence).map(|entry| entry.hash.clone());
        (found.as_ref() != Some(&anchor.hash))
            .then(|| Problem::AnchorLost { expected: anchor.clone(), found })
    }

    pub(super) fn last(&self) -> Option<&Entry> {
        self.entries.last_key_value().map(|(_, entry)| entry.as_ref())
    }

    /// `now`, or the time of the last entry if the clock ran back since.
    pub(super) fn time(&self, now: Timestamp) -> Timestamp {
        self.last().map_or(now, |last| now.max(last.written_at))
    }

    /// The bucket, if the chain begins with one.
    pub(super) fn bucket(&self, name: &str) -> Option<Bucket> {
        Some(Bucket {
            name: name.to_owned(),
            retention_days: self.retention_days,
            created_at: self.entries.get(&1)?.written_at,
            record_count: self.records.len() as u64,
            head: self.head()?,
            lock_mode: None,
        })
    }

    pub(super) fn head(&self) -> Option<Anchor> {
        self.last().map(|last| Anchor { sequence: last.sequence, hash: last.hash.clone() })
    }

    /// The record at `path` that was not deleted, as its entry tells it; its mode is not known here.
    pub(super) fn record(&self, bucket: &str, path: &str) -> Option<Record> {
        let entry = self.entries.get(self.records.get(path)?)?;
        let Event::Record { path, sha256, size, event_time, retain_until } = &entry.event else {
            return None;
        };
        let grown = retained_until(entry.written_at, self.retention_days);
        Some(Record {
            key: RecordKey { bucket: bucket.to_owned(), path: path.clone() },
            sequence: entry.sequence,
            sha256: sha256.clone(),
            size: *size,
            event_time: *event_time,
            written_at: entry.written_at,
            retain_until: grown.max(*retain_until),
            actor: entry.actor.clone(),
            previous_hash: entry.previous.clone(),
            hash: entry.hash.clone(),
            mode: None,
            lock: None,
        })
    }

    /// Whether an entry is whole and could come next.
    pub(super) fn follows(&self, bucket: &str, sequence: u64, entry: &Entry) -> bool {
        entry.sequence == sequence
            && entry.hash == entry.own_hash()
            && entry.previous == self.last().map_or(GENESIS, |last| last.hash.as_str())
            && entry.written_at >= self.time(entry.written_at)
            && self.contradiction(bucket, sequence, entry).is_none()
    }

    /// Checks an entry against all that came before it.
    pub(super) fn judge(&mut self, bucket: &str, sequence: u64, entry: &Entry) {
        if entry.sequence != sequence {
            self.broken(sequence, "the entry has another number than its file");
        }
        match self.last() {
            Some(last) => {
                if entry.previous != last.hash {
                    self.broken(sequence, "the entry does not follow the one before it");
                }
                if entry.written_at < self.time(entry.written_at) {
                    self.broken(sequence, "the time runs backwards");
                }
            }
            None if entry.previous != GENESIS => {
                self.broken(sequence, "the entry does not follow the one before it");
            }
            None => {}
        }
        if let Some(reason) = self.contradiction(bucket, sequence, entry) {
            self.broken(sequence, reason);
        }
    }

    fn contradiction(&self, bucket: &str, sequence: u64, entry: &Entry) -> Option<&'static str> {
        let first = sequence == 1;
        match &entry.event {
            Event::Bucket { .. } if !first => Some("a bucket is created once"),
            Event::Retention { .. } | Event::Record { .. } | Event::Deletion { .. } if first => {
                Some("the chain does not begin with its bucket")
            }
            Event::Bucket { name, .. } if name != bucket => {
                Some("the chain belongs to another bucket")
            }
            Event::Bucket { retention_days, .. } => (!RETENTION_DAYS.contains(retention_days))
                .then_some("the retention is out of range"),
            Event::Retention { retention_days } => (*retention_days <= self.retention_days
                || !RETENTION_DAYS.contains(retention_days))
            .then_some("the retention does not grow"),
            Event::Record { path, event_time, retain_until, .. } => {
                let parsed = RecordPath::parse(path).ok();
                let expected = parsed.as_ref().and_then(|parsed| {
                    RecordPath::new(&parsed.folders[0], *event_time, &parsed.name).ok()
                });
                if parsed.is_none() || parsed != expected {
                    Some("the record lies outside of its type and month")
                } else if self.records.contains_key(path) || self.deleted.contains_key(path) {
                    Some("the path was used before")
                } else {
                    (*retain_until != retained_until(entry.written_at, self.retention_days))
                        .then_some("the record does not have the retention in force")
                }
            }
            Event::Deletion { path } => match self.record(bucket, path) {
                None => Some("the deleted record did not exist"),
                Some(record) => (entry.written_at < record.retain_until)
                    .then_some("the record was deleted before its retention ended"),
            },
        }
    }

    pub(super) fn broken(&mut self, sequence: u64, reason: &'static str) {
        self.problems.push(Problem::BrokenChain { sequence, reason });
    }
}

/// The name of the file of an entry.
pub(super) fn file_name(sequence: u64) -> String {
    format!("{sequence:012}.json")
}

/// The number of the entry whose file has this name.
pub(super) fn sequence_of(name: &str) -> Option<u64> {
    let sequence = name.strip_suffix(".json")?.parse().ok()?;
    (sequence > 0 && file_name(sequence) == name).then_some(sequence)
}
