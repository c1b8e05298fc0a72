//! What programs see.

use expect_test::expect;

use super::{FILES, WRITE, by_hand, check, foreign, project, run};
use crate::args::Format;
use crate::job::Mode;

#[test]
fn a_run() {
    let folder = project();
    check(
        folder.path(),
        WRITE,
        Format::Json,
        &FILES,
        expect![[r#"
            Fine
            {
              "format_version": 1,
              "check": false,
              "written": true,
              "changes": [
                {
                  "kind": "update",
                  "path": "a.tf",
                  "environment": "staging",
                  "target": "aws",
                  "bytes": 6
                },
                {
                  "kind": "create",
                  "path": "d/new.tf",
                  "environment": "staging",
                  "target": "aws",
                  "bytes": 3
                },
                {
                  "kind": "remove",
                  "path": "old.tf",
                  "environment": "staging",
                  "target": "aws",
                  "bytes": null
                }
              ],
              "problems": [],
              "literals": [],
              "manifest_differs": true,
              "summary": {
                "create": 1,
                "update": 1,
                "remove": 1,
                "unchanged": 1,
                "problems": 0
              }
            }
        "#]],
    );
    check(
        folder.path(),
        WRITE,
        Format::Json,
        &FILES,
        expect![[r#"
            Fine
            {
              "format_version": 1,
              "check": false,
              "written": true,
              "changes": [],
              "problems": [],
              "literals": [],
              "manifest_differs": false,
              "summary": {
                "create": 0,
                "update": 0,
                "remove": 0,
                "unchanged": 3,
                "problems": 0
              }
            }
        "#]],
    );
}

#[test]
fn a_check() {
    check(
        project().path(),
        Mode::Check,
        Format::Json,
        &FILES,
        expect![[r#"
            WouldChange
            {
              "format_version": 1,
              "check": true,
              "written": false,
              "changes": [
                {
                  "kind": "update",
                  "path": "a.tf",
                  "environment": "staging",
                  "target": "aws",
                  "bytes": 6,
                  "diff": "--- a/a.tf\n+++ b/a.tf\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n"
                },
                {
                  "kind": "create",
                  "path": "d/new.tf",
                  "environment": "staging",
                  "target": "aws",
                  "bytes": 3,
                  "diff": "--- /dev/null\n+++ b/d/new.tf\n@@ -0,0 +1 @@\n+new\n\\ No newline at end of file\n"
                },
                {
                  "kind": "remove",
                  "path": "old.tf",
                  "environment": "staging",
                  "target": "aws",
                  "bytes": null,
                  "diff": "--- a/old.tf\n+++ /dev/null\n@@ -1 +0,0 @@\n-gone\n"
                }
              ],
              "problems": [],
              "literals": [],
              "manifest_differs": true,
              "summary": {
                "create": 1,
                "update": 1,
                "remove": 1,
                "unchanged": 1,
                "problems": 0
              }
            }
        "#]],
    );
}

#[test]
fn a_change_by_hand() {
    check(
        by_hand().path(),
        WRITE,
        Format::Json,
        &FILES,
        expect![[r#"
            Refused
            {
              "format_version": 1,
              "check": false,
              "written": false,
              "changes": [
                {
                  "kind": "create",
                  "path": "d/new.tf",
                  "environment": "staging",
                  "target": "aws",
                  "bytes": 3
                },
                {
                  "kind": "remove",
                  "path": "old.tf",
                  "environment": "staging",
                  "target": "aws",
                  "bytes": null
                }
              ],
              "problems": [
                {
                  "kind": "modified",
                  "path": "a.tf",
                  "environment": "staging",
                  "target": "aws",
                  "message": "`a.tf` was changed by hand since mlgen wrote it",
                  "help": "say in the spec what the change says; `--force` drops the change",
                  "diff": "--- a/a.tf\n+++ b/a.tf\n@@ -1,2 +1,2 @@\n one\n-mine\n+2\n"
                }
              ],
              "literals": [],
              "manifest_differs": true,
              "summary": {
                "create": 1,
                "update": 0,
                "remove": 1,
                "unchanged": 1,
                "problems": 1
              }
            }
        "#]],
    );
}

#[test]
fn a_file_of_somebody_else() {
    check(
        foreign().path(),
        Mode::Check,
        Format::Json,
        &FILES,
        expect![[r#"
            Refused
            {
              "format_version": 1,
              "check": true,
              "written": false,
              "changes": [
                {
                  "kind": "update",
                  "path": "a.tf",
                  "environment": "staging",
                  "target": "aws",
                  "bytes": 6,
                  "diff": "--- a/a.tf\n+++ b/a.tf\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n"
                },
                {
                  "kind": "remove",
                  "path": "old.tf",
                  "environment": "staging",
                  "target": "aws",
                  "bytes": null,
                  "diff": "--- a/old.tf\n+++ /dev/null\n@@ -1 +0,0 @@\n-gone\n"
                }
              ],
              "problems": [
                {
                  "kind": "foreign",
                  "path": "d/new.tf",
                  "environment": "staging",
                  "target": "aws",
                  "message": "`d/new.tf` exists, and mlgen did not write it",
                  "help": "move or delete it, then render again; if mlgen wrote it, commit `.mlgen/manifest.json` with the files"
                }
              ],
              "literals": [],
              "manifest_differs": true,
              "summary": {
                "create": 0,
                "update": 1,
                "remove": 1,
                "unchanged": 1,
                "problems": 1
              }
            }
        "#]],
    );
}

#[test]
fn a_check_that_finds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), WRITE, Format::Human, &FILES);
    check(
        folder.path(),
        Mode::Check,
        Format::Json,
        &FILES,
        expect![[r#"
            Fine
            {
              "format_version": 1,
              "check": true,
              "written": false,
              "changes": [],
              "problems": [],
              "literals": [],
              "manifest_differs": false,
              "summary": {
                "create": 0,
                "update": 0,
                "remove": 0,
                "unchanged": 3,
                "problems": 0
              }
            }
        "#]],
    );
}
