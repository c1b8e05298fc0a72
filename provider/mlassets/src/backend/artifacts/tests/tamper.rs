//! What is done to a version behind its back, how it is named, and what can be put back.

use std::fs;
use std::os::unix::fs::symlink;

use crate::backend::artifacts::stream::Meter;
use crate::backend::artifacts::tests::{Lab, key};
use crate::backend::artifacts::{Condition, Error, Look};

/// How a version is repaired.
#[derive(Clone, Copy, PartialEq)]
enum Repair {
    FromSources,
    ByHand,
}

#[track_caller]
fn check(name: &str, bytes: Option<&[u8]>, problem: &str, repair: Repair) {
    let lab = Lab::with_version();
    let anchor = Lab::manifest_sha256();
    let path = lab.path(name);
    let _ = fs::remove_file(&path);
    if let Some(bytes) = bytes {
        fs::write(&path, bytes).unwrap();
    }
    let found =
        lab.store.find(&key(), Some(&anchor), Look::Bytes, &Meter::default()).unwrap().unwrap();
    let told: Vec<_> = found.problems.iter().map(ToString::to_string).collect();
    assert_eq!(told, [problem]);
    match (repair, lab.restore()) {
        (Repair::FromSources, restored) => {
            assert_eq!(restored.unwrap().problems, [], "{problem}");
            lab.is_intact(problem);
        }
        (Repair::ByHand, Err(Error::Damaged { problems, .. })) => {
            assert_eq!(problems, found.problems);
            assert_eq!(fs::read(&path).ok().as_deref(), bytes, "{problem}: it was touched");
        }
        (Repair::ByHand, other) => panic!("{problem}: {other:?}"),
    }
}

#[test]
fn each_change_is_named() {
    let sum = "a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e";
    check(
        "ai1.pkl",
        Some(b"First"),
        &format!(
            "artifact `model_ai1`: the file `ai1.pkl` has the SHA-256 {}, expected {sum}",
            super::life::sha256(b"First")
        ),
        Repair::FromSources,
    );
    check(
        "ai1.pkl",
        Some(b"first!"),
        "artifact `model_ai1`: the file `ai1.pkl` has 6 bytes, expected 5",
        Repair::FromSources,
    );
    check(
        "theta.yaml",
        None,
        "artifact `theta_params`: the file `theta.yaml` is missing",
        Repair::FromSources,
    );
    let sums = "`SHA256SUMS` does not have the sums of `checksums.json`";
    check("SHA256SUMS", None, sums, Repair::FromSources);
    check("SHA256SUMS", Some(b"lies"), sums, Repair::FromSources);
    check("extra", Some(b""), "`extra` is no part of the version", Repair::ByHand);
    check(
        "checksums.json",
        None,
        "`checksums.json` is missing: the version is not complete",
        Repair::FromSources,
    );
    check(
        "checksums.json",
        Some(b"{}"),
        "`checksums.json` is no manifest of a version",
        Repair::FromSources,
    );
    let escape = format!(
        "{{\n  \"artifacts\": {{\n    \"a\": {{\n      \"file\": \"../a\",\n      \"sha256\": \"{sum}\",\n      \"size\": 5\n    }}\n  }}\n}}\n"
    );
    check(
        "checksums.json",
        Some(escape.as_bytes()),
        "`checksums.json` is no manifest of a version",
        Repair::FromSources,
    );
}

#[test]
fn the_remedy_fits_what_is_wrong() {
    let check = |also_lost: bool, expected: &str| {
        let lab = Lab::with_version();
        fs::write(lab.path("extra"), "").unwrap();
        if also_lost {
            fs::remove_file(lab.path("checksums.json")).unwrap();
            lab.source("ai1.pkl", b"First");
        }
        let text = lab.text(lab.restore());
        assert_eq!(text.lines().last(), Some(expected), "{text}");
    };
    check(false, "Move what is no part of it away; the version itself is whole");
    check(true, "Restore it from a backup, or publish the artifacts under a new version");
}

