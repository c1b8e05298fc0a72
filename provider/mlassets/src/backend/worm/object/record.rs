//! Appending, finding and deleting a record in an object store.

use jiff::Timestamp;

use crate::backend::fault;
use crate::backend::worm::entry::{Event, content_hash, retained_until};
use crate::backend::worm::error::{CONTENT, Error};
use crate::backend::worm::model::{
    Anchor, Appended, Content, Found, NewRecord, Problem, Record, RecordKey, Retention,
};
use crate::backend::worm::name::RecordPath;
use crate::backend::worm::object::entries::TRIES;
use crate::backend::worm::object::store::{Object, Put, Upload, Version};
use crate::backend::worm::object::{Look, Objects};

/// How many records are looked at, at once.
const PARALLEL: usize = 8;

impl Objects {
    pub(in crate::backend::worm) async fn append(
        &self,
        new: &NewRecord,
    ) -> Result<Appended, Error> {
        let path = RecordPath::new(&new.record_type, new.event_time, &new.name)?;
        let key = RecordKey { bucket: new.bucket.clone(), path: path.to_string() };
        let bytes = read_content(&new.content).await?;
        let sha256 = content_hash(&bytes);
        if let Some(expected) = new.expected_sha256.as_ref().filter(|it| **it != sha256) {
            let (path, expected) = (key.path, expected.clone());
            return Err(Error::ContentChanged { path, expected, found: sha256 });
        }
        let mut placed = None;
        for _ in 0..TRIES {
            let mut look = self.expect_end(&key.bucket).await?;
            if let Some(sequence) = look.chain.deleted.get(&key.path) {
                let RecordKey { bucket, path } = key;
                return Err(Error::PathSpent { bucket, path, sequence: *sequence });
            }
            if let Some(there) = look.chain.record(&key.bucket, &key.path) {
                if there.sha256 != sha256 || there.event_time != new.event_time {
                    let RecordKey { bucket, path } = there.key;
                    let event_time = Some(there.event_time);
                    return Err(Error::RecordExists {
                        bucket,
                        path,
                        sha256: there.sha256,
                        event_time,
                    });
                }
                if self.locate(&there).await?.versions.iter().all(|version| version.is_marker) {
                    self.put_back(&there, &bytes).await?;
                }
                // An interrupted append may have left its entry without a lock.
                self.lock_entry(&key.bucket, &look, there.sequence).await?;
                return Ok(Appended { record: self.intact(there).await?, created: false });
            }
            let object: Object = match placed.take() {
                Some(object) => object,
                None => self.place_record(&key, &bytes, look.chain.retention_days).await?,
            };
            let written_at = look.chain.time(object.stored_at);
            let retain_until = retained_until(written_at, look.chain.retention_days);
            let object =
                self.ensure_locked(&key.bucket, &key.path, &object.id, retain_until).await?;
            fault::point("worm_object.record.locked");
            if !look.holds_evidence() {
                self.lock_entries(&key.bucket, &look, Some(retain_until)).await?;
            }
            let event = Event::Record {
                path: key.path.clone(),
                sha256: sha256.clone(),
                size: bytes.len() as u64,
                event_time: new.event_time,
                retain_until,
            };
            if let Some(entry) = self.add(&key.bucket, &mut look, written_at, event).await? {
                self.lock_entry(&key.bucket, &look, entry.sequence).await?;
                let record = look.chain.record(&key.bucket, &key.path);
                let record = record.expect("the entry was just added");
                return Ok(Appended { record: self.intact(record).await?, created: true });
            }
            placed = Some(object);
        }
        Err(Error::Contended { bucket: key.bucket, tries: TRIES })
    }

    /// Writes a record's bytes under its name, or takes those that an interrupted append left there.
    async fn place_record(
        &self,
        key: &RecordKey,
        bytes: &[u8],
        days: u32,
    ) -> Result<Object, Error> {
        let RecordKey { bucket, path } = key;
        fault::point("worm_object.record.before_put");
        let upload = self.upload(bucket, path, bytes, days).await?;
        let version = match self.store.put_new(upload).await? {
            Put::New(version) => version,
            Put::Exists => {
                let there = self.store.get(bucket, path, None).await?;
                let there = there.ok_or_else(|| self.no_bucket(bucket))?;
                let sha256 = content_hash(&there.bytes);
                if there.bytes != bytes {
                    let (bucket, path) = (bucket.clone(), path.clone());
                    return Err(Error::RecordExists { bucket, path, sha256, event_time: None });
                }
                there.id
            }
        };
        fault::point("worm_object.record.after_put");
        let missing = || Error::NoRecord { bucket: bucket.clone(), path: path.clone() };
        self.store.head(bucket, path, &version).await?.ok_or_else(missing)
    }

