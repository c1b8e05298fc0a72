//! Death at every fault point of every operation, and the same call again.

use std::fs;

use crate::backend::worm::tests::child::{command, run};
use crate::backend::worm::tests::{Lab, bucket, key, path, record, set_mode};
use crate::backend::worm::{Error, Report};

/// Where the child and the test that follows it stand in time.
const NOW: &str = "2025-01-15T10:00:00Z";
const LATER: &str = "2026-01-15T10:00:00Z";

const APPEND: [&str; 9] = [
    "worm_record.create.before_stage",
    "worm_record.create.locked",
    "worm_record.create.folders",
    "worm_record.create.staged",
    "worm_record.create.after_link",
    "worm_record.create.published",
    "worm_record.create.entry_staged",
    "worm_record.create.entry_linked",
    "worm_record.create.entry_published",
];

/// Kills `order` at each point that it passes, after `prepare`, and gives what is left to `resume`.
fn check(prepare: &str, now: &str, order: &str, points: &[&str], resume: impl Fn(&Lab, &str)) {
    let prepared = || {
        let lab = Lab::new();
        if !prepare.is_empty() {
            run(lab.temp.path(), NOW, prepare);
        }
        if order.starts_with("restore") {
            set_mode(&lab.path(&path("a")), 0o644);
        }
        *lab.now.lock().unwrap() = now.parse().unwrap();
        lab
    };
    let lab = prepared();
    let log = lab.temp.path().join("passed");
    let done = command(lab.temp.path(), now, order).env("MLASSETS_FAULT_LOG", &log).output();
    assert!(done.unwrap().status.success());
    let passed = fs::read_to_string(&log).unwrap();
    // Points of the file system come many times; the acceptance tests count them.
    let own = passed.lines().filter(|point| !point.starts_with("files."));
    assert_eq!(own.collect::<Vec<_>>(), points, "{order}");
    for point in points {
        let lab = prepared();
        let dead = command(lab.temp.path(), now, order).env("MLASSETS_FAULT", point).output();
        assert!(!dead.unwrap().status.success(), "{point} did not kill");
        resume(&lab, point);
    }
}

#[track_caller]
fn intact(lab: &Lab, point: &str) -> Report {
    let report = lab.verify(None);
    assert_eq!(report.problems, [], "{point}");
    assert_eq!(fs::read_dir(lab.path(".tmp")).unwrap().count(), 0, "{point}");
    report
}

#[test]
fn an_interrupted_bucket_is_completed() {
    let points = [
        "worm_bucket.create.before_folder",
        "worm_bucket.create.after_folder",
        "worm_bucket.create.locked",
        "worm_bucket.create.entry_staged",
        "worm_bucket.create.entry_linked",
        "worm_bucket.create.entry_published",
    ];
    check("", NOW, "create 10", &points, |lab, point| {
        let complete = point.ends_with("linked") || point.ends_with("published");
        let found = lab.archive.find_bucket("audit", None).unwrap();
        assert_eq!(found.is_some(), complete, "{point}");
        if !complete {
            let error = lab.append("a", "a").unwrap_err();
            assert!(matches!(error, Error::NoBucket { .. }), "{point}: {error}");
        }
        lab.archive.create_bucket(&bucket(10)).unwrap();
        assert_eq!(intact(lab, point).entries, 1);
    });
}

#[test]
fn an_interrupted_append_is_completed() {
    check("create 10|append first", NOW, "append a", &APPEND, |lab, point| {
        let found = lab.archive.find_record(&key("a"), None).unwrap();
        let acknowledged = point.contains("entry_linked") || point.contains("entry_published");
        assert_eq!(found.record.is_some(), acknowledged, "{point}: {found:?}");
        assert_eq!(
            !found.problems.is_empty(),
            point.ends_with("after_link")
                || point.ends_with("create.published")
                || point.ends_with("entry_staged"),
            "{point}: {found:?}"
        );
        let record = lab.append("a", "a").unwrap();
        assert_eq!((record.sequence, record.mode), (3, Some(0o444)), "{point}");
        assert_eq!(intact(lab, point).entries, 3);
    });
}

#[test]
fn another_record_follows_an_interrupted_append() {
    check("create 10", NOW, "append a", &APPEND, |lab, point| {
        lab.append("b", "b").unwrap();
        lab.append("a", "a").unwrap();
        assert_eq!(intact(lab, point).records, 2);
    });
}

#[test]
fn an_interrupted_extension_is_completed() {
    let points = [
        "worm_bucket.update.locked",
        "worm_bucket.update.entry_staged",
        "worm_bucket.update.entry_linked",
        "worm_bucket.update.entry_published",
    ];
    check("create 10|append a", NOW, "extend 20", &points, |lab, point| {
        assert_eq!(lab.archive.extend_retention("audit", 20).unwrap().retention_days, 20);
        assert_eq!(intact(lab, point).entries, 3, "{point}");
    });
}

#[test]
fn an_interrupted_deletion_is_completed() {
    let points = [
        "worm_record.delete.locked",
        "worm_record.delete.entry_staged",
        "worm_record.delete.entry_linked",
        "worm_record.delete.entry_published",
        "worm_record.delete.after_remove",
    ];
    check("create 10|append a|append b", LATER, "delete a", &points, |lab, point| {
        // Never a file without a word: as long as no entry deletes it, the record is there.
        let there = lab.path(&path("a")).exists();
        let report = lab.verify(None);
        assert!(there || report.deleted == 1, "{point}");
        lab.archive.delete_record(&key("a")).unwrap();
        let report = intact(lab, point);
        assert_eq!((report.entries, report.records, report.deleted), (4, 1, 1), "{point}");
    });
}

#[test]
fn an_interrupted_repair_is_completed() {
    let points = ["worm_record.update.before_mode", "worm_record.update.after_mode"];
    check("create 10|append a", NOW, "restore a", &points, |lab, point| {
        assert_eq!(lab.archive.restore_mode(&key("a")).unwrap().mode, Some(0o444));
        intact(lab, point);
    });
}

#[test]
fn an_interrupted_removal_is_completed() {
    let points = ["worm_bucket.delete.before_move", "worm_bucket.delete.after_move"];
    check("create 10", NOW, "delete_bucket", &points, |lab, point| {
        let gone = lab.archive.find_bucket("audit", None).unwrap().is_none();
        match lab.archive.delete_bucket("audit") {
            Ok(()) => assert!(!gone, "{point}"),
            Err(Error::NoBucket { .. }) => assert!(gone, "{point}"),
            Err(error) => panic!("{point}: {error}"),
        }
        assert_eq!(fs::read_dir(lab.temp.path()).unwrap().count(), 0, "{point}");
        lab.archive.create_bucket(&bucket(10)).unwrap();
        lab.archive.append(&record("a", "a")).unwrap();
        assert_eq!(intact(lab, point).records, 1);
    });
}
