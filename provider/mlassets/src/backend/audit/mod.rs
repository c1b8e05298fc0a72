//! The audit trail: one record in the write-once archive for each change of an asset.
//!
//! [`Trail`] writes an [`Event`] under a name that follows from what happened, so that whoever tells it again finds it
//! told: a process that died between a change and its event, or between the event and the state, adds nothing twice.
//! `outbox` does that for a registry whose database has an audit of its own. What counts as a change is for the caller
//! to say.

mod outbox;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::backend::fault;
use crate::backend::registry;
use crate::backend::worm::{
    self, Archive, Content, NewRecord, RecordKey, canonical_json, check_bucket, check_record_type,
    content_hash,
};

pub use outbox::{Newest, Subject};

/// What came out, or why the trail could not be written.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The record type of a trail that names none.
pub const RECORD_TYPE: &str = "config_update";

/// Where a trail goes, and what all of its events have in common.
#[derive(Clone, Debug)]
pub struct Options {
    /// The bucket of the archive.
    pub bucket: String,
    /// The type of the records, see [`check_record_type`].
    pub record_type: String,
    /// The environment of assets that have none of their own.
    pub environment: String,
    /// Who acts.
    pub actor: String,
}

/// The trail of one archive.
#[derive(Debug)]
pub struct Trail {
    archive: Archive,
    options: Options,
    delivered: outbox::Delivered,
}

/// One change.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// What kind of asset changed: `mlassets_work_pool`.
    pub kind: String,
    /// Which of its kind.
    pub id: String,
    /// What was done: `create`, `update`, `destroy`, …
    pub operation: String,
    /// When.
    pub at: Timestamp,
    /// Who, if not the actor of the trail.
    pub actor: Option<String>,
    /// Where, if not in the environment of the trail.
    pub environment: Option<String>,
    /// What was there; null for what was not.
    pub before: Value,
    /// What is there; null for what is not.
    pub after: Value,
    /// The [identifier](Trail::record) of the event before, as far as the caller knows it.
    pub previous: Option<String>,
    /// All that changed with it, row by row, where the asset has rows.
    pub changes: Vec<Value>,
}

/// Why the trail could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The archive refused, or is not there.
    #[error("the audit bucket `{bucket}` does not take the event: {source}")]
    Archive {
        /// The bucket.
        bucket: String,
        /// Why.
        source: Box<worm::Error>,
    },
    /// A record with the name of an event is none.
    #[error(
        "`{name}` in the audit bucket `{bucket}` is no event, though it has the name of one; choose another `record_type` \
         for the trail"
    )]
    Foreign {
        /// The bucket.
        bucket: String,
        /// The name of the record.
        name: String,
    },
    /// An event that was told is in the archive no more.
    #[error(
        "the event `{path}` is the newest one that the state knows of, and it is not in the audit bucket `{bucket}`: the archive \
         was damaged, or taken back to an older state; restore it from a backup. If it was replaced on purpose, take the asset \
         out of the state with `terraform state rm` and import it again, which begins its trail anew"
    )]
    Vanished {
        /// The bucket.
        bucket: String,
        /// The path of the event's record.
        path: String,
    },
    /// An event that was told is in the archive, and its record is not what was written.
    #[error(
        "the event `{path}` in the audit bucket `{bucket}` is not as it was told: {problem}. Find out who changed it, and restore \
         the archive from a backup"
    )]
    Altered {
        /// The bucket.
        bucket: String,
        /// The path of the event's record.
        path: String,
        /// What is wrong with it.
        problem: Box<worm::Problem>,
    },
    /// The registry's own audit could not be read.
    #[error("the registry's audit cannot be read: {0}")]
    Registry(#[from] registry::Error),
}

impl Trail {
    /// A trail in `archive`; nothing is looked at yet.
    ///
    /// Errors: names of the bucket or the type that break their rules.
    pub fn new(archive: Archive, options: Options) -> Result<Self, worm::Error> {
        check_bucket(&options.bucket)?;
        check_record_type(&options.record_type)?;
        Ok(Self { archive, options, delivered: outbox::Delivered::default() })
    }

    /// Fails if no event could be written now. Asked before a change, it keeps most changes without an event from
    /// happening.
    pub async fn ready(&self) -> Result<()> {
        let bucket = &self.options.bucket;
        let found = self.archive.verify_writable(bucket).await;
        found.map_err(|source| self.failed(source))
    }

    /// The bucket that it is written to.
    pub fn bucket(&self) -> &str {
        &self.options.bucket
    }

    /// Fails with [`Error::Vanished`] if the event at `path`, which was told, is not in the archive, and with
    /// [`Error::Altered`] if it is another. One that was deleted when its retention was over is no loss.
    pub async fn expect(&self, path: &str) -> Result<()> {
        let bucket = self.options.bucket.clone();
        let key = RecordKey { bucket: bucket.clone(), path: path.to_owned() };
        let found = self.archive.find_record(key, None).await;
        let found = found.map_err(|source| self.failed(source))?;
        let path = path.to_owned();
        if found.record.is_none() {
            let was_deleted = self.paths().await?.contains(&path);
            return if was_deleted { Ok(()) } else { Err(Error::Vanished { bucket, path }) };
        }
        match found.problems.into_iter().find(worm::Problem::is_of_bytes) {
            None => Ok(()),
            Some(worm::Problem::MissingFile { .. }) => Err(Error::Vanished { bucket, path }),
            Some(problem) => Err(Error::Altered { bucket, path, problem: Box::new(problem) }),
        }
    }

