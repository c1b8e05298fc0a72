//! What each operation does when nothing goes wrong, and what it refuses.

use std::fs;
use std::os::unix::fs::symlink;

use jiff::{SignedDuration, Timestamp};

use crate::backend::worm::tests::{Lab, bucket, key, mode, options, path, record, set_mode};
use crate::backend::worm::{
    Anchor, Archive, Content, Error, NewRecord, Problem, Record, RecordKey,
};

/// SHA-256 of `hello`.
const HELLO: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

#[tokio::test]
async fn a_life_through_the_door() {
    let lab = Lab::new();
    let archive = Archive::directory(lab.temp.path(), options(&lab.now)).unwrap();
    assert_eq!(archive.find_bucket("audit", None).await.unwrap(), None);
    let created = archive.create_bucket(bucket(10)).await.unwrap();
    assert_eq!((created.retention_days, created.record_count, created.head.sequence), (10, 0, 1));

    let first = archive.append(record("a.json", "hello")).await.unwrap().record;
    let written: Timestamp = "2025-01-15T10:00:00Z".parse().unwrap();
    assert_eq!(
        first,
        Record {
            key: key("a.json"),
            sequence: 2,
            sha256: HELLO.to_owned(),
            size: 5,
            event_time: "2025-01-15T09:30:00Z".parse().unwrap(),
            written_at: written,
            retain_until: "2025-01-25T10:00:00Z".parse().unwrap(),
            actor: "tester".to_owned(),
            previous_hash: created.head.hash,
            hash: first.hash.clone(),
            mode: Some(0o444),
            lock: None,
        }
    );
    fs::create_dir(lab.temp.path().join("Not A Bucket")).unwrap();
    fs::write(lab.temp.path().join("notes"), "a file").unwrap();
    assert_eq!(archive.list_buckets("au").await.unwrap(), ["audit"]);
    assert_eq!(archive.list_buckets("b").await.unwrap(), [""; 0]);
    let found = archive.find_record(key("a.json"), Some(first.anchor())).await.unwrap();
    assert_eq!((found.record, found.problems), (Some(first.clone()), vec![]));

    let grown = archive.extend_retention("audit", 20).await.unwrap();
    assert_eq!((grown.retention_days, grown.record_count, grown.head.sequence), (20, 1, 3));
    let until: Timestamp = "2025-02-04T10:00:00Z".parse().unwrap();
    let listed = archive.list_records("audit").await.unwrap();
    assert_eq!(listed[0].record, Some(Record { retain_until: until, ..first }));

    let moment = SignedDuration::from_nanos(1);
    let early = archive.deletable(key("a.json"), until - moment).await.unwrap_err();
    assert!(matches!(early, Error::Retained { until: told, .. } if told == until));
    archive.deletable(key("a.json"), until).await.unwrap();
    lab.pass_days(20);
    archive.delete_record(key("a.json")).await.unwrap();
    assert_eq!(archive.find_record(key("a.json"), None).await.unwrap().record, None);
    let report = archive.verify_bucket("audit", Some(grown.head)).await.unwrap();
    assert_eq!((report.problems, report.records, report.deleted), (vec![], 0, 1));
    archive.delete_bucket("audit").await.unwrap();
    let left = fs::read_dir(lab.temp.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let mut left: Vec<_> = left.collect();
    left.sort();
    assert_eq!(left, ["Not A Bucket", "notes"]);
}

#[test]
fn an_append_twice_is_one_append() {
    let lab = Lab::with_bucket();
    let first = lab.append("a", "hello").unwrap();
    lab.pass_days(1);
    assert_eq!(lab.append("a", "hello").unwrap(), first);
    let mut other = record("a", "hello");
    other.event_time += SignedDuration::from_secs(1);
    assert!(matches!(lab.archive.append(&other), Err(Error::RecordExists { .. })));
    assert_eq!(lab.verify(None).entries, 2);
    assert_eq!(fs::read(lab.path(&path("a"))).unwrap(), b"hello");
}

#[test]
fn a_bucket_twice_is_one_bucket_until_it_is_used() {
    let lab = Lab::with_bucket();
    let first = lab.archive.find_bucket("audit", None).unwrap().unwrap();
    lab.pass_days(1);
    assert_eq!(lab.archive.create_bucket(&bucket(10)).unwrap(), first);
    assert!(matches!(lab.archive.create_bucket(&bucket(11)), Err(Error::BucketExists { .. })));
    lab.append("a", "hello").unwrap();
    assert!(matches!(lab.archive.create_bucket(&bucket(10)), Err(Error::BucketExists { .. })));
}

#[test]
fn large_files_are_streamed() {
    let lab = Lab::with_bucket();
    let source = lab.temp.path().join("payload");
    fs::write(&source, vec![7; 5 * 1024 * 1024 + 1]).unwrap();
    let new = NewRecord { content: Content::File(source.clone()), ..record("large", "") };
    let written = lab.archive.append(&new).unwrap().record;
    assert_eq!(written.size, 5 * 1024 * 1024 + 1);
    assert_eq!(fs::read(lab.path(&path("large"))).unwrap(), fs::read(source).unwrap());
    assert_eq!(lab.append("empty", "").unwrap().size, 0);
    assert_eq!(lab.verify(None).problems, []);
}

#[test]
fn a_clock_that_runs_backwards_shortens_nothing() {
    let lab = Lab::with_bucket();
    let first = lab.append("a", "hello").unwrap();
    lab.pass_days(-400);
    let second = lab.append("b", "hello").unwrap();
    assert_eq!(second.written_at, first.written_at);
    assert_eq!(second.retain_until, first.retain_until);
    assert!(lab.archive.delete_record(&key("a")).is_err());
    assert_eq!(lab.verify(None).problems, []);
}

#[test]
fn the_end_of_time_does_not_overflow() {
    let lab = Lab::new();
    *lab.now.lock().unwrap() = Timestamp::MAX;
    lab.archive.create_bucket(&bucket(36_500)).unwrap();
    assert_eq!(lab.append("a", "hello").unwrap().retain_until, Timestamp::MAX);
    assert_eq!(lab.verify(None).problems, []);
}

#[test]
fn a_lost_entry_is_told_and_completed_by_the_same_append() {
    let lab = Lab::with_bucket();
    let first = lab.append("a", "hello").unwrap();
    fs::remove_file(lab.path(".chain/000000000002.json")).unwrap();
    set_mode(&lab.path(&path("a")), 0o600);
    let problem = Problem::MissingEntry { path: path("a") };
    assert_eq!(lab.verify(None).problems, std::slice::from_ref(&problem));
    let found = lab.archive.find_record(&key("a"), None).unwrap();
    assert_eq!((found.record, found.problems), (None, vec![problem]));
    assert!(matches!(
        lab.append("a", "other"),
        Err(Error::RecordExists { sha256, event_time: None, .. }) if sha256 == HELLO
    ));
    let again = lab.append("a", "hello").unwrap();
    assert_eq!((again.sequence, again.mode), (2, Some(0o444)));
    assert_eq!(again, first);
    assert_eq!(lab.verify(Some(&first.anchor())).problems, []);
}

#[test]
fn a_cut_tail_shows_only_against_an_anchor() {
    let lab = Lab::with_bucket();
    let anchor = lab.append("a", "hello").unwrap().anchor();
    fs::remove_file(lab.path(".chain/000000000002.json")).unwrap();
    fs::remove_file(lab.path(&path("a"))).unwrap();
    assert_eq!(lab.verify(None).problems, []);
    let lost = Problem::AnchorLost { expected: anchor.clone(), found: None };
    assert_eq!(lab.verify(Some(&anchor)).problems, std::slice::from_ref(&lost));
    let found = lab.archive.find_record(&key("a"), Some(&anchor)).unwrap();
    assert_eq!((found.record, found.problems), (None, vec![lost]));
}

#[test]
fn only_the_mode_is_repaired() {
    let lab = Lab::with_bucket();
    lab.append("a", "hello").unwrap();
    let (file, entry) = (lab.path(&path("a")), lab.path(".chain/000000000002.json"));
    set_mode(&file, 0o4755);
    set_mode(&entry, 0o644);
    let found = lab.archive.find_record(&key("a"), None).unwrap();
    assert_eq!(
        found.problems,
        [
            Problem::ModeChanged { path: path("a"), mode: 0o4755 },
            Problem::ModeChanged { path: ".chain/000000000002.json".to_owned(), mode: 0o644 },
        ]
    );
    assert_eq!(found.record.unwrap().mode, Some(0o4755));
    assert_eq!(lab.archive.restore_mode(&key("a")).unwrap().mode, Some(0o444));
    assert_eq!((mode(&file), mode(&entry)), (0o444, 0o444));
    assert_eq!(lab.verify(None).problems, []);

    fs::remove_file(&file).unwrap();
    fs::write(&file, "hallo").unwrap();
    let error = lab.archive.restore_mode(&key("a")).unwrap_err();
    assert!(
        matches!(&error, Error::Damaged { problems, .. }
            if matches!(problems[..], [Problem::BytesChanged { .. }])),
        "{error}"
    );
    assert_ne!(mode(&file), 0o444);
}

#[test]
fn damage_is_found_record_by_record() {
    let check = |damage: &dyn Fn(&std::path::Path), expected: &[Problem]| {
        let lab = Lab::with_bucket();
        lab.append("a", "hello").unwrap();
        lab.append("b", "hello").unwrap();
        damage(&lab.path(&path("a")));
        assert_eq!(lab.verify(None).problems, expected);
        let found = lab.archive.find_record(&key("a"), None).unwrap();
        assert_eq!(found.problems, expected);
        assert_eq!(lab.archive.find_record(&key("b"), None).unwrap().problems, []);
        // The same bytes bring a lost file back and touch none that is there.
        let lost = matches!(expected, [Problem::MissingFile { .. }]);
        assert_eq!(lab.append("a", "hello").is_ok(), lost);
        assert_eq!(lab.archive.find_record(&key("a"), None).unwrap().problems.is_empty(), lost);
        assert!(lab.append("c", "a damaged record stops no other").is_ok());
    };
    let path = path("a");
    let foreign = |found| Problem::Foreign { path: path.clone(), found };
    check(&|file| fs::remove_file(file).unwrap(), &[Problem::MissingFile { path: path.clone() }]);
    let rewrite = |file: &std::path::Path, text: &str| {
        fs::remove_file(file).unwrap();
        fs::write(file, text).unwrap();
        set_mode(file, 0o444);
    };
    check(
        &|file| rewrite(file, "hello!"),
        &[Problem::SizeChanged { path: path.clone(), expected: 5, found: 6 }],
    );
    let found = "d3751d33f9cd5049c4af2b462735457e4d3baf130bcbb87f389e349fbaeb20b9".to_owned();
    check(
        &|file| rewrite(file, "hallo"),
        &[Problem::BytesChanged { path: path.clone(), expected: HELLO.to_owned(), found }],
    );
    let replace_by_link = |file: &std::path::Path| {
        fs::rename(file, file.with_file_name("../aside")).unwrap();
        symlink("../aside", file).unwrap();
    };
    let lab = Lab::with_bucket();
    lab.append("a", "hello").unwrap();
    replace_by_link(&lab.path(&path));
    let aside =
        Problem::Foreign { path: "model_distribution/2025/aside".to_owned(), found: "a file" };
    assert_eq!(lab.verify(None).problems, [foreign("a symbolic link"), aside]);
    check(
        &|file| {
            fs::remove_file(file).unwrap();
            std::os::unix::net::UnixListener::bind(file).unwrap();
        },
        &[foreign("a special file")],
    );
    check(
        &|file| {
            fs::remove_file(file).unwrap();
            fs::create_dir(file).unwrap();
        },
        &[foreign("a folder")],
    );
}

#[test]
fn a_link_in_the_way_is_never_followed() {
    for part in ["", "model_distribution", "model_distribution/2025", ".tmp", ".chain", ".lock"] {
        let lab = Lab::with_bucket();
        lab.append("a", "hello").unwrap();
        let (place, aside) = (lab.path(part), lab.temp.path().join("aside"));
        let place = if part.is_empty() { lab.temp.path().join("audit") } else { place };
        fs::rename(&place, &aside).unwrap();
        symlink(&aside, &place).unwrap();
        let before = fs::metadata(&aside).unwrap().modified().unwrap();
        let error = lab.append("b", "hello").unwrap_err();
        assert!(
            matches!(error, Error::Irregular { .. } | Error::Damaged { .. }),
            "{part}: {error}"
        );
        assert!(error.to_string().contains("a symbolic link"), "{part}: {error}");
        assert_eq!(fs::metadata(&aside).unwrap().modified().unwrap(), before, "{part}");
        if ![".tmp", ".lock"].contains(&part) {
            let report = lab.archive.verify_bucket("audit", None);
            assert!(!report.is_ok_and(|report| report.problems.is_empty()), "{part}");
        }
    }
}

#[test]
fn strangers_in_a_bucket_are_told() {
    let lab = Lab::with_bucket();
    lab.append("a", "hello").unwrap();
    fs::write(lab.path("note.txt"), "x").unwrap();
    fs::write(lab.path("model_distribution/2025/202501/.hidden"), "x").unwrap();
    fs::write(lab.path(".chain/head"), "x").unwrap();
    fs::create_dir(lab.path("model_distribution/2025/202501/folder")).unwrap();
    let stray = |path: &str, found| Problem::Foreign { path: path.to_owned(), found };
    assert_eq!(
        lab.verify(None).problems,
        [
            stray(".chain/head", "not an entry"),
            stray("model_distribution/2025/202501/.hidden", "not a record"),
            stray("model_distribution/2025/202501/folder", "a folder"),
            stray("note.txt", "a file"),
        ]
    );
}

#[test]
fn leftovers_of_dead_writers_go_and_those_of_living_ones_stay() {
    let lab = Lab::with_bucket();
    fs::write(lab.path(".tmp/dead"), "x").unwrap();
    fs::write(lab.path(".tmp/alive"), "x").unwrap();
    let alive = fs::File::open(lab.path(".tmp/alive")).unwrap();
    alive.lock().unwrap();
    lab.append("a", "hello").unwrap();
    assert!(!lab.path(".tmp/dead").exists());
    assert!(lab.path(".tmp/alive").exists());
    drop(alive);
    lab.append("b", "hello").unwrap();
    assert!(!lab.path(".tmp/alive").exists());
}

#[test]
fn nothing_is_built_on_a_broken_chain() {
    let lab = Lab::with_bucket();
    lab.append("a", "hello").unwrap();
    lab.append("b", "hello").unwrap();
    // Whoever appended the newest entry cannot tell a change from its own within one tick of the clock.
    std::thread::sleep(std::time::Duration::from_millis(30));
    fs::remove_file(lab.path(".chain/000000000002.json")).unwrap();
    let before = fs::read_dir(lab.path(".chain")).unwrap().count();
    lab.append("c", "hello").unwrap_err();
    lab.archive.extend_retention("audit", 20).unwrap_err();
    lab.archive.find_bucket("audit", None).unwrap_err();
    lab.archive.delete_record(&key("b")).unwrap_err();
    lab.archive.delete_bucket("audit").unwrap_err();
    lab.archive.create_bucket(&bucket(10)).unwrap_err();
    assert_eq!(fs::read_dir(lab.path(".chain")).unwrap().count(), before);
    fs::remove_dir_all(lab.path(".chain")).unwrap();
    lab.archive.create_bucket(&bucket(10)).unwrap_err();
    lab.archive.find_bucket("audit", None).unwrap_err();
}

#[test]
fn a_remembered_entry_is_read_again_when_its_file_changes() {
    let lab = Lab::with_bucket();
    lab.append("a", "hello").unwrap();
    // Only files that have not changed for a while are remembered.
    std::thread::sleep(std::time::Duration::from_secs(4));
    assert_eq!(lab.archive.find_record(&key("a"), None).unwrap().problems, []);
    let entry = lab.path(".chain/000000000002.json");
    let text = fs::read_to_string(&entry).unwrap();
    let rewrite = |text: &str| {
        set_mode(&entry, 0o644);
        fs::write(&entry, text).unwrap();
        set_mode(&entry, 0o444);
    };
    rewrite(&text.replace("tester", "taster"));
    let reason = "the hash does not fit the entry";
    let broken = Problem::BrokenChain { sequence: 2, reason };
    assert_eq!(lab.archive.find_record(&key("a"), None).unwrap().problems, [broken]);
    rewrite(&text);
    assert_eq!(lab.archive.find_record(&key("a"), None).unwrap().problems, []);
}

#[test]
fn an_anchor_of_another_archive_is_lost() {
    let lab = Lab::with_bucket();
    let head = lab.archive.find_bucket("audit", None).unwrap().unwrap().head;
    let wrong = Anchor { hash: "0".repeat(64), ..head.clone() };
    let lost = Problem::AnchorLost { expected: wrong.clone(), found: Some(head.hash) };
    let error = lab.archive.find_bucket("audit", Some(&wrong)).unwrap_err();
    assert!(matches!(error, Error::Damaged { problems, .. } if problems == [lost.clone()]));
    assert_eq!(lab.verify(Some(&wrong)).problems, [lost]);
}

#[test]
fn keys_from_outside_are_checked() {
    let lab = Lab::with_bucket();
    for path in ["../../etc/passwd", "/etc/passwd", ".chain/000000000001.json", ""] {
        let key = RecordKey { bucket: "audit".to_owned(), path: path.to_owned() };
        let name = |error: Error| assert!(matches!(error, Error::Name { .. }), "{error}");
        name(lab.archive.find_record(&key, None).unwrap_err());
        name(lab.archive.delete_record(&key).unwrap_err());
        name(lab.archive.deletable(&key, Timestamp::MAX).unwrap_err());
        name(lab.archive.restore_mode(&key).unwrap_err());
    }
    let key = RecordKey { bucket: "..".to_owned(), path: path("a") };
    assert!(matches!(lab.archive.find_record(&key, None), Err(Error::Name { .. })));
}
