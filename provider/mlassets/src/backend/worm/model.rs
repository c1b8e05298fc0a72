//! The words of an archive: buckets, records, anchors, and what a check can find wrong.
//!
//! Plain data shared by all backends; what a backend does with it is not said here.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::backend::worm::error::Error;

/// Shortest and longest retention in days; S3 Object Lock accepts the same range.
pub const RETENTION_DAYS: std::ops::RangeInclusive<u32> = 1..=36_500;

/// Longest actor in bytes.
const ACTOR_BYTES: usize = 256;

/// How an archive writes: on whose behalf, by which clock, and how patiently.
#[derive(Clone, Debug)]
pub struct Options {
    /// Who writes; kept in each entry of the chain. 1 to 256 bytes, no control characters.
    pub actor: String,
    /// Longest wait for another writer of the same bucket.
    pub lock_wait: Duration,
    /// Where `written_at` comes from.
    pub clock: Clock,
}

impl Options {
    /// Options with the system's clock and a wait of 30 seconds.
    pub fn new(actor: impl Into<String>) -> Self {
        Self { actor: actor.into(), lock_wait: Duration::from_secs(30), clock: Clock::system() }
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        let actor = &self.actor;
        if actor.is_empty() || actor.len() > ACTOR_BYTES || actor.chars().any(char::is_control) {
            let rule = "it must have 1 to 256 bytes and no control characters";
            return Err(Error::name("actor", rule));
        }
        Ok(())
    }
}

/// A source of the present time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The clock of the system.
    pub fn system() -> Self {
        Self::from_fn(Timestamp::now)
    }

    /// A clock that asks `now`.
    pub fn from_fn(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The present time.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// A bucket to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewBucket {
    /// Its name, see [`check_bucket`](super::check_bucket).
    pub name: String,
    /// Days for which each record is kept after it was written, see [`RETENTION_DAYS`].
    pub retention_days: u32,
}

/// A bucket as its chain tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// The retention in force, in days.
    pub retention_days: u32,
    /// When it was created.
    pub created_at: Timestamp,
    /// How many records it holds; deleted ones are not counted.
    pub record_count: u64,
    /// The newest entry of the chain. Kept elsewhere, it shows later whether the chain was cut or rewritten.
    pub head: Anchor,
    /// How the store locks what is written; none where it cannot.
    pub lock_mode: Option<LockMode>,
}

/// Who may take back the lock that a store puts on a version of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LockMode {
    /// Those with a special right may: S3's governance mode, Azure's unlocked policy.
    Governance,
    /// Nobody may, before its end: S3's compliance mode, Azure's locked policy.
    Compliance,
}

impl LockMode {
    /// The word that S3 has for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Governance => "GOVERNANCE",
            Self::Compliance => "COMPLIANCE",
        }
    }
}

/// What a store does to keep a version of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// The version that holds the record's bytes; none where the store names no versions.
    pub version: Option<String>,
    /// Mode and end of its retention, if it has one.
    pub retention: Option<Retention>,
    /// Whether it has a legal hold.
    pub legal_hold: bool,
}

/// A retention that a store enforces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Who may take it back.
    pub mode: LockMode,
    /// When it ends.
    pub until: Timestamp,
}

/// A place in a chain, to be stored where the archive's writers cannot reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The number of the entry, from 1.
    pub sequence: u64,
    /// The hash of the entry, 64 hexadecimal digits.
    pub hash: String,
}

/// Names one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordKey {
    /// The bucket.
    pub bucket: String,
    /// The path in the bucket, `record_type/YYYY/YYYYMM/name`.
    pub path: String,
}

/// A record to be appended.
#[derive(Clone, Debug)]
pub struct NewRecord {
    /// The bucket.
    pub bucket: String,
    /// What kind of event it records, see [`check_record_type`](super::check_record_type).
    pub record_type: String,
    /// Its name in the month's folder, see [`check_record_name`](super::check_record_name).
    pub name: String,
    /// When the event happened; its UTC month chooses the folder.
    pub event_time: Timestamp,
    /// The bytes.
    pub content: Content,
    /// The SHA-256 that the bytes must have, 64 hexadecimal digits; nothing is published if they differ.
    pub expected_sha256: Option<String>,
}

/// The bytes of a record. Both forms can be read twice, as a backend that retries must.
#[derive(Clone)]
pub enum Content {
    /// Bytes in memory.
    Bytes(Vec<u8>),
    /// A file that is streamed, never held in memory.
    File(PathBuf),
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
        }
    }
}

/// A record as its entry in the chain tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Bucket and path.
    pub key: RecordKey,
    /// The number of its entry.
    pub sequence: u64,
    /// SHA-256 of the bytes, 64 hexadecimal digits.
    pub sha256: String,
    /// Number of bytes.
    pub size: u64,
    /// When the event happened.
    pub event_time: Timestamp,
    /// When the entry was written; never before that of the entry ahead of it.
    pub written_at: Timestamp,
    /// Until when it is kept: `written_at` and the longest retention that ever applied to it.
    pub retain_until: Timestamp,
    /// Who wrote it.
    pub actor: String,
    /// The hash of the entry ahead of it.
    pub previous_hash: String,
    /// The hash of its entry.
    pub hash: String,
    /// The permission bits that the file has now; none if there is no such file, and in an object store.
    pub mode: Option<u32>,
    /// What the object store does to keep it; none in a directory, and where there is no such object.
    pub lock: Option<Lock>,
}

