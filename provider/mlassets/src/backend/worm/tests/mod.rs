//! Laws of the archive, checked on real folders.
//!
//! Tests speak to `Directory`, which is what `Archive` does on another thread; `life` goes through the door.

mod chain;
mod child;
#[cfg(feature = "fault-injection")]
mod faults;
mod life;
mod names;
mod objects;
mod race;
mod seen;
mod tamper;
mod texts;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

use crate::backend::worm::directory::Directory;
use crate::backend::worm::{
    Anchor, Clock, Content, Error, NewBucket, NewRecord, Options, Record, RecordKey, Report,
};

/// An archive in a folder of its own, with a clock that the test sets.
struct Lab {
    temp: TempDir,
    now: Arc<Mutex<Timestamp>>,
    archive: Directory,
}

impl Lab {
    fn new() -> Self {
        let temp = TempDir::new().unwrap();
        let now = Arc::new(Mutex::new("2025-01-15T10:00:00Z".parse().unwrap()));
        let archive = Directory::new(temp.path().to_owned(), options(&now)).unwrap();
        Self { temp, now, archive }
    }

    /// A lab with the bucket `audit`, kept for ten days.
    fn with_bucket() -> Self {
        let lab = Self::new();
        lab.archive.create_bucket(&bucket(10)).unwrap();
        lab
    }

    fn pass_days(&self, days: i64) {
        *self.now.lock().unwrap() += SignedDuration::from_hours(24 * days);
    }

    fn path(&self, path: &str) -> PathBuf {
        self.temp.path().join("audit").join(path)
    }

    fn append(&self, name: &str, bytes: &str) -> Result<Record, Error> {
        self.archive.append(&record(name, bytes)).map(|appended| appended.record)
    }

    fn verify(&self, anchor: Option<&Anchor>) -> Report {
        self.archive.verify_bucket("audit", anchor).unwrap()
    }

    /// The text of an error, with the root's path replaced.
    #[track_caller]
    fn text<T: std::fmt::Debug>(&self, result: Result<T, Error>) -> String {
        let root = self.temp.path().display().to_string();
        result.unwrap_err().to_string().replace(&root, "/vault")
    }
}

fn options(now: &Arc<Mutex<Timestamp>>) -> Options {
    let now = Arc::clone(now);
    Options {
        actor: "tester".to_owned(),
        lock_wait: Duration::from_mins(2),
        clock: Clock::from_fn(move || *now.lock().unwrap()),
    }
}

fn bucket(retention_days: u32) -> NewBucket {
    NewBucket { name: "audit".to_owned(), retention_days }
}

fn record(name: &str, bytes: &str) -> NewRecord {
    NewRecord {
        bucket: "audit".to_owned(),
        record_type: "model_distribution".to_owned(),
        name: name.to_owned(),
        event_time: "2025-01-15T09:30:00Z".parse().unwrap(),
        content: Content::Bytes(bytes.as_bytes().to_vec()),
        expected_sha256: None,
    }
}

fn key(name: &str) -> RecordKey {
    RecordKey { bucket: "audit".to_owned(), path: path(name) }
}

fn path(name: &str) -> String {
    format!("model_distribution/2025/202501/{name}")
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// A small seeded generator (splitmix64), so that a failure can be repeated.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((bits ^ (bits >> 31)) % end as u64).unwrap()
    }
}
