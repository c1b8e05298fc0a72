//! What holds a record's bytes in an object store: finding the version, seeing what lies over it, and putting
//! right what can be put right.

use crate::backend::worm::chain::{CHAIN, file_name};
use crate::backend::worm::entry::content_hash;
use crate::backend::worm::error::Error;
use crate::backend::worm::model::{Content, Found, Lock, Problem, Record, RecordKey};
use crate::backend::worm::object::record::read_content;
use crate::backend::worm::object::store::{Object, Version};
use crate::backend::worm::object::{Look, Objects, by_key, ignored, is_kept};

/// The version that holds a record's bytes, and what lies around it.
#[derive(Debug, Default)]
pub(super) struct Located {
    /// The version, read.
    pub(super) object: Option<Object>,
    /// Every version and marker of the key.
    pub(super) versions: Vec<Version>,
    pub(super) problems: Vec<Problem>,
}

impl Objects {
    pub(in crate::backend::worm) async fn restore_file(
        &self,
        key: &RecordKey,
        content: &Content,
    ) -> Result<Record, Error> {
        let look = self.expect_sound(&key.bucket).await?;
        let record = recorded(&look, key)?;
        let bytes = read_content(content).await?;
        let found = content_hash(&bytes);
        if found != record.sha256 {
            let (path, expected) = (key.path.clone(), record.sha256);
            return Err(Error::ContentChanged { path, expected, found });
        }
        self.put_back(&record, &bytes).await?;
        self.intact(record).await
    }

    /// Shows a record and the chain again where something was put over them, and locks them as they should be.
    pub(in crate::backend::worm) async fn restore_protection(
        &self,
        key: &RecordKey,
    ) -> Result<Record, Error> {
        let look = self.expect_sound(&key.bucket).await?;
        let record = recorded(&look, key)?;
        self.protect_record(&record).await?;
        for (sequence, version) in &look.entries {
            let name = format!("{CHAIN}/{}", file_name(*sequence));
            if let Some(object) = self.store.get(&key.bucket, &name, Some(version)).await? {
                let days = look.chain.retention_days;
                self.uncover(&key.bucket, &name, &object, days).await?;
            }
        }
        self.lock_entries(&key.bucket, &look, None).await?;
        self.intact(record).await
    }

    /// Sees to it that a record is what a reader finds, and locked as long as it should be.
    pub(super) async fn protect_record(&self, record: &Record) -> Result<(), Error> {
        let RecordKey { bucket, path } = &record.key;
        let located = self.locate(record).await?;
        let Some(object) =
            located.object.filter(|_| !located.problems.iter().any(Problem::is_of_bytes))
        else {
            return Err(Error::Damaged { bucket: bucket.clone(), problems: located.problems });
        };
        self.ensure_locked(bucket, path, &object.id, record.retain_until).await?;
        let left =
            record.retain_until.duration_since(self.store.now(bucket).await?).as_hours() / 24;
        self.uncover(bucket, path, &object, u32::try_from(left.max(0) + 1).unwrap_or(u32::MAX))
            .await
    }

    /// Takes delete markers away, and writes the bytes again over what else lies over them.
    async fn uncover(
        &self,
        bucket: &str,
        key: &str,
        object: &Object,
        days: u32,
    ) -> Result<(), Error> {
        loop {
            let versions = self.versions(bucket, key).await?;
            match versions.iter().find(|version| version.is_current) {
                Some(current) if current.id == object.id => return Ok(()),
                Some(current) if current.is_marker => {
                    self.store.delete(bucket, key, &current.id).await?;
                }
                current => {
                    if let Some(current) = current
                        && let Some(there) = self.store.get(bucket, key, Some(&current.id)).await?
                        && there.bytes == object.bytes
                    {
                        return Ok(());
                    }
                    let upload = self.upload(bucket, key, &object.bytes, days).await?;
                    self.store.put_over(upload).await?;
                }
            }
        }
    }

    pub(in crate::backend::worm) async fn set_legal_hold(
        &self,
        key: &RecordKey,
        hold: bool,
    ) -> Result<Record, Error> {
        let look = self.expect_sound(&key.bucket).await?;
        let record = recorded(&look, key)?;
        let RecordKey { bucket, path } = key;
        let missing = || Error::NoRecord { bucket: bucket.clone(), path: path.clone() };
        let object = self.locate(&record).await?.object.ok_or_else(missing)?;
        if object.legal_hold != hold {
            self.store.hold(bucket, path, &object.id, hold).await?;
            let found = self.store.head(bucket, path, &object.id).await?.ok_or_else(missing)?;
            if found.legal_hold != hold {
                return Err(ignored(bucket, path, record.retain_until, found.retention));
            }
        }
        self.intact(record).await
    }

