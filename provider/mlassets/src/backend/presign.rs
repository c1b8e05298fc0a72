//! URLs that are signed beforehand: whoever has one may do one thing with one object, until it ends.
//!
//! What the clients of stores have in common for it; how a URL is signed is each client's own business.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;

/// The longest time for which a URL is good, on S3 and on Azure.
pub const LONGEST: Duration = Duration::from_hours(7 * 24);

/// A URL to be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presign {
    /// The bucket or container.
    pub bucket: String,
    /// The object.
    pub key: String,
    /// The version of the object; the current one if none is named.
    pub version: Option<String>,
    /// What may be done.
    pub verb: Verb,
    /// For how long, at most [`LONGEST`].
    pub lasts: Duration,
}

/// What may be done with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Read it.
    Get,
    /// Write it, whatever there is.
    Put,
}

/// A signed URL, which is a secret.
#[derive(Clone, Debug)]
pub struct Presigned {
    /// The URL.
    pub url: SecretString,
    /// Headers that a request with it must have.
    pub headers: BTreeMap<String, String>,
    /// When it ends.
    pub ends: Timestamp,
}

impl Presign {
    /// What is being done, for messages.
    pub(super) fn step(&self) -> String {
        format!("signing a URL of `{}` in `{}`", self.key, self.bucket)
    }

    /// From when to when it is good, in whole seconds.
    pub(super) fn span(&self) -> (Timestamp, Timestamp) {
        let now = Timestamp::from_second(Timestamp::now().as_second()).unwrap_or_default();
        let lasts = i64::try_from(self.lasts.min(LONGEST).as_secs()).unwrap_or_default();
        (
            now,
            Timestamp::from_second(now.as_second().saturating_add(lasts)).unwrap_or(Timestamp::MAX),
        )
    }
}
