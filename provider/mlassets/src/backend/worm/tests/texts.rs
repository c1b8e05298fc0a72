//! The text of each error that a user can meet.

#![expect(
    clippy::needless_raw_string_hashes,
    reason = "the form in which expect-test updates them"
)]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use expect_test::{Expect, expect};
use rustix::io::Errno;

use crate::backend::files::LINK;
use crate::backend::worm::directory::Directory;
use crate::backend::worm::error::CONTENT;
use crate::backend::worm::tests::{Lab, bucket, key, options, path, record};
use crate::backend::worm::{Content, Error, NewRecord, Options};

#[track_caller]
fn check<T: std::fmt::Debug>(lab: &Lab, result: Result<T, Error>, expected: &Expect) {
    expected.assert_eq(&lab.text(result));
}

#[test]
fn configuration() {
    let lab = Lab::new();
    let at = |root: &str| Directory::new(root.into(), options(&lab.now));
    check(&lab, at("worm"), &expect!["the archive root must be an absolute path without `..`"]);
    check(
        &lab,
        at("/var/../worm"),
        &expect!["the archive root must be an absolute path without `..`"],
    );
    let actor = Options { actor: "a\nb".to_owned(), ..options(&lab.now) };
    check(
        &lab,
        Directory::new("/worm".into(), actor),
        &expect!["the actor is not allowed: it must have 1 to 256 bytes and no control characters"],
    );
    let missing = at(lab.temp.path().join("missing").to_str().unwrap()).unwrap();
    check(
        &lab,
        missing.find_bucket("audit", None),
        &expect![
            "the archive root `/vault/missing` does not exist; mount the volume or create the directory"
        ],
    );
    check(
        &lab,
        missing.create_bucket(&bucket(1)),
        &expect![
            "the archive root `/vault/missing` does not exist; mount the volume or create the directory"
        ],
    );
}

#[test]
fn buckets() {
    let lab = Lab::new();
    check(
        &lab,
        lab.append("a", "hello"),
        &expect!["there is no bucket `audit` in `/vault`; create it first"],
    );
    check(
        &lab,
        lab.archive.create_bucket(&bucket(0)),
        &expect!["the retention is not allowed: it must be between 1 and 36500 days"],
    );
    check(
        &lab,
        lab.archive.create_bucket(&bucket(36_501)),
        &expect!["the retention is not allowed: it must be between 1 and 36500 days"],
    );
    lab.archive.create_bucket(&bucket(10)).unwrap();
    check(
        &lab,
        lab.archive.create_bucket(&bucket(11)),
        &expect![
            "the bucket `audit` exists already, with a retention of 10 days and 1 chain entry; import it or choose another name"
        ],
    );
    check(
        &lab,
        lab.archive.extend_retention("audit", 9),
        &expect!["the retention of bucket `audit` is 10 days and can only grow"],
    );
    lab.append("a", "hello").unwrap();
    lab.pass_days(1);
    let anchor = lab.append("b", "hello").unwrap().anchor();
    let elsewhere = lab.temp.path().join("unmounted");
    fs::rename(lab.path(""), &elsewhere).unwrap();
    check(
        &lab,
        lab.archive.find_bucket("audit", Some(&anchor)),
        &expect![
            "there is no bucket `audit` in `/vault`, though entry 3 of its chain was seen before; mount the volume, or restore the bucket from a backup"
        ],
    );
    check(
        &lab,
        lab.archive.find_record(&key("b"), Some(&anchor)),
        &expect![
            "there is no bucket `audit` in `/vault`, though entry 3 of its chain was seen before; mount the volume, or restore the bucket from a backup"
        ],
    );
    check(
        &lab,
        lab.archive.find_record(&key("b"), None),
        &expect!["there is no bucket `audit` in `/vault`; create it first"],
    );
    assert_eq!(lab.archive.find_bucket("audit", None).unwrap(), None);
    fs::rename(&elsewhere, lab.path("")).unwrap();
    check(
        &lab,
        lab.archive.delete_bucket("audit"),
        &expect![
            "the bucket `audit` holds 2 records and cannot be deleted: 2 under retention until 2025-01-26T10:00:00Z at the latest; records are never removed with their bucket"
        ],
    );
    lab.pass_days(30);
    check(
        &lab,
        lab.archive.delete_bucket("audit"),
        &expect![
            "the bucket `audit` holds 2 records and cannot be deleted: delete the expired records one by one first; records are never removed with their bucket"
        ],
    );
}

