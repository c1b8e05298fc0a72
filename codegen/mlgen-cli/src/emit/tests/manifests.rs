//! What the manifest says, and what is made of one that is strange.

use expect_test::{Expect, expect};

use super::{Project, said};
use crate::emit::{MANIFEST, Names, Scope, lock, look};

#[track_caller]
fn check_error(manifest: &str, expected: Expect) {
    let project = Project::with(&[(MANIFEST, manifest)]);
    expected.assert_eq(&look(project.root(), || ()).unwrap_err().to_string());
    assert!(lock(project.root(), || ()).is_err());
}

#[test]
fn one_line_a_file() {
    let project = Project::rendered(&[
        ("staging:b.tf", "1"),
        ("production:a \"b\".tf", "2"),
        ("all:README.md", "3"),
    ]);
    expect![[r#"
        {
          "format": 1,
          "files": {
            "README.md": {"sha256":"4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce"},
            "a \"b\".tf": {"sha256":"d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35","environment":"production","target":"aws"},
            "b.tf": {"sha256":"6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b","environment":"staging","target":"aws"}
          }
        }
    "#]].assert_eq(&project.manifest());
}

#[test]
fn no_files() {
    expect![[r#"
        {
          "format": 1,
          "files": {}
        }
    "#]]
    .assert_eq(&Project::rendered(&[]).manifest());
}

#[test]
fn no_json() {
    check_error(
        "x",
        expect![
            "`.mlgen/manifest.json` is not a manifest (expected value at line 1 column 1): restore it from version control, or delete it: then files that are just as rendered are taken over"
        ],
    );
}

#[test]
fn no_manifest() {
    check_error(
        r#"{"files": {}}"#,
        expect![
            "`.mlgen/manifest.json` is not a manifest (missing field `format` at line 1 column 13): restore it from version control, or delete it: then files that are just as rendered are taken over"
        ],
    );
}

#[test]
fn a_newer_format() {
    check_error(
        r#"{"format": 2, "paths": []}"#,
        expect![
            "`.mlgen/manifest.json` has format 2, and this mlgen knows format 1: use the mlgen that the project uses"
        ],
    );
}

#[test]
fn a_path_that_leaves_the_project() {
    check_error(
        r#"{"format": 1, "files": {"../../x": {"sha256": ""}}}"#,
        expect![
            "`.mlgen/manifest.json` names `../../x`, which leaves the project: remove that line, or restore the file from version control"
        ],
    );
}

/// Both sides of a merge had rendered `a.tf`; who merged took one side's file, and a file is new on each side.
#[test]
fn a_merge_conflict_is_settled_by_the_next_run() {
    let ours = Project::rendered(&[("a.tf", "ours"), ("b.tf", "1"), ("ours.tf", "1")]);
    let theirs = Project::rendered(&[("a.tf", "theirs"), ("b.tf", "1"), ("theirs.tf", "1")]);
    let sides = [ours.manifest(), theirs.manifest()];
    let lines = |side: &str| side.lines().skip(3).collect::<Vec<_>>().join("\n");
    let conflict = format!(
        "{{\n  \"format\": 1,\n  \"files\": {{\n<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> other\n",
        lines(&sides[0]),
        lines(&sides[1]),
    );
    ours.put("a.tf", "theirs");
    ours.put("theirs.tf", "1");
    ours.put(MANIFEST, &conflict);
    let files = [("a.tf", "merged"), ("b.tf", "1"), ("theirs.tf", "1")];
    expect![[r#"
        Update a.tf (staging on aws)
        Remove ours.tf (staging on aws)
        2 unchanged
    "#]]
    .assert_eq(&said(&ours.plan(&Scope::ALL, &files)));
    // Files outside of the scope keep the entry that the disk bears out.
    let other = Scope { environments: Names::only(["production"]), targets: Names::All };
    ours.render(&other, &[]);
    ours.render(&Scope::ALL, &files);
    expect![[r#"
        a.tf: merged
        b.tf: 1
        theirs.tf: 1
    "#]]
    .assert_eq(&ours.tree());
    assert_eq!(ours.manifest(), Project::rendered(&files).manifest());
}

/// Whoever ignores the manifest in version control still has checks that pass on another machine.
#[test]
fn without_a_manifest_equal_files_are_clean() {
    let project = Project::with(&[("a.tf", "1")]);
    assert!(project.plan(&Scope::ALL, &[("a.tf", "1")]).is_clean());
}

#[test]
fn a_manifest_that_is_out_of_date_is_a_difference() {
    let project = Project::rendered(&[("a.tf", "1")]);
    project.put("a.tf", "2");
    let plan = project.plan(&Scope::ALL, &[("a.tf", "2")]);
    assert_eq!((plan.changes.len(), plan.manifest_differs, plan.is_clean()), (0, true, false));
}
