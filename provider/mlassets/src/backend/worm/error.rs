//! Why an operation on an archive failed, where, and what to do about it.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rustix::io::Errno;

use crate::backend::files::LINK;
use crate::backend::worm::model::{Problem, RETENTION_DAYS};
use crate::backend::{aws, azure};

/// A failed operation. Each text names the place, the expectation and the remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A name breaks its rule.
    #[error("the {what} is not allowed: {rule}")]
    Name {
        /// What the name is for.
        what: &'static str,
        /// The rule that it breaks.
        rule: &'static str,
    },
    /// The event's year does not fit the layout `YYYY/YYYYMM`.
    #[error("the event time is not allowed: its year must be between 1 and 9999")]
    EventTime,
    /// The archive's root is not an absolute path.
    #[error("the archive root must be an absolute path without `..`")]
    RelativeRoot,
    /// The archive's root does not exist. It is never created, since it may be a volume that is not mounted.
    #[error("the archive root `{}` does not exist; mount the volume or create the directory", root.display())]
    NoRoot {
        /// The root.
        root: PathBuf,
    },
    /// There is no such bucket.
    #[error("there is no bucket `{bucket}` in `{place}`; create it first")]
    NoBucket {
        /// The bucket.
        bucket: String,
        /// The archive's root, or its server.
        place: String,
    },
    /// A bucket that was seen before is no longer there.
    #[error(
        "there is no bucket `{bucket}` in `{place}`, though entry {sequence} of its chain was seen before; mount the volume, or \
         restore the bucket from a backup"
    )]
    BucketLost {
        /// The bucket.
        bucket: String,
        /// The archive's root, or its server.
        place: String,
        /// The number of the entry that the caller remembers.
        sequence: u64,
    },
    /// The bucket is already there with other settings, or in use.
    #[error(
        "the bucket `{bucket}` exists already, with a retention of {} and {}; \
         import it or choose another name",
        counted(u64::from(*retention_days), "day", "days"), counted(*entries, "chain entry", "chain entries")
    )]
    BucketExists {
        /// The bucket.
        bucket: String,
        /// The retention in force there.
        retention_days: u32,
        /// How many entries its chain has.
        entries: u64,
    },
    /// The bucket holds records.
    #[error(
        "the bucket `{bucket}` holds {} and cannot be deleted: {}; \
         records are never removed with their bucket",
        counted(*records, "record", "records"),
        match until {
            Some(until) => format!("{retained} under retention until {until} at the latest"),
            None => "delete the expired records one by one first".to_owned(),
        }
    )]
    BucketNotEmpty {
        /// The bucket.
        bucket: String,
        /// How many records it holds, files without an entry included.
        records: u64,
        /// How many of them are under retention.
        retained: u64,
        /// When the last retention ends.
        until: Option<Timestamp>,
    },
    /// Retention only grows.
    #[error(
        "the retention of bucket `{bucket}` is {} and can only grow",
        counted(u64::from(*in_force), "day", "days")
    )]
    RetentionShrinks {
        /// The bucket.
        bucket: String,
        /// Days in force.
        in_force: u32,
        /// Days asked for.
        wanted: u32,
    },
    /// The retention is out of range.
    #[error(
        "the retention is not allowed: it must be between {} and {} days",
        RETENTION_DAYS.start(), RETENTION_DAYS.end()
    )]
    RetentionRange {
        /// Days asked for.
        days: u32,
    },
    /// Another record has that path.
    #[error(
        "`{path}` exists already in bucket `{bucket}` as another record (SHA-256 {sha256}, event time {}); \
         records are written once, choose another name",
        event_time.map_or_else(|| "unknown".to_owned(), |time| time.to_string())
    )]
    RecordExists {
        /// The bucket.
        bucket: String,
        /// The path.
        path: String,
        /// SHA-256 of the bytes there.
        sha256: String,
        /// Event time there; unknown if its entry was never written.
        event_time: Option<Timestamp>,
    },
    /// The path belonged to a record that was deleted after its retention.
    #[error(
        "`{path}` in bucket `{bucket}` was deleted by entry {sequence} of the chain; \
         a path is used once, choose another name"
    )]
    PathSpent {
        /// The bucket.
        bucket: String,
        /// The path.
        path: String,
        /// The entry that deleted it.
        sequence: u64,
    },
    /// There is no such record.
    #[error("there is no record `{path}` in bucket `{bucket}`")]
    NoRecord {
        /// The bucket.
        bucket: String,
        /// The path.
        path: String,
    },
    /// The record is under retention.
    #[error("`{path}` in bucket `{bucket}` is kept until {until} and cannot be deleted before")]
    Retained {
        /// The bucket.
        bucket: String,
        /// The path.
        path: String,
        /// When its retention ends.
        until: Timestamp,
    },
    /// The bytes are not those that the caller announced. Nothing was published.
    #[error(
        "the content of `{path}` has the SHA-256 {found}, expected {expected}; it changed since it was planned"
    )]
    ContentChanged {
        /// The path.
        path: String,
        /// SHA-256 announced.
        expected: String,
        /// SHA-256 read.
        found: String,
    },
    /// The chain or the record is damaged; nothing is built on it.
    #[error("bucket `{bucket}` is damaged, nothing was changed:{}", listed(problems))]
    Damaged {
        /// The bucket.
        bucket: String,
        /// What is wrong.
        problems: Vec<Problem>,
    },
    /// A symbolic link or special file where a plain one is expected.
    #[error("`{}` is {found}, expected {expected}; the archive follows no links, remove it", path.display())]
    Irregular {
        /// Where.
        path: PathBuf,
        /// What is there.
        found: &'static str,
        /// What should be there.
        expected: &'static str,
    },
    /// Another writer holds the bucket.
    #[error(
        "another writer held `{}` for longer than {} seconds; wait for it to end, or raise the wait",
        file.display(), waited.as_secs_f32()
    )]
    Locked {
        /// The lock file.
        file: PathBuf,
        /// How long was waited.
        waited: Duration,
    },
    /// Someone wrote to the chain without the lock.
    #[error(
        "`{}` appeared while its lock was held; the file system may not support locks between machines; try again",
        entry.display()
    )]
    Unlocked {
        /// The entry.
        entry: PathBuf,
    },
    /// The system refused.
    #[error("cannot {action} `{}`: {source}{}", path.display(), advice(action, source))]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The bucket cannot lock what is written to it.
    #[error("bucket `{bucket}` in `{place}` cannot hold evidence: {reason}")]
    Unprotected {
        /// The bucket.
        bucket: String,
        /// The server.
        place: String,
        /// What it lacks, and what to do.
        reason: &'static str,
    },
    /// The lock that was read back is not the one that was asked for.
    #[error(
        "`{path}` in bucket `{bucket}` was to be locked until {expected}, but the server has {}; it does not keep what it \
         accepts, use a server that does",
        found.map_or_else(|| "no such lock".to_owned(), |until| format!("a lock until {until}"))
    )]
    LockIgnored {
        /// The bucket.
        bucket: String,
        /// The object.
        path: String,
        /// The end that was asked for.
        expected: Timestamp,
        /// The end that was read.
        found: Option<Timestamp>,
    },
    /// The record has a legal hold.
    #[error(
        "`{path}` in bucket `{bucket}` has a legal hold and cannot be deleted before it is cleared"
    )]
    Held {
        /// The bucket.
        bucket: String,
        /// The path.
        path: String,
    },
    /// The store cannot do this at all.
    #[error("{what} needs an object store; this archive is in `{place}`")]
    Unable {
        /// What was asked for.
        what: &'static str,
        /// The archive's root.
        place: String,
    },
    /// A copy of a bucket has other bytes than the bucket.
    #[error(
        "in bucket `{bucket}` at `{place}` something else lies where the copy would have:{}\nA copy is never overwritten: find \
         out who wrote it and remove it, or copy to another prefix. All else is copied",
        keys.iter().map(|key| format!("\n- `{key}`")).collect::<String>()
    )]
    CopyDiffers {
        /// The bucket of the copy.
        bucket: String,
        /// The objects.
        keys: Vec<String>,
        /// The server.
        place: String,
    },
    /// Other writers were always quicker.
    #[error(
        "other writers added to the chain of bucket `{bucket}` at each of {tries} tries; try again"
    )]
    Contended {
        /// The bucket.
        bucket: String,
        /// How often it was tried.
        tries: u32,
    },
    /// Amazon S3, or a server that speaks its language, refused.
    #[error(transparent)]
    Aws(#[from] aws::Error),
    /// Azure Blob Storage refused.
    #[error(transparent)]
    Azure(#[from] azure::Error),
    /// The runtime is shutting down.
    #[error("the operation was cancelled because the program is ending; run it again")]
    Cancelled,
}

impl Error {
    pub(super) fn name(what: &'static str, rule: &'static str) -> Self {
        Self::Name { what, rule }
    }

    /// Whether an object store says that it has no such bucket.
    pub(super) fn is_no_bucket(&self) -> bool {
        match self {
            Self::Aws(error) => error.is("NoSuchBucket"),
            Self::Azure(error) => error.is("ContainerNotFound"),
            Self::NoBucket { .. } => true,
            _ => false,
        }
    }

    pub(super) fn io(action: &'static str, path: &Path, source: impl Into<io::Error>) -> Self {
        Self::Io { action, path: path.to_owned(), source: source.into() }
    }
}

/// A number of things, for readers of English.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn listed(problems: &[Problem]) -> String {
    const SHOWN: usize = 10;
    let mut text = String::new();
    for problem in problems.iter().take(SHOWN) {
        let _ = write!(text, "\n- {problem}");
    }
    if problems.len() > SHOWN {
        let _ = write!(text, "\n- and {} more", problems.len() - SHOWN);
    }
    text
}

/// The remedy for the causes that people meet.
fn advice(action: &str, source: &io::Error) -> &'static str {
    match Errno::from_io_error(source) {
        Some(Errno::XDEV | Errno::PERM | Errno::NOTSUP) if action == LINK => {
            "; the archive needs one file system that supports hard links"
        }
        Some(Errno::NOENT) if action == CONTENT => "; it must exist until it is appended",
        Some(Errno::ACCESS | Errno::PERM) if action == CONTENT => "; grant the right to read it",
        Some(Errno::ACCESS | Errno::PERM) => {
            "; run as the archive's owner, or grant it the right to read and write there"
        }
        Some(Errno::NOSPC | Errno::DQUOT) => "; free space on the volume, then run it again",
        Some(Errno::ROFS) => "; the volume is mounted read-only, mount it for writing",
        Some(Errno::MLINK) => "; the file system allows no more links or folders here",
        _ => "",
    }
}

/// The action of [`Error::Io`] that reads what is to be appended.
pub(super) const CONTENT: &str = "read the content";
