//! Which names a version, an artifact and its file may have.

use std::collections::BTreeMap;

use crate::backend::artifacts::stream::Meter;
use crate::backend::artifacts::tests::{Lab, key};
use crate::backend::artifacts::{
    VersionKey, check_prefix, check_segment, check_sources, file_name,
};

#[test]
fn a_segment_leads_nowhere_else() {
    for good in ["a", "2025-01-15-v1", "A_b.c+d", &"a".repeat(128)] {
        assert_eq!(check_segment(good), Ok(()), "{good}");
    }
    for bad in
        ["", ".", "..", ".stage", "a/b", "/a", "a\\b", "a b", "ä", "a\0", "-a", &"a".repeat(129)]
    {
        let rule = "it must begin with a letter or a digit and have up to 128 letters, digits, `.`, `_`, `+`, `-`";
        assert_eq!(check_segment(bad), Err(rule), "{bad:?}");
    }
}

#[test]
fn a_prefix_is_a_folder_in_a_bucket() {
    for good in ["", "/", "models", "models/", "/teams/ranking/models/"] {
        assert_eq!(check_prefix(good), Ok(()), "{good}");
    }
    let check = |bad: &str, start: &str| {
        let rule = check_prefix(bad).unwrap_err();
        assert!(rule.starts_with(start), "{bad}: {rule}");
    };
    check("a//b/", "it must have no two slashes in a row");
    check("a b/", "its part `a b` is not allowed: it must begin with a letter");
    check("models/../other", "its part `..` is not allowed");
    check(".hidden", "its part `.hidden` is not allowed");
}

#[test]
fn a_key_leads_nowhere_else() {
    let lab = Lab::new();
    let bad = || "..".to_owned();
    for (what, key) in [
        ("environment", VersionKey { environment: bad(), ..key() }),
        ("model", VersionKey { model: bad(), ..key() }),
        ("version", VersionKey { version: bad(), ..key() }),
    ] {
        let text = lab.text(lab.store.remove(&key));
        assert!(text.starts_with(&format!("the {what}'s name is not allowed: it must ")), "{text}");
        let mut new = super::new(lab.sources());
        new.key = key;
        assert_eq!(lab.text(lab.store.publish(&new, &Meter::default())), text);
    }
}

#[test]
fn a_file_is_called_as_its_source_is() {
    for (source, expected) in [
        ("ai1.pkl", Ok("ai1.pkl")),
        ("artifacts/ai1.pkl", Ok("ai1.pkl")),
        ("/a/../ai1.pkl", Ok("ai1.pkl")),
        ("", Err("the source `` names no file")),
        ("a/..", Err("the source `a/..` names no file")),
        ("a/", Err("the source `a/` names no file")),
        ("a/.hidden", Err("the file name `.hidden` is not allowed: it must ")),
        (
            "Checksums.json",
            Err("`Checksums.json` is the name of a file that each version has anyway"),
        ),
        ("a/SHA256SUMS", Err("`SHA256SUMS` is the name of a file that each version has anyway")),
    ] {
        match (file_name(source), expected) {
            (Ok(found), expected) => assert_eq!(Ok(found), expected, "{source}"),
            (Err(found), Err(expected)) => assert!(found.starts_with(expected), "{found}"),
            (Err(found), Ok(_)) => panic!("{source}: {found}"),
        }
    }
}

#[test]
fn two_artifacts_are_two_files() {
    #[track_caller]
    fn check(sources: &[(&str, &str)], expected: Result<(), &str>) {
        let sources: BTreeMap<_, _> =
            sources.iter().map(|(name, path)| ((*name).to_owned(), (*path).to_owned())).collect();
        assert_eq!(check_sources(&sources), expected.map_err(str::to_owned));
    }
    check(&[("a", "x/f"), ("b", "x/g")], Ok(()));
    check(&[], Err("a version must have at least one artifact"));
    check(
        &[("a", "x/f"), ("b", "y/F")],
        Err("the artifacts `a` and `b` would both become the file `F`"),
    );
    check(
        &[("../a", "f")],
        Err(
            "the artifact's name `../a` is not allowed: it must begin with a letter or a digit and have up to 128 letters, \
             digits, `.`, `_`, `+`, `-`",
        ),
    );
}