    /// An upload that is locked from its first moment: by the bucket's default where the store has one, which
    /// goes by the store's clock.
    pub(super) async fn upload<'a>(
        &self,
        bucket: &'a str,
        key: &'a str,
        bytes: &'a [u8],
        days: u32,
    ) -> Result<Upload<'a>, Error> {
        let defaults = self.store.bucket(bucket).await?.ok_or_else(|| self.no_bucket(bucket))?;
        let retention = if defaults.supported {
            None
        } else {
            let until = retained_until(self.store.now(bucket).await?, days);
            Some(Retention { mode: self.mode, until })
        };
        Ok(Upload { bucket, key, bytes, retention, class: None })
    }

    pub(in crate::backend::worm) async fn find_record(
        &self,
        key: &RecordKey,
        anchor: Option<&Anchor>,
    ) -> Result<Found, Error> {
        RecordPath::parse(&key.path)?;
        let look = match self.expect(&key.bucket).await {
            Err(Error::NoBucket { .. }) => return Err(self.absent(&key.bucket, anchor)),
            look => look?,
        };
        let mut found = self.inspect(&look, key).await?;
        found.problems.extend(look.chain.problems.iter().cloned());
        found.problems.extend(anchor.and_then(|anchor| look.chain.check_anchor(anchor)));
        Ok(found)
    }

    pub(in crate::backend::worm) async fn read_record(
        &self,
        key: &RecordKey,
    ) -> Result<Vec<u8>, Error> {
        let missing = || Error::NoRecord { bucket: key.bucket.clone(), path: key.path.clone() };
        let look = self.expect(&key.bucket).await?;
        let record = look.chain.record(&key.bucket, &key.path).ok_or_else(missing)?;
        let mut located = self.locate(&record).await?;
        located.problems.retain(Problem::is_of_bytes);
        match located.object {
            Some(object) if located.problems.is_empty() => Ok(object.bytes),
            None if located.problems.is_empty() => Err(missing()),
            _ => Err(Error::Damaged { bucket: key.bucket.clone(), problems: located.problems }),
        }
    }

    pub(in crate::backend::worm) async fn list_records(
        &self,
        bucket: &str,
    ) -> Result<Vec<Found>, Error> {
        let look = self.expect_sound(bucket).await?;
        let keys: Vec<RecordKey> = look
            .chain
            .records
            .keys()
            .map(|path| RecordKey { bucket: bucket.to_owned(), path: path.clone() })
            .collect();
        let mut found = Vec::new();
        for some in keys.chunks(PARALLEL) {
            let looks = some.iter().map(|key| self.inspect(&look, key));
            found.extend(futures_util::future::try_join_all(looks).await?);
        }
        Ok(found)
    }

    pub(in crate::backend::worm) async fn deletable(
        &self,
        key: &RecordKey,
        now: Timestamp,
    ) -> Result<(), Error> {
        let look = self.expect_sound(&key.bucket).await?;
        let record = expired(&look, key, now)?;
        match self.locate(&record).await?.object {
            Some(object) => released(key, &object, now),
            None => Ok(()),
        }
    }

    pub(in crate::backend::worm) async fn delete_record(
        &self,
        key: &RecordKey,
    ) -> Result<(), Error> {
        RecordPath::parse(&key.path)?;
        let RecordKey { bucket, path } = key;
        for _ in 0..TRIES {
            let mut look = self.expect_sound(bucket).await?;
            if let Some(&sequence) = look.chain.deleted.get(path) {
                self.lock_entry(bucket, &look, sequence).await?;
                let leftovers = self.versions(bucket, path).await?;
                return self.remove(key, &leftovers).await;
            }
            let now = self.store.now(bucket).await?;
            let located = self.locate(&expired(&look, key, now)?).await?;
            if let Some(object) = &located.object {
                released(key, object, now)?;
            }
            // What lies over the record goes first: if that is refused, nothing has happened.
            let (own, over): (Vec<_>, Vec<_>) = located
                .versions
                .into_iter()
                .partition(|version| located.object.as_ref().is_some_and(|it| it.id == version.id));
            self.remove(key, &over).await?;
            fault::point("worm_object.record.before_delete");
            self.remove(key, &own).await?;
            fault::point("worm_object.record.after_delete");
            let written_at = look.chain.time(now);
            let event = Event::Deletion { path: path.clone() };
            if let Some(entry) = self.add(bucket, &mut look, written_at, event).await? {
                return self.lock_entry(bucket, &look, entry.sequence).await;
            }
        }
        Err(Error::Contended { bucket: bucket.clone(), tries: TRIES })
    }

    async fn remove(&self, key: &RecordKey, versions: &[Version]) -> Result<(), Error> {
        for version in versions {
            let removed = self.store.delete(&key.bucket, &key.path, &version.id).await;
            if let Err(refused) = removed {
                // The store's clock and locks decide. What it says about them is the better reason.
                let found = self.store.head(&key.bucket, &key.path, &version.id).await?;
                if let Some(found) = found {
                    released(key, &found, self.store.now(&key.bucket).await?)?;
                }
                return Err(refused);
            }
        }
        Ok(())
    }
}

/// The record, if its retention is over.
fn expired(look: &Look, key: &RecordKey, now: Timestamp) -> Result<Record, Error> {
    let RecordKey { bucket, path } = key.clone();
    match look.chain.record(&bucket, &path) {
        None => Err(Error::NoRecord { bucket, path }),
        Some(record) if now < record.retain_until => {
            Err(Error::Retained { bucket, path, until: record.retain_until })
        }
        Some(record) => Ok(record),
    }
}

/// Whether the store lets go of a version.
fn released(key: &RecordKey, object: &Object, now: Timestamp) -> Result<(), Error> {
    let RecordKey { bucket, path } = key.clone();
    if object.legal_hold {
        return Err(Error::Held { bucket, path });
    }
    match object.retention {
        Some(lock) if now < lock.until => Err(Error::Retained { bucket, path, until: lock.until }),
        _ => Ok(()),
    }
}

pub(super) async fn read_content(content: &Content) -> Result<Vec<u8>, Error> {
    match content {
        Content::Bytes(bytes) => Ok(bytes.clone()),
        Content::File(path) => {
            tokio::fs::read(path).await.map_err(|error| Error::io(CONTENT, path, error))
        }
    }
}
