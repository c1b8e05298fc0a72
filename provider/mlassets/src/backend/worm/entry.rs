//! One entry of a bucket's hash chain, its text and its hash.
//!
//! An entry is canonical JSON: keys in order, no spaces, so that the same facts have one text and one hash.
//! It is read and written by hand, since its text must never depend on a library's habits.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

/// The `previous` hash of the first entry.
pub(super) const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// JSON with the keys of each object in code point order, no spaces, and numbers as they are written.
pub fn canonical_json(value: &Value) -> String {
    let mut text = String::new();
    write_canonical(&mut text, value);
    text
}

/// The hash of a document that follows the one with the hash `previous`: SHA-256 over `previous`, a line
/// feed and the [canonical JSON](canonical_json), as 64 hexadecimal digits.
pub fn chain_hash(previous: &str, document: &Value) -> String {
    let mut hash = Sha256::new();
    hash.update(previous);
    hash.update("\n");
    hash.update(canonical_json(document));
    hex::encode(hash.finalize())
}

/// An entry: what happened, when, by whom, after which other entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) sequence: u64,
    pub(super) written_at: Timestamp,
    pub(super) actor: String,
    pub(super) previous: String,
    pub(super) hash: String,
    pub(super) event: Event,
}

/// What an entry tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// The bucket was created; always entry 1 and nowhere else.
    Bucket { name: String, retention_days: u32 },
    /// The retention grew.
    Retention { retention_days: u32 },
    /// A record was written.
    Record {
        path: String,
        sha256: String,
        size: u64,
        event_time: Timestamp,
        retain_until: Timestamp,
    },
    /// A record was deleted after its retention.
    Deletion { path: String },
}

impl Entry {
    /// The entry after `previous`, with its hash.
    pub(super) fn new(
        previous: Option<&Self>,
        written_at: Timestamp,
        actor: &str,
        event: Event,
    ) -> Self {
        let mut entry = Self {
            sequence: previous.map_or(1, |entry| entry.sequence + 1),
            written_at,
            actor: actor.to_owned(),
            previous: previous.map_or(GENESIS, |entry| &entry.hash).to_owned(),
            hash: String::new(),
            event,
        };
        entry.hash = entry.own_hash();
        entry
    }

    /// The hash that its facts have, whatever `hash` says.
    pub(super) fn own_hash(&self) -> String {
        chain_hash(&self.previous, &Value::Object(self.facts()))
    }

    /// The text of its file.
    pub(super) fn text(&self) -> String {
        let mut facts = self.facts();
        facts.insert("hash".to_owned(), self.hash.as_str().into());
        canonical_json(&Value::Object(facts)) + "\n"
    }

    /// Reads the text of a file; none unless it is exactly what [`text`](Self::text) writes.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let json: Value = serde_json::from_slice(text).ok()?;
        let string = |key: &str| json.get(key)?.as_str().map(str::to_owned);
        let number = |key: &str| json.get(key)?.as_u64();
        let time = |key: &str| json.get(key)?.as_str()?.parse().ok();
        let days = || u32::try_from(number("retention_days")?).ok();
        let event = match json.get("kind")?.as_str()? {
            "bucket" => Event::Bucket { name: string("path")?, retention_days: days()? },
            "retention" => Event::Retention { retention_days: days()? },
            "record" => Event::Record {
                path: string("path")?,
                sha256: string("sha256")?,
                size: number("size")?,
                event_time: time("event_time")?,
                retain_until: time("retain_until")?,
            },
            "deletion" => Event::Deletion { path: string("path")? },
            _ => return None,
        };
        let entry = Self {
            sequence: number("sequence")?,
            written_at: time("written_at")?,
            actor: string("actor")?,
            previous: string("previous")?,
            hash: string("hash")?,
            event,
        };
        (entry.text().as_bytes() == text).then_some(entry)
    }

    fn facts(&self) -> Map<String, Value> {
        let mut facts = Map::new();
        let mut put = |key: &str, value: Value| facts.insert(key.to_owned(), value);
        put("sequence", self.sequence.into());
        put("written_at", self.written_at.to_string().into());
        put("actor", self.actor.as_str().into());
        put("previous", self.previous.as_str().into());
        match &self.event {
            Event::Bucket { name, retention_days } => {
                put("kind", "bucket".into());
                put("path", name.as_str().into());
                put("retention_days", (*retention_days).into());
            }
            Event::Retention { retention_days } => {
                put("kind", "retention".into());
                put("retention_days", (*retention_days).into());
            }
            Event::Record { path, sha256, size, event_time, retain_until } => {
                put("kind", "record".into());
                put("path", path.as_str().into());
                put("sha256", sha256.as_str().into());
                put("size", (*size).into());
                put("event_time", event_time.to_string().into());
                put("retain_until", retain_until.to_string().into());
            }
            Event::Deletion { path } => {
                put("kind", "deletion".into());
                put("path", path.as_str().into());
            }
        }
        facts
    }
}

/// The end of a retention, at most the end of time.
pub(super) fn retained_until(written_at: Timestamp, days: u32) -> Timestamp {
    let length = SignedDuration::from_hours(24 * i64::from(days));
    written_at.checked_add(length).unwrap_or(Timestamp::MAX)
}

fn write_canonical(text: &mut String, value: &Value) {
    match value {
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                text.push(if i == 0 { '[' } else { ',' });
                write_canonical(text, item);
            }
            text.push_str(if items.is_empty() { "[]" } else { "]" });
        }
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(key, _)| key.as_str());
            for (i, (key, item)) in fields.iter().enumerate() {
                text.push(if i == 0 { '{' } else { ',' });
                let _ = write!(text, "{}:", Value::String((*key).clone()));
                write_canonical(text, item);
            }
            text.push_str(if fields.is_empty() { "{}" } else { "}" });
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            let _ = write!(text, "{value}");
        }
    }
}
