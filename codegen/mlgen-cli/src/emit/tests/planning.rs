//! What a plan says for each state of the disk.

use expect_test::{Expect, expect};

use super::{Project, said};
use crate::emit::{Names, Scope};

#[track_caller]
pub(super) fn check(project: &Project, files: &[(&str, &str)], expected: Expect) {
    check_scope(project, &Scope::ALL, files, expected);
}

#[track_caller]
pub(super) fn check_scope(
    project: &Project,
    scope: &Scope,
    files: &[(&str, &str)],
    expected: Expect,
) {
    let before = project.tree();
    expected.assert_eq(&said(&project.plan(scope, files)));
    assert_eq!(project.tree(), before, "a plan writes nothing");
}

pub(super) fn staging() -> Scope {
    Scope { environments: Names::only(["staging"]), targets: Names::All }
}

#[test]
fn create_update_unchanged_remove() {
    let project = Project::rendered(&[("a.tf", "1"), ("b.tf", "1"), ("c.tf", "1")]);
    check(
        &project,
        &[("d.tf", "1"), ("a.tf", "1"), ("b.tf", "2")],
        expect![[r#"
        Update b.tf (staging on aws)
        Remove c.tf (staging on aws)
        Create d.tf (staging on aws)
        1 unchanged
    "#]],
    );
}

#[test]
fn a_missing_file_is_made_again() {
    let project = Project::rendered(&[("a.tf", "1")]);
    std::fs::remove_file(project.root().join("a.tf")).unwrap();
    check(
        &project,
        &[("a.tf", "1")],
        expect![[r#"
        Create a.tf (staging on aws)
    "#]],
    );
}

#[test]
fn equal_bytes_of_others_are_taken_over() {
    let project = Project::with(&[("a.tf", "1")]);
    check(
        &project,
        &[("a.tf", "1")],
        expect![[r#"
        1 unchanged
    "#]],
    );
}

#[test]
fn files_of_others_are_left_alone() {
    let project = Project::with(&[("a.tf", "1"), ("b.tf", "1")]);
    check(
        &project,
        &[("a.tf", "2"), ("b.tf", "2"), ("c.tf", "2")],
        expect![[r#"
        Create c.tf (staging on aws)
        foreign: `a.tf` exists, and mlgen did not write it
          move or delete it, then render again; if mlgen wrote it, commit `.mlgen/manifest.json` with the files
        foreign: `b.tf` exists, and mlgen did not write it
          move or delete it, then render again; if mlgen wrote it, commit `.mlgen/manifest.json` with the files
    "#]],
    );
}

#[test]
fn a_change_by_hand_is_not_lost() {
    let project = Project::rendered(&[("a.tf", "1"), ("b.tf", "1"), ("c.tf", "1")]);
    project.put("a.tf", "mine");
    project.put("b.tf", "mine");
    project.put("c.tf", "2");
    check(
        &project,
        &[("a.tf", "1"), ("c.tf", "2")],
        expect![[r#"
        1 unchanged
        modified: `a.tf` was changed by hand since mlgen wrote it
          say in the spec what the change says; `--force` drops the change
        modified: `b.tf` is no longer rendered, but was changed by hand
          keep it under another name; `--force` deletes it
    "#]],
    );
}

#[test]
fn an_environment_removes_nothing_of_another() {
    let project = Project::rendered(&[
        ("all:README.md", "1"),
        ("staging:s/a.tf", "1"),
        ("production:p/a.tf", "1"),
    ]);
    check_scope(
        &project,
        &staging(),
        &[],
        expect![[r#"
        Remove s/a.tf (staging on aws)
    "#]],
    );
    check(
        &project,
        &[],
        expect![[r#"
        Remove README.md (the project as a whole)
        Remove p/a.tf (production on aws)
        Remove s/a.tf (staging on aws)
    "#]],
    );
}

#[test]
fn a_target_removes_nothing_of_another() {
    let project = Project::rendered(&[("a.tf", "1")]);
    let other = Scope { environments: Names::All, targets: Names::only(["azure"]) };
    check_scope(&project, &other, &[], expect![]);
}

#[test]
fn an_environment_takes_no_file_of_another() {
    let project = Project::rendered(&[("production:a.tf", "1")]);
    check_scope(
        &project,
        &staging(),
        &[("staging:a.tf", "1")],
        expect![[r#"
        claimed: `a.tf` belongs to production on aws, which this run does not render
          render all with `--all`, or give the documents different paths in mlgen.yaml
    "#]],
    );
    check(
        &project,
        &[("staging:a.tf", "1")],
        expect![[r#"
        1 unchanged
    "#]],
    );
}

#[test]
fn a_program_that_is_none_yet() {
    let project = Project::with(&[("run.sh", "1")]);
    check(
        &project,
        &[("*run.sh", "1")],
        expect![[r#"
        Update run.sh (staging on aws)
    "#]],
    );
}

#[test]
fn bytes_that_are_no_text() {
    let project = Project::with(&[]);
    std::fs::write(project.root().join("a.tf"), [0xff]).unwrap();
    check(
        &project,
        &[("a.tf", "1")],
        expect![[r#"
        foreign: `a.tf` exists, and mlgen did not write it
          move or delete it, then render again; if mlgen wrote it, commit `.mlgen/manifest.json` with the files
    "#]],
    );
}