    /// The first version that holds the bytes of a record's entry.
    pub(super) async fn locate(&self, record: &Record) -> Result<Located, Error> {
        let RecordKey { bucket, path } = &record.key;
        let versions = self.versions(bucket, path).await?;
        let mut first = None;
        for version in versions.iter().filter(|version| !version.is_marker) {
            let Some(object) = self.store.get(bucket, path, Some(&version.id)).await? else {
                continue;
            };
            let object = Object { id: version.id.clone(), ..object };
            if content_hash(&object.bytes) == record.sha256 {
                let problems = self.covered(record, &object, &versions).await?;
                return Ok(Located { object: Some(object), versions, problems });
            }
            first.get_or_insert(object);
        }
        let path = path.clone();
        let problem = match &first {
            None => Problem::MissingFile { path },
            Some(object) if object.bytes.len() as u64 != record.size => {
                let (expected, found) = (record.size, object.bytes.len() as u64);
                Problem::SizeChanged { path, expected, found }
            }
            Some(object) => {
                let (expected, found) = (record.sha256.clone(), content_hash(&object.bytes));
                Problem::BytesChanged { path, expected, found }
            }
        };
        Ok(Located { object: first, versions, problems: vec![problem] })
    }

    /// What lies over a record, and whether it is locked too briefly.
    async fn covered(
        &self,
        record: &Record,
        object: &Object,
        versions: &[Version],
    ) -> Result<Vec<Problem>, Error> {
        let RecordKey { bucket, path } = &record.key;
        let mut problems = Vec::new();
        let current = versions.iter().find(|version| version.is_current);
        let same = match current {
            Some(current) if current.id == object.id => true,
            Some(current) if !current.is_marker => {
                let there = self.store.get(bucket, path, Some(&current.id)).await?;
                there.is_some_and(|there| there.bytes == object.bytes)
            }
            _ => false,
        };
        if !same {
            problems.push(Problem::Hidden { path: path.clone(), version: object.id.clone() });
        }
        let now = self.options.clock.now();
        if record.retain_until > now && !is_kept(object, record.retain_until) {
            let found = object.retention.map(|lock| lock.until);
            let (path, expected) = (path.clone(), record.retain_until);
            problems.push(Problem::LockShort { path, expected, found });
        }
        Ok(problems)
    }

    /// What is wrong with the lock of an entry.
    pub(super) async fn entry_lock(
        &self,
        bucket: &str,
        look: &Look,
        sequence: u64,
    ) -> Result<Option<Problem>, Error> {
        let Some(version) = look.entries.get(&sequence) else { return Ok(None) };
        let path = format!("{CHAIN}/{}", file_name(sequence));
        let expected = look.entry_kept_until(sequence);
        let found = self.store.head(bucket, &path, version).await?;
        let is_over = expected <= self.options.clock.now();
        if is_over || found.as_ref().is_some_and(|found| is_kept(found, expected)) {
            return Ok(None);
        }
        let found = found.and_then(|found| found.retention).map(|lock| lock.until);
        Ok(Some(Problem::LockShort { path, expected, found }))
    }

    /// Writes a record's bytes again where there are none.
    pub(super) async fn put_back(&self, record: &Record, bytes: &[u8]) -> Result<(), Error> {
        let RecordKey { bucket, path } = &record.key;
        let upload = self.upload(bucket, path, bytes, 1).await?;
        let version = self.store.put_over(upload).await?;
        self.ensure_locked(bucket, path, &version, record.retain_until).await.map(drop)
    }

    /// The record with its lock; fails unless its bytes are there and unchanged.
    pub(super) async fn intact(&self, mut record: Record) -> Result<Record, Error> {
        let located = self.locate(&record).await?;
        if located.problems.iter().any(Problem::is_of_bytes) {
            let problems = located.problems;
            return Err(Error::Damaged { bucket: record.key.bucket, problems });
        }
        record.lock = located.object.as_ref().map(lock);
        Ok(record)
    }

    /// Every version of one object.
    pub(super) async fn versions(&self, bucket: &str, key: &str) -> Result<Vec<Version>, Error> {
        Ok(by_key(self.store.list(bucket, key).await?).remove(key).unwrap_or_default())
    }

    /// One record, and what is wrong with it and its entry.
    pub(super) async fn inspect(&self, look: &Look, key: &RecordKey) -> Result<Found, Error> {
        let Some(mut record) = look.chain.record(&key.bucket, &key.path) else {
            let versions = self.versions(&key.bucket, &key.path).await?;
            let there = versions.iter().any(|version| !version.is_marker);
            let path = key.path.clone();
            let problem = match look.chain.deleted.get(&key.path) {
                Some(&sequence) => Problem::DeletionUnfinished { path, sequence },
                None => Problem::MissingEntry { path },
            };
            return Ok(Found {
                record: None,
                problems: if there { vec![problem] } else { Vec::new() },
            });
        };
        let located = self.locate(&record).await?;
        let mut problems = located.problems;
        record.lock = located.object.as_ref().map(lock);
        problems.extend(self.entry_lock(&key.bucket, look, record.sequence).await?);
        Ok(Found { record: Some(record), problems })
    }
}

fn recorded(look: &Look, key: &RecordKey) -> Result<Record, Error> {
    let RecordKey { bucket, path } = key.clone();
    look.chain.record(&bucket, &path).ok_or(Error::NoRecord { bucket, path })
}

fn lock(object: &Object) -> Lock {
    Lock {
        version: Some(object.id.clone()).filter(|id| !id.is_empty()),
        retention: object.retention,
        legal_hold: object.legal_hold,
    }
}