    /// Writes the event under `name`, unless it is there. Answers the path of its record in the bucket, by which it is
    /// known.
    ///
    /// The name must follow from what happened and not from when or by whom it is told.
    pub async fn record(&self, name: &str, event: &Event) -> Result<String> {
        let name = format!("{name}.json");
        let Options { bucket, record_type, .. } = &self.options;
        let mut again = true;
        loop {
            let earlier = self.archive.written(bucket, record_type, &name).await;
            let (bytes, event_time) = match earlier.map_err(|source| self.failed(source))? {
                // Told again, it is as it was told first; without its entry the archive adds that.
                Some(bytes) => {
                    let time = time_of(&bytes);
                    let foreign = || Error::Foreign { bucket: bucket.clone(), name: name.clone() };
                    (bytes, time.ok_or_else(foreign)?)
                }
                None => (canonical_json(&self.document(event)).into_bytes(), event.at),
            };
            let new = NewRecord {
                bucket: bucket.clone(),
                record_type: record_type.clone(),
                name: name.clone(),
                event_time,
                content: Content::Bytes(bytes),
                expected_sha256: None,
            };
            fault::point("audit.before_append");
            match self.archive.append(new).await {
                // Somebody else tells the same at this moment.
                Err(worm::Error::RecordExists { .. }) if again => again = false,
                // It was deleted when its retention was over, and has been told all the same.
                Err(worm::Error::PathSpent { path, .. }) => return Ok(path),
                appended => {
                    let appended = appended.map_err(|source| self.failed(source))?;
                    fault::point("audit.after_append");
                    return Ok(appended.record.key.path);
                }
            }
        }
    }

    /// The last of the events that followed the one at `from`, each of which names the one before: its path, and what it
    /// told to be there. `stem` is what the names of all of them begin with.
    pub async fn tip(&self, stem: &str, from: &str) -> Result<(String, Value)> {
        let mut told = self.told(from).await?.map(|event| after(&event)).unwrap_or_default();
        let mut path = from.to_owned();
        let mut next = BTreeMap::new();
        for (path, event) in self.events(stem).await? {
            if let Some(previous) = event["previous"].as_str() {
                next.insert(previous.to_owned(), (path, after(&event)));
            }
        }
        while let Some(follower) = next.remove(&path) {
            (path, told) = follower;
        }
        Ok((path, told))
    }

    /// The newest event about an asset, and what it told to be there; none if nothing was ever told. Of several that no
    /// event follows it is the one that was told last.
    pub async fn newest_of(&self, stem: &str) -> Result<Option<(String, Value)>> {
        let events = self.events(stem).await?;
        let followed: BTreeSet<_> =
            events.iter().filter_map(|(_, event)| event["previous"].as_str()).collect();
        let open = events.iter().filter(|(path, _)| !followed.contains(&**path));
        let newest = open.max_by_key(|(_, event)| {
            event["at"].as_str().map(str::parse::<Timestamp>).and_then(Result::ok)
        });
        Ok(newest.map(|(path, event)| (path.clone(), after(event))))
    }

    /// The events about an asset, by their paths.
    async fn events(&self, stem: &str) -> Result<Vec<(String, Value)>> {
        let start = format!("{stem}-");
        let mut events = Vec::new();
        for path in self.paths().await? {
            let is_one = path.rsplit('/').next().is_some_and(|name| name.starts_with(&start));
            if is_one && let Some(event) = self.told(&path).await? {
                events.push((path, event));
            }
        }
        Ok(events)
    }

    /// The event at `path`; none if it was deleted after its retention.
    async fn told(&self, path: &str) -> Result<Option<Value>> {
        let key = RecordKey { bucket: self.options.bucket.clone(), path: path.to_owned() };
        match self.archive.read_record(key).await {
            Ok(bytes) => Ok(serde_json::from_slice::<Value>(&bytes).ok()),
            Err(worm::Error::NoRecord { .. }) => Ok(None),
            Err(source) => Err(self.failed(source)),
        }
    }

    async fn paths(&self) -> Result<BTreeSet<String>> {
        let paths = self.archive.paths(&self.options.bucket, &self.options.record_type).await;
        paths.map_err(|source| self.failed(source))
    }

    fn document(&self, event: &Event) -> Value {
        let Options { environment, actor, .. } = &self.options;
        let mut document = json!({
            "asset": { "type": event.kind, "id": event.id },
            "operation": event.operation,
            "at": event.at.to_string(),
            "actor": event.actor.as_ref().unwrap_or(actor),
            "environment": event.environment.as_ref().unwrap_or(environment),
            "before": event.before,
            "after": event.after,
            "previous": event.previous,
        });
        if !event.changes.is_empty() {
            document["changes"] = event.changes.clone().into();
        }
        document
    }

    fn failed(&self, source: worm::Error) -> Error {
        Error::Archive { bucket: self.options.bucket.clone(), source: source.into() }
    }
}

/// A name for what `facts` tell, which begins with `stem`.
pub fn name_of(stem: &str, facts: &Value) -> String {
    format!("{stem}-{}", &content_hash(canonical_json(facts).as_bytes())[..24])
}

/// What a stem of names is for one asset.
pub fn stem(kind: &str, id: &str) -> String {
    format!("{kind}-{}", &content_hash(id.as_bytes())[..12])
}

fn after(event: &Value) -> Value {
    event.get("after").cloned().unwrap_or_default()
}

fn time_of(bytes: &[u8]) -> Option<Timestamp> {
    let event: Value = serde_json::from_slice(bytes).ok()?;
    event.get("at")?.as_str()?.parse().ok()
}