#[test]
fn records() {
    let lab = Lab::with_bucket();
    lab.append("a", "hello").unwrap();
    check(
        &lab,
        lab.append("a", "other"),
        &expect![
            "`model_distribution/2025/202501/a` exists already in bucket `audit` as another record (SHA-256 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824, event time 2025-01-15T09:30:00Z); records are written once, choose another name"
        ],
    );
    check(
        &lab,
        lab.archive.delete_record(&key("a")),
        &expect![
            "`model_distribution/2025/202501/a` in bucket `audit` is kept until 2025-01-25T10:00:00Z and cannot be deleted before"
        ],
    );
    check(
        &lab,
        lab.archive.delete_record(&key("b")),
        &expect!["there is no record `model_distribution/2025/202501/b` in bucket `audit`"],
    );
    check(
        &lab,
        lab.archive.restore_mode(&key("b")),
        &expect!["there is no record `model_distribution/2025/202501/b` in bucket `audit`"],
    );
    let planned = NewRecord { expected_sha256: Some("00".repeat(32)), ..record("c", "hello") };
    check(
        &lab,
        lab.archive.append(&planned),
        &expect![
            "the content of `model_distribution/2025/202501/c` has the SHA-256 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824, expected 0000000000000000000000000000000000000000000000000000000000000000; it changed since it was planned"
        ],
    );
    let missing = Content::File(PathBuf::from("/nonexistent/payload"));
    let missing = NewRecord { content: missing, ..record("c", "") };
    check(
        &lab,
        lab.archive.append(&missing),
        &expect![
            "cannot read the content `/nonexistent/payload`: No such file or directory (os error 2); it must exist until it is appended"
        ],
    );
    lab.pass_days(10);
    lab.archive.delete_record(&key("a")).unwrap();
    check(
        &lab,
        lab.append("a", "hello"),
        &expect![
            "`model_distribution/2025/202501/a` in bucket `audit` was deleted by entry 3 of the chain; a path is used once, choose another name"
        ],
    );
}

#[test]
fn damage() {
    let lab = Lab::with_bucket();
    lab.append("a", "hello").unwrap();
    lab.append("b", "hello").unwrap();
    fs::remove_file(lab.path(&path("a"))).unwrap();
    check(
        &lab,
        lab.archive.restore_mode(&key("a")),
        &expect![[r#"
        bucket `audit` is damaged, nothing was changed:
        - `model_distribution/2025/202501/a` is missing, its entry is there; restore it from a backup"#]],
    );
    fs::rename(lab.path(".chain/000000000002.json"), lab.path(".chain/000000000004.json")).unwrap();
    check(
        &lab,
        lab.append("c", "hello"),
        &expect![[r#"
        bucket `audit` is damaged, nothing was changed:
        - the chain is broken at entry 2: the entry is missing; restore `.chain` from a backup
        - the chain is broken at entry 3: the entry does not follow the one before it; restore `.chain` from a backup
        - the chain is broken at entry 4: the entry has another number than its file; restore `.chain` from a backup
        - the chain is broken at entry 4: the entry does not follow the one before it; restore `.chain` from a backup"#]],
    );
}

#[test]
fn a_busy_bucket() {
    let lab = Lab::with_bucket();
    let lock = fs::File::open(lab.path(".lock")).unwrap();
    lock.lock().unwrap();
    let hasty = Options { lock_wait: Duration::from_millis(500), ..options(&lab.now) };
    let hasty = Directory::new(lab.temp.path().to_owned(), hasty).unwrap();
    check(
        &lab,
        hasty.append(&record("a", "hello")),
        &expect![
            "another writer held `/vault/audit/.lock` for longer than 0.5 seconds; wait for it to end, or raise the wait"
        ],
    );
    assert_eq!(fs::read_dir(lab.path(".tmp")).unwrap().count(), 0);
    drop(lock);
    hasty.append(&record("a", "hello")).unwrap();
}

#[test]
fn links() {
    let lab = Lab::with_bucket();
    std::os::unix::fs::symlink("/tmp", lab.path("model_distribution")).unwrap();
    check(
        &lab,
        lab.append("a", "hello"),
        &expect![
            "`/vault/audit/model_distribution` is a symbolic link, expected a folder; the archive follows no links, remove it"
        ],
    );
}

#[test]
fn causes_that_the_system_names() {
    let text = |action, errno: Errno| {
        let source = io::Error::from(errno);
        let error = Error::io(action, Path::new("/worm/a"), source);
        // The system's own words differ between systems.
        error.to_string().replace(&io::Error::from(errno).to_string(), "<system>")
    };
    let list = [
        ("open", Errno::ACCESS),
        ("open", Errno::PERM),
        ("write", Errno::NOSPC),
        ("write", Errno::DQUOT),
        ("create", Errno::ROFS),
        (LINK, Errno::MLINK),
        (LINK, Errno::XDEV),
        (LINK, Errno::PERM),
        (LINK, Errno::NOTSUP),
        (LINK, Errno::ACCESS),
        (CONTENT, Errno::ACCESS),
        ("read", Errno::IO),
    ];
    let texts: Vec<String> = list.map(|(action, errno)| text(action, errno)).into();
    expect![[r#"
        cannot open `/worm/a`: <system>; run as the archive's owner, or grant it the right to read and write there
        cannot open `/worm/a`: <system>; run as the archive's owner, or grant it the right to read and write there
        cannot write `/worm/a`: <system>; free space on the volume, then run it again
        cannot write `/worm/a`: <system>; free space on the volume, then run it again
        cannot create `/worm/a`: <system>; the volume is mounted read-only, mount it for writing
        cannot publish (hard link) `/worm/a`: <system>; the file system allows no more links or folders here
        cannot publish (hard link) `/worm/a`: <system>; the archive needs one file system that supports hard links
        cannot publish (hard link) `/worm/a`: <system>; the archive needs one file system that supports hard links
        cannot publish (hard link) `/worm/a`: <system>; the archive needs one file system that supports hard links
        cannot publish (hard link) `/worm/a`: <system>; run as the archive's owner, or grant it the right to read and write there
        cannot read the content `/worm/a`: <system>; grant the right to read it
        cannot read `/worm/a`: <system>"#]].assert_eq(&texts.join("\n"));
}
