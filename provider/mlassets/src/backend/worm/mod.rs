//! The write-once archive: buckets of records that are appended, kept for their retention, and checked.
//!
//! [`Archive`] is the door; behind it stand a directory, and object stores that lock what they keep: S3 with
//! Object Lock and Azure Blob Storage with version-level immutability. Names, entries and hashes are the same
//! everywhere. Read `model`, then `entry` and `chain`, then `directory` or `object`.
//!
//! # What a directory promises
//!
//! * A record is visible under its name only whole, flushed to disk, and with mode 0444; it is published with
//!   `link(2)`, which never replaces a file. Nothing here overwrites or renames a record.
//! * Each bucket has a chain of entries, each with the hash of the one before it. Any change of a record, of
//!   an entry, or of their order is found by [`Archive::verify_bucket`].
//! * Retention is an entry of that chain. It only grows, for old records too.
//! * A process that dies at any moment leaves a state from which the same call continues.
//!
//! # What it cannot promise
//!
//! Whoever may write the directory (root always may) can remove files, and can also cut the chain's end or
//! compute a whole new chain. That is *found*, not prevented, and the last two only with an [`Anchor`] that is
//! kept elsewhere; Terraform state is such a place. What was appended after the newest anchor can vanish
//! unseen. The clock is believed when it says that a retention is over, though it can never run backwards in
//! the chain. Use an object store's compliance mode where removal itself must be impossible.

mod archive;
mod chain;
mod directory;
mod entry;
mod error;
mod model;
mod name;
mod object;
mod replica;

#[cfg(test)]
mod tests;

pub use archive::Archive;
pub use entry::{canonical_json, chain_hash, content_hash};
pub use error::Error;
pub(crate) use error::counted;
pub use model::{
    Anchor, Appended, Bucket, Clock, Content, Found, Lock, LockMode, NewBucket, NewRecord, Options,
    Problem, RETENTION_DAYS, Record, RecordKey, Report, Retention,
};
pub use name::{check_bucket, check_record_name, check_record_type, worm_path};
pub use replica::{Flaw, FoundCopy, Progress, Replica, Replicator};
