//! The text of each error and problem that only an object store has.

use std::fmt::Display;

use jiff::Timestamp;

use crate::backend::worm::{Error, Problem};

#[track_caller]
fn check(said: &impl Display, expected: &str) {
    assert_eq!(said.to_string(), expected);
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn errors() {
    let (bucket, path) = (|| "audit".to_owned(), || "release/2025/202501/a".to_owned());
    let expected = time("2025-02-01T00:00:00Z");
    check(
        &Error::LockIgnored { bucket: bucket(), path: path(), expected, found: None },
        "`release/2025/202501/a` in bucket `audit` was to be locked until 2025-02-01T00:00:00Z, but the server has no such \
         lock; it does not keep what it accepts, use a server that does",
    );
    let found = Some(time("2025-01-31T00:00:00Z"));
    check(
        &Error::LockIgnored { bucket: bucket(), path: path(), expected, found },
        "`release/2025/202501/a` in bucket `audit` was to be locked until 2025-02-01T00:00:00Z, but the server has a lock \
         until 2025-01-31T00:00:00Z; it does not keep what it accepts, use a server that does",
    );
    check(
        &Error::Held { bucket: bucket(), path: path() },
        "`release/2025/202501/a` in bucket `audit` has a legal hold and cannot be deleted before it is cleared",
    );
    check(
        &Error::Unable { what: "a legal hold", place: "/vault".to_owned() },
        "a legal hold needs an object store; this archive is in `/vault`",
    );
    check(
        &Error::Contended { bucket: bucket(), tries: 20 },
        "other writers added to the chain of bucket `audit` at each of 20 tries; try again",
    );
}

#[test]
fn problems() {
    let path = || "release/2025/202501/a".to_owned();
    check(
        &Problem::Hidden { path: path(), version: "v1".to_owned() },
        "`release/2025/202501/a` is hidden by a later version or a delete marker; its version v1 is still there, apply to \
         show it again",
    );
    let expected = time("2025-02-01T00:00:00Z");
    check(
        &Problem::LockShort { path: path(), expected, found: None },
        "`release/2025/202501/a` is locked not at all, expected until 2025-02-01T00:00:00Z; apply to lock it again",
    );
    let found = Some(time("2025-01-31T00:00:00Z"));
    check(
        &Problem::LockShort { path: path(), expected, found },
        "`release/2025/202501/a` is locked until 2025-01-31T00:00:00Z, expected until 2025-02-01T00:00:00Z; apply to lock \
         it again",
    );
}