#[test]
fn a_manifest_is_put_back_only_from_the_very_bytes() {
    let lab = Lab::with_version();
    fs::remove_file(lab.path("checksums.json")).unwrap();
    fs::write(lab.path("checksums.json"), "{").unwrap();
    lab.source("ai1.pkl", b"First");
    let refused = lab.restore().unwrap_err();
    assert!(matches!(refused, Error::Damaged { .. }), "{refused}");
    assert_eq!(fs::read(lab.path("checksums.json")).unwrap(), b"{");
    lab.source("ai1.pkl", b"first");
    lab.store.restore(&key(), None, &lab.sources(), &Meter::default()).unwrap_err();
    // Files may be damaged as well.
    fs::remove_file(lab.path("ai1.pkl")).unwrap();
    assert_eq!(lab.restore().unwrap().problems, []);
    lab.is_intact("a manifest and a file");
}

#[test]
fn a_link_in_place_of_a_file_is_not_read() {
    let lab = Lab::with_version();
    fs::remove_file(lab.path("ai1.pkl")).unwrap();
    symlink(lab.temp.path().join("ai1.pkl"), lab.path("ai1.pkl")).unwrap();
    let found = lab.find(Look::Sizes).unwrap();
    assert_eq!(found.conditions()["model_ai1"], Condition::Corrupt);
    assert_eq!(
        found.problems[0].to_string(),
        "artifact `model_ai1`: the file `ai1.pkl` cannot be read: it is a symbolic link"
    );
    lab.restore().unwrap();
    assert!(lab.path("ai1.pkl").symlink_metadata().unwrap().is_file());
    lab.is_intact("a link");
}

#[test]
fn sizes_see_what_is_missing_but_not_a_changed_byte() {
    let lab = Lab::with_version();
    fs::remove_file(lab.path("ai1.pkl")).unwrap();
    fs::write(lab.path("ai1.pkl"), "First").unwrap();
    assert_eq!(lab.find(Look::Sizes).unwrap().problems, []);
    assert_eq!(lab.find(Look::Bytes).unwrap().conditions()["model_ai1"], Condition::Corrupt);
    fs::remove_file(lab.path("ai1.pkl")).unwrap();
    assert_eq!(lab.find(Look::Sizes).unwrap().conditions()["model_ai1"], Condition::Missing);
}

#[test]
fn a_manifest_that_was_rewritten_with_its_files_is_found_by_its_anchor() {
    let lab = Lab::with_version();
    let anchor = Lab::manifest_sha256();
    lab.source("ai1.pkl", b"First");
    lab.store.remove(&key()).unwrap();
    lab.publish().unwrap();
    assert_eq!(lab.find(Look::Bytes).unwrap().problems, [], "it is whole in itself");
    let found =
        lab.store.find(&key(), Some(&anchor), Look::Bytes, &Meter::default()).unwrap().unwrap();
    let now = found.manifest.unwrap().sha256();
    assert_eq!(
        found.problems[0].to_string(),
        format!("`checksums.json` has the SHA-256 {now}, expected {anchor}")
    );
}

#[test]
fn nothing_but_the_very_bytes_is_put_back() {
    let lab = Lab::with_version();
    let anchor = Lab::manifest_sha256();
    fs::remove_file(lab.path("ai1.pkl")).unwrap();
    lab.source("ai1.pkl", b"First");
    let result = lab.store.restore(&key(), Some(&anchor), &lab.sources(), &Meter::default());
    let text = lab.text(result);
    assert!(
        text.starts_with("the artifact `model_ai1` of `prod/ranker/v1` cannot be put back: its source has the SHA-256 ")
            && text.ends_with("; restore the source as it was published"),
        "{text}"
    );
    assert!(!lab.path("ai1.pkl").exists());
    assert_eq!(lab.aside(), 0);
}
