//! What is on the disk after a plan came true.

use std::fs;

use expect_test::{Expect, expect};

use super::{Project, outputs, said};
use crate::emit::{Error, Names, Scope, lock};

#[track_caller]
fn check(project: &Project, scope: &Scope, files: &[(&str, &str)], expected: Expect) {
    project.render(scope, files);
    expected.assert_eq(&project.tree());
    let again = project.plan(scope, files);
    assert!(again.is_clean(), "a second run changes nothing: {}", said(&again));
}

#[test]
fn files_folders_and_programs() {
    let project = Project::with(&[("deploy/staging/mine.md", "mine")]);
    check(
        &project,
        &Scope::ALL,
        &[("deploy/staging/aws/a.tf", "1"), ("*bin/run.sh", "2"), ("top.yaml", "3")],
        expect![[r#"
            *bin/run.sh: 2
            deploy/staging/aws/a.tf: 1
            deploy/staging/mine.md: mine
            top.yaml: 3
        "#]],
    );
}

#[test]
fn stale_files_go_with_their_empty_folders() {
    let project = Project::rendered(&[("a/b/c/x.tf", "1"), ("a/b/y.tf", "1"), ("d/z.tf", "1")]);
    project.put("d/mine.md", "mine");
    check(
        &project,
        &Scope::ALL,
        &[],
        expect![[r#"
        d/mine.md: mine
    "#]],
    );
}

#[test]
fn a_folder_with_files_of_another_environment_stays() {
    let project = Project::rendered(&[("staging:d/s/a.tf", "1"), ("production:d/p/a.tf", "1")]);
    let staging = Scope { environments: Names::only(["staging"]), targets: Names::All };
    check(
        &project,
        &staging,
        &[],
        expect![[r#"
        d/p/a.tf: 1
    "#]],
    );
}

#[test]
fn a_file_becomes_a_program() {
    let project = Project::rendered(&[("run.sh", "1")]);
    check(
        &project,
        &Scope::ALL,
        &[("*run.sh", "1")],
        expect![[r#"
        *run.sh: 1
    "#]],
    );
}

#[test]
fn a_change_by_hand_is_dropped_when_asked_for() {
    let project = Project::rendered(&[("a.tf", "1"), ("b.tf", "1")]);
    project.put("a.tf", "mine");
    project.put("b.tf", "mine");
    let writer = lock(project.root(), || ()).unwrap();
    let plan = writer.existing().plan(outputs(&[("a.tf", "2")]), &Scope::ALL, true).unwrap();
    writer.apply(&plan).unwrap();
    expect![[r#"
        a.tf: 2
    "#]]
    .assert_eq(&project.tree());
}

#[test]
fn files_of_others_stay_when_asked_for_too() {
    let project = Project::with(&[("a.tf", "mine")]);
    let writer = lock(project.root(), || ()).unwrap();
    let plan = writer.existing().plan(outputs(&[("a.tf", "2")]), &Scope::ALL, true).unwrap();
    let error = writer.apply(&plan).unwrap_err();
    assert!(matches!(error, Error::Refused), "{error}");
    expect![[r#"
        a.tf: mine
    "#]]
    .assert_eq(&project.tree());
}

#[test]
fn one_problem_stops_everything() {
    let project = Project::with(&[("b.tf", "mine")]);
    let writer = lock(project.root(), || ()).unwrap();
    let files = outputs(&[("a.tf", "1"), ("b.tf", "1")]);
    let plan = writer.existing().plan(files, &Scope::ALL, false).unwrap();
    expect!["nothing was written"].assert_eq(&writer.apply(&plan).unwrap_err().to_string());
    expect![[r#"
        b.tf: mine
    "#]]
    .assert_eq(&project.tree());
}

#[test]
fn a_change_between_look_and_write_is_found_out() {
    let project = Project::rendered(&[("a.tf", "1"), ("b.tf", "1")]);
    let writer = lock(project.root(), || ()).unwrap();
    let files = outputs(&[("a.tf", "2"), ("b.tf", "2"), ("new/c.tf", "2")]);
    let plan = writer.existing().plan(files, &Scope::ALL, false).unwrap();
    project.put("b.tf", "mine");
    expect!["`b.tf` was changed just before it was to be written; all files are as they were"]
        .assert_eq(&writer.apply(&plan).unwrap_err().to_string());
    expect![[r#"
        a.tf: 1
        b.tf: mine
    "#]]
    .assert_eq(&project.tree());
}

#[test]
fn a_link_inside_of_the_project_is_followed() {
    let project = Project::with(&[("real/x", "1")]);
    std::os::unix::fs::symlink("real", project.root().join("link")).unwrap();
    check(
        &project,
        &Scope::ALL,
        &[("link/a.tf", "1")],
        expect![[r#"
        link -> real
        real/a.tf: 1
        real/x: 1
    "#]],
    );
}

#[test]
fn order_does_not_matter() {
    let files = [("production:b.tf", "1"), ("a.tf", "1"), ("all:c/d.md", "1")];
    let mut reversed = files;
    reversed.reverse();
    let manifests = [files, reversed].map(|files| Project::rendered(&files).manifest());
    assert_eq!(manifests[0], manifests[1]);
}

#[test]
fn nothing_to_do_writes_nothing() {
    let project = Project::rendered(&[("a.tf", "1")]);
    let stamp = || fs::metadata(project.root().join(super::super::MANIFEST)).unwrap().modified();
    let before = stamp().unwrap();
    project.render(&Scope::ALL, &[("a.tf", "1")]);
    assert_eq!(stamp().unwrap(), before);
}
