//! What people see.

use std::fs;

use expect_test::expect;

use super::{FILES, Run, WRITE, by_hand, check, foreign, job, plain, project, run};
use crate::args::Format;
use crate::emit::Scope;
use crate::job::Mode;
use crate::render::{Streams, finish};

#[test]
fn a_run() {
    let folder = project();
    check(
        folder.path(),
        WRITE,
        Format::Human,
        &FILES,
        expect![[r#"
        Fine
        update a.tf
        create d/new.tf
        remove old.tf
        1 created, 1 updated, 1 removed, 1 unchanged
    "#]],
    );
    check(
        folder.path(),
        WRITE,
        Format::Human,
        &FILES,
        expect![[r#"
        Fine
        3 files are up to date
    "#]],
    );
}

#[test]
fn a_check() {
    let folder = project();
    check(
        folder.path(),
        Mode::Check,
        Format::Human,
        &FILES,
        expect![[r#"
        WouldChange
        update a.tf
        --- a/a.tf
        +++ b/a.tf
        @@ -1,2 +1,2 @@
         one
        -two
        +2
        create d/new.tf
        --- /dev/null
        +++ b/d/new.tf
        @@ -0,0 +1 @@
        +new
        \ No newline at end of file
        remove old.tf
        --- a/old.tf
        +++ /dev/null
        @@ -1 +0,0 @@
        -gone
        1 to create, 1 to update, 1 to remove, 1 unchanged
    "#]],
    );
    assert!(!folder.path().join("d").exists(), "a check writes nothing");
}

#[test]
fn a_check_that_finds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), WRITE, Format::Human, &FILES);
    check(
        folder.path(),
        Mode::Check,
        Format::Human,
        &FILES,
        expect![[r#"
        Fine
        3 files are up to date
    "#]],
    );
}

#[test]
fn a_change_by_hand() {
    check(
        by_hand().path(),
        WRITE,
        Format::Human,
        &FILES,
        expect![[r#"
        Refused
        ----
        error: `a.tf` was changed by hand since mlgen wrote it
         |
         = help: say in the spec what the change says; `--force` drops the change
        --- a/a.tf
        +++ b/a.tf
        @@ -1,2 +1,2 @@
         one
        -mine
        +2

        1 problem, nothing was written
    "#]],
    );
    check(
        by_hand().path(),
        Mode::Check,
        Format::Human,
        &FILES,
        expect![[r#"
        WouldChange
        create d/new.tf
        --- /dev/null
        +++ b/d/new.tf
        @@ -0,0 +1 @@
        +new
        \ No newline at end of file
        remove old.tf
        --- a/old.tf
        +++ /dev/null
        @@ -1 +0,0 @@
        -gone
        1 to create, 1 to remove, 1 unchanged, 1 problem
        ----
        error: `a.tf` was changed by hand since mlgen wrote it
         |
         = help: say in the spec what the change says; `--force` drops the change
        --- a/a.tf
        +++ b/a.tf
        @@ -1,2 +1,2 @@
         one
        -mine
        +2

    "#]],
    );
    check(
        by_hand().path(),
        Mode::Write { force: true },
        Format::Human,
        &FILES,
        expect![[r#"
        Fine
        update a.tf
        create d/new.tf
        remove old.tf
        1 created, 1 updated, 1 removed, 1 unchanged
    "#]],
    );
}

#[test]
fn a_file_of_somebody_else() {
    check(
        foreign().path(),
        WRITE,
        Format::Human,
        &FILES,
        expect![[r#"
        Refused
        ----
        error: `d/new.tf` exists, and mlgen did not write it
         |
         = help: move or delete it, then render again; if mlgen wrote it, commit `.mlgen/manifest.json` with the files

        1 problem, nothing was written
    "#]],
    );
    check(
        foreign().path(),
        Mode::Check,
        Format::Human,
        &FILES,
        expect![[r#"
        Refused
        update a.tf
        --- a/a.tf
        +++ b/a.tf
        @@ -1,2 +1,2 @@
         one
        -two
        +2
        remove old.tf
        --- a/old.tf
        +++ /dev/null
        @@ -1 +0,0 @@
        -gone
        1 to update, 1 to remove, 1 unchanged, 1 problem
        ----
        error: `d/new.tf` exists, and mlgen did not write it
         |
         = help: move or delete it, then render again; if mlgen wrote it, commit `.mlgen/manifest.json` with the files

    "#]],
    );
}

#[test]
fn only_the_manifest_is_out_of_date() {
    let folder = project();
    for (path, text) in FILES {
        fs::create_dir_all(folder.path().join("d")).unwrap();
        fs::write(folder.path().join(path), text).unwrap();
    }
    fs::remove_file(folder.path().join("old.tf")).unwrap();
    check(
        folder.path(),
        Mode::Check,
        Format::Human,
        &FILES,
        expect![[r#"
        WouldChange
        update .mlgen/manifest.json
        3 files are up to date
    "#]],
    );
    check(
        folder.path(),
        WRITE,
        Format::Human,
        &FILES,
        expect![[r#"
        Fine
        3 files are up to date
    "#]],
    );
    check(
        folder.path(),
        Mode::Check,
        Format::Human,
        &FILES,
        expect![[r#"
        Fine
        3 files are up to date
    "#]],
    );
}

#[test]
fn colours() {
    let folder = project();
    let Run { out, .. } = run(folder.path(), Mode::Check, Format::Human, &FILES);
    expect![[r#"
        ESC[33mupdateESC[0m a.tf
        ESC[1m--- a/a.tfESC[0m
        ESC[1m+++ b/a.tfESC[0m
        ESC[36m@@ -1,2 +1,2 @@ESC[0m
         one
        ESC[31m-twoESC[0m
        ESC[32m+2ESC[0m
        ESC[32mcreateESC[0m d/new.tf
        ESC[1m--- /dev/nullESC[0m
        ESC[1m+++ b/d/new.tfESC[0m
        ESC[36m@@ -0,0 +1 @@ESC[0m
        ESC[32m+newESC[0m
        \ No newline at end of file
        ESC[31mremoveESC[0m old.tf
        ESC[1m--- a/old.tfESC[0m
        ESC[1m+++ /dev/nullESC[0m
        ESC[36m@@ -1 +0,0 @@ESC[0m
        ESC[31m-goneESC[0m
        1 to create, 1 to update, 1 to remove, 1 unchanged
    "#]]
    .assert_eq(&out.replace('\x1b', "ESC"));
    let Run { out, .. } = run(folder.path(), Mode::Check, Format::Json, &FILES);
    assert!(!out.contains('\x1b'));
}

#[test]
fn literals_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let literal = |path: &str, reason: Option<&str>| mlgen::Literal {
        path: path.to_owned(),
        file: "configs/base/data.yaml".to_owned(),
        line: 5,
        reason: reason.map(str::to_owned),
        environments: ["staging".to_owned()].into_iter().collect(),
        targets: ["aws".to_owned()].into_iter().collect(),
    };
    let literals =
        [literal("database.engine_version", Some("Old clients.")), literal("api.x", None)];
    let shown = |format| {
        let mut out = Vec::new();
        let mut streams = Streams { out: &mut out, err: &mut Vec::new(), live: false };
        let job = job(folder.path(), Mode::Check, format);
        finish(&job, &Scope::ALL, Vec::new(), &literals, &mut streams).unwrap();
        plain(&String::from_utf8(out).unwrap())
    };
    expect![[r#"
        literal database.engine_version (configs/base/data.yaml:5): Old clients.
        literal api.x (configs/base/data.yaml:5): without a reason
        0 files are up to date
    "#]]
    .assert_eq(&shown(Format::Human));
    expect![[r#"
        {
          "format_version": 1,
          "check": true,
          "written": false,
          "changes": [],
          "problems": [],
          "literals": [
            {
              "path": "database.engine_version",
              "file": "configs/base/data.yaml",
              "line": 5,
              "reason": "Old clients.",
              "environments": [
                "staging"
              ],
              "targets": [
                "aws"
              ]
            },
            {
              "path": "api.x",
              "file": "configs/base/data.yaml",
              "line": 5,
              "reason": null,
              "environments": [
                "staging"
              ],
              "targets": [
                "aws"
              ]
            }
          ],
          "manifest_differs": false,
          "summary": {
            "create": 0,
            "update": 0,
            "remove": 0,
            "unchanged": 0,
            "problems": 0
          }
        }
    "#]]
    .assert_eq(&shown(Format::Json));
}
