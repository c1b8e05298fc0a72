//! The write-once archive: buckets of records that are appended, kept for their retention, and checked.
//!
//! [`Archive`] is the door; behind it stands one backend per kind of storage. Today that is a directory;
//! object stores with locks of their own join as further variants behind the same methods, which is why all
//! words in `model` are free of paths on disk. Read `model`, then `entry` (the hash chain), `directory`.
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
mod directory;
mod entry;
mod error;
mod model;
mod name;

#[cfg(test)]
mod tests;

pub use archive::Archive;
pub use entry::{canonical_json, chain_hash, content_hash};
pub use error::Error;
pub(crate) use error::counted;
pub use model::{
    Anchor, Bucket, Clock, Content, Found, NewBucket, NewRecord, Options, Problem, RETENTION_DAYS,
    Record, RecordKey, Report,
};
pub use name::{check_bucket, check_record_name, check_record_type, worm_path};