impl Record {
    /// The place of its entry in the chain.
    pub fn anchor(&self) -> Anchor {
        Anchor { sequence: self.sequence, hash: self.hash.clone() }
    }
}

/// What became of an append.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The record, as the chain and the store have it.
    pub record: Record,
    /// Whether this append wrote its entry; if not, the same record was there.
    pub created: bool,
}

/// What a look at one record found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The record; none if it was never acknowledged or was deleted after its retention.
    pub record: Option<Record>,
    /// What is wrong with the record, its entry or the chain as a whole.
    pub problems: Vec<Problem>,
}

/// What a check of a whole bucket found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// How many entries the chain has.
    pub entries: u64,
    /// How many records it holds.
    pub records: u64,
    /// How many records were deleted after their retention.
    pub deleted: u64,
    /// The newest entry; none if no entry can be read.
    pub head: Option<Anchor>,
    /// All that is wrong, records by path after the chain by sequence. Empty means intact.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong in a bucket. Paths are relative to the bucket.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The chain does not hold at this entry.
    #[error("the chain is broken at entry {sequence}: {reason}; restore `.chain` from a backup")]
    BrokenChain {
        /// The number of the entry.
        sequence: u64,
        /// What does not hold.
        reason: &'static str,
    },
    /// The entry that the caller remembers is not in the chain: it was cut, rewritten or exchanged.
    #[error(
        "entry {} should have the hash {}, but {}; the chain was cut or rewritten, restore it from a backup",
        expected.sequence, expected.hash,
        found.as_ref().map_or_else(|| "there is no such entry".to_owned(), |hash| format!("it has {hash}"))
    )]
    AnchorLost {
        /// What the caller remembers.
        expected: Anchor,
        /// The hash at that place now.
        found: Option<String>,
    },
    /// A record or entry is not mode 0444.
    #[error(
        "`{path}` has mode {mode:04o}, expected 0444; restore it with `chmod 0444` once its bytes are verified"
    )]
    ModeChanged {
        /// The file.
        path: String,
        /// Its permission bits.
        mode: u32,
    },
    /// A record has more or fewer bytes than its entry says.
    #[error("`{path}` has {found} bytes, its entry says {expected}; restore it from a backup")]
    SizeChanged {
        /// The record.
        path: String,
        /// Bytes by the entry.
        expected: u64,
        /// Bytes found.
        found: u64,
    },
    /// A record has other bytes than its entry says.
    #[error(
        "`{path}` has the SHA-256 {found}, its entry says {expected}; restore it from a backup"
    )]
    BytesChanged {
        /// The record.
        path: String,
        /// SHA-256 by the entry.
        expected: String,
        /// SHA-256 found.
        found: String,
    },
    /// A record has an entry but no file.
    #[error("`{path}` is missing, its entry is there; restore it from a backup")]
    MissingFile {
        /// The record.
        path: String,
    },
    /// A record's file has no entry: a writer was interrupted, or the entry was removed.
    #[error(
        "`{path}` has no entry in the chain: its append was interrupted, or its entry was removed; where nothing else is wrong, \
         append the same bytes again to complete it"
    )]
    MissingEntry {
        /// The record.
        path: String,
    },
    /// A record was deleted by its entry, yet its file is there: a deletion was interrupted.
    #[error(
        "`{path}` is deleted by entry {sequence}, but its file is still there; delete it again"
    )]
    DeletionUnfinished {
        /// The record.
        path: String,
        /// The entry that deletes it.
        sequence: u64,
    },
    /// A later version or a delete marker lies over what was written.
    #[error(
        "`{path}` is hidden by a later version or a delete marker; its version {version} is still there, apply to show it again"
    )]
    Hidden {
        /// The object.
        path: String,
        /// The version that was written.
        version: String,
    },
    /// The store would let go of an object too early.
    #[error(
        "`{path}` is locked {}, expected until {expected}; apply to lock it again",
        found.map_or_else(|| "not at all".to_owned(), |until| format!("until {until}"))
    )]
    LockShort {
        /// The object.
        path: String,
        /// When its lock should end at the earliest.
        expected: Timestamp,
        /// When it ends; none if there is no lock.
        found: Option<Timestamp>,
    },
    /// Something that does not belong into a bucket: a symbolic link, a stray file or folder.
    #[error("`{path}` does not belong here ({found}); remove it")]
    Foreign {
        /// Where it is; bytes that are no UTF-8 are replaced.
        path: String,
        /// What it is.
        found: &'static str,
    },
    /// A file cannot be read, so nothing is known about it.
    #[error("`{path}` cannot be read: {reason}")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system said.
        reason: String,
    },
}

impl Problem {
    /// Whether the chain can no longer be trusted as a whole, so that nothing may be added to it.
    pub(super) fn breaks_chain(&self) -> bool {
        matches!(self, Self::BrokenChain { .. } | Self::AnchorLost { .. })
    }

    /// Whether the bytes of a record are gone or others.
    pub fn is_of_bytes(&self) -> bool {
        matches!(
            self,
            Self::MissingFile { .. } | Self::BytesChanged { .. } | Self::SizeChanged { .. }
        )
    }
}
