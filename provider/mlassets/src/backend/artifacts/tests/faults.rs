//! Death at every fault point of every operation, and the same call again.

use std::fs;

use crate::backend::artifacts::tests::Lab;
use crate::backend::artifacts::tests::child::command;
use crate::backend::artifacts::{Look, VersionKey};

/// Kills `order` at each point that it passes in a lab made by `prepare`.
fn check(prepare: impl Fn() -> Lab, order: &str, points: &[&str], resume: impl Fn(&Lab, &str)) {
    let lab = prepare();
    let log = lab.temp.path().join("passed");
    let done = command(lab.temp.path(), order).env("MLASSETS_FAULT_LOG", &log).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    let passed = fs::read_to_string(&log).unwrap();
    let own = |point: &&str| !point.starts_with("files.");
    assert_eq!(passed.lines().filter(own).collect::<Vec<_>>(), points, "{order}");
    for number in 1..=passed.lines().count() {
        let lab = prepare();
        let log = lab.temp.path().join("passed");
        let dead = command(lab.temp.path(), order)
            .env("MLASSETS_FAULT_LOG", &log)
            .env("MLASSETS_FAULT", format!(":{number}"))
            .output()
            .unwrap();
        assert!(!dead.status.success(), "point {number} did not kill");
        // Files are copied at once, so what is passed when differs a little.
        let passed = fs::read_to_string(&log).unwrap();
        resume(&lab, passed.lines().nth(number - 1).unwrap());
    }
}

#[test]
fn an_interrupted_publication_leaves_no_version() {
    let points = [
        "artifact_distribution.create.before_look",
        "artifact_distribution.create.staged",
        "artifact_distribution.file_copied",
        "artifact_distribution.file_copied",
        "artifact_distribution.file_copied",
        "artifact_distribution.create.copied",
        "artifact_distribution.create.before_manifest",
        "artifact_distribution.create.after_manifest",
        "artifact_distribution.create.before_move",
        "artifact_distribution.create.after_move",
    ];
    check(Lab::new, "publish", &points, |lab, point| {
        // Whole or not at all.
        let found = lab.find(Look::Bytes);
        let there = found.is_some();
        assert_eq!(found.map_or(Vec::new(), |found| found.problems), [], "{point}");
        if point.starts_with("artifact_distribution.") {
            assert_eq!(there, point.ends_with("after_move"), "{point}");
        }
        // Whoever writes next, of whatever version, clears what the dead one left.
        let mut other = super::new(lab.sources());
        other.key = VersionKey { version: "v2".to_owned(), ..super::key() };
        assert!(lab.store.publish(&other, &super::Meter::default()).unwrap(), "{point}");
        assert_eq!(lab.aside(), 0, "{point}");
        assert_eq!(lab.publish().unwrap(), !there, "{point}");
        lab.is_intact(point);
    });
}

#[test]
fn an_interrupted_repair_is_completed() {
    let points = [
        "artifact_distribution.update.before_restore",
        "artifact_distribution.file_copied",
        "artifact_distribution.update.staged",
        "artifact_distribution.update.after_restore",
        "artifact_distribution.update.before_restore",
        "artifact_distribution.file_copied",
        "artifact_distribution.update.staged",
        "artifact_distribution.update.after_restore",
        "artifact_distribution.update.before_restore",
        "artifact_distribution.update.staged",
        "artifact_distribution.update.after_restore",
    ];
    let spoilt = || {
        let lab = Lab::with_version();
        for name in ["ai1.pkl", "SHA256SUMS"] {
            fs::remove_file(lab.path(name)).unwrap();
        }
        fs::remove_file(lab.path("ai2.pkl")).unwrap();
        fs::write(lab.path("ai2.pkl"), "SECOND").unwrap();
        lab
    };
    check(spoilt, "restore", &points, |lab, point| {
        assert_eq!(lab.restore().unwrap().problems, [], "{point}");
        lab.is_intact(point);
    });
}

#[test]
fn an_interrupted_removal_is_completed() {
    let points =
        ["artifact_distribution.delete.before_move", "artifact_distribution.delete.after_move"];
    check(Lab::with_version, "remove", &points, |lab, point| {
        if point.starts_with("artifact_distribution.") {
            let there = lab.find(Look::Bytes).is_some();
            assert_eq!(there, point.ends_with("before_move"), "{point}");
        }
        lab.store.remove(&super::key()).unwrap();
        assert!(lab.find(Look::Bytes).is_none(), "{point}");
        assert!(lab.publish().unwrap(), "{point}");
        lab.is_intact(point);
    });
}
