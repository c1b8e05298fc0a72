//! Paths that a document cannot have, and what stands in the way of others.

use std::os::unix::fs::symlink;

use expect_test::expect;

use super::planning::{check, check_scope, staging};
use super::{Project, said};
use crate::emit::Scope;

#[test]
fn two_documents_with_one_path() {
    let files = [("staging:a.tf", "1"), ("production:a.tf", "1"), ("b.tf", "")];
    check(
        &Project::with(&[]),
        &files,
        expect![[r#"
        Create a.tf (production on aws)
        Create b.tf (staging on aws)
        duplicate: 2 documents have the path `a.tf`: production on aws, staging on aws
          give them different paths in mlgen.yaml, for instance with the name of the environment
    "#]],
    );
}

#[test]
fn paths_that_differ_in_case() {
    let files = [("deploy/a.tf", "1"), ("Deploy/b.tf", "1"), ("x.tf", "1"), ("X.tf", "1")];
    check(
        &Project::with(&[]),
        &files,
        expect![[r#"
        Create Deploy/b.tf (staging on aws)
        Create X.tf (staging on aws)
        Create deploy/a.tf (staging on aws)
        Create x.tf (staging on aws)
        case_clash: `deploy/a.tf` and `Deploy/b.tf` differ only in case: on macOS and Windows they are one file
          rename one of them; if one is an old name, delete that file first
        case_clash: `x.tf` and `X.tf` differ only in case: on macOS and Windows they are one file
          rename one of them; if one is an old name, delete that file first
    "#]],
    );
}

#[test]
fn a_file_of_another_environment_that_differs_in_case() {
    let project = Project::rendered(&[("production:A.tf", "1")]);
    check_scope(
        &project,
        &staging(),
        &[("a.tf", "1")],
        expect![[r#"
        Create a.tf (staging on aws)
        case_clash: `a.tf` and `A.tf` differ only in case: on macOS and Windows they are one file
          rename one of them; if one is an old name, delete that file first
    "#]],
    );
}

#[test]
fn an_old_name_in_another_case_is_removed() {
    let project = Project::rendered(&[("A.tf", "1")]);
    check(
        &project,
        &[("a.tf", "1")],
        expect![[r#"
        Remove A.tf (staging on aws)
        Create a.tf (staging on aws)
    "#]],
    );
}

#[test]
fn an_old_name_in_another_case_is_kept_where_case_does_not_count() {
    let project = Project::rendered(&[("A.tf", "1")]);
    // What such a file system shows: two names, one file.
    std::fs::hard_link(project.root().join("A.tf"), project.root().join("a.tf")).unwrap();
    check(
        &project,
        &[("a.tf", "1")],
        expect![[r#"
        1 unchanged
        case_clash: `a.tf` and `A.tf` differ only in case: on macOS and Windows they are one file
          rename one of them; if one is an old name, delete that file first
    "#]],
    );
}

#[test]
fn a_file_that_is_also_a_folder() {
    check(
        &Project::with(&[]),
        &[("a", "1"), ("a/b", "1")],
        expect![[r#"
        Create a (staging on aws)
        Create a/b (staging on aws)
        nested: `a` would be a file and, for `a/b`, a folder
          give the document another path in mlgen.yaml
    "#]],
    );
    let project = Project::rendered(&[("production:a/b", "1")]);
    check_scope(
        &project,
        &staging(),
        &[("a", "1")],
        expect![[r#"
        nested: `a` would be a file and, for `a/b`, a folder
          give the document another path in mlgen.yaml
        not_a_file: `a` is a folder, and mlgen replaces only ordinary files
          move or delete it, then render again
    "#]],
    );
}

#[test]
fn paths_that_are_none() {
    let long = "n".repeat(256);
    let files = [
        ("", ""),
        ("../a", ""),
        ("/a", ""),
        ("a//b", ""),
        ("a/./b", ""),
        ("a\\b", ""),
        ("a\nb", ""),
        (".mlgen/manifest.json", ""),
        (".GIT/hooks/pre-commit", ""),
    ];
    check(
        &Project::with(&[]),
        &files,
        expect![[r#"
            not_a_path: no document can be ``: it is empty
              give the document another path in mlgen.yaml
            not_a_path: no document can be `../a`: it leaves the project
              give the document another path in mlgen.yaml
            not_a_path: no document can be `.GIT/hooks/pre-commit`: it is in a folder with a purpose of its own
              give the document another path in mlgen.yaml
            not_a_path: no document can be `.mlgen/manifest.json`: it is in a folder with a purpose of its own
              give the document another path in mlgen.yaml
            not_a_path: no document can be `/a`: it leaves the project
              give the document another path in mlgen.yaml
            not_a_path: no document can be `a\nb`: it has a character that no path should have
              give the document another path in mlgen.yaml
            not_a_path: no document can be `a/./b`: it has an empty part
              give the document another path in mlgen.yaml
            not_a_path: no document can be `a//b`: it has an empty part
              give the document another path in mlgen.yaml
            not_a_path: no document can be `a\\b`: it has a character that no path should have
              give the document another path in mlgen.yaml
        "#]],
    );
    let plan = Project::with(&[]).plan(&Scope::ALL, &[(&long, "")]);
    assert!(said(&plan).contains("has a part of more than 255 bytes"));
}

#[test]
fn what_is_there_is_no_file() {
    let project = Project::with(&[("folder/x", "1"), ("file", "1"), ("target", "1")]);
    symlink("target", project.root().join("link")).unwrap();
    check(
        &project,
        &[("folder", "1"), ("file/a", "1"), ("link", "1")],
        expect![[r#"
        blocked: `file/a` needs a folder where the file `file` is
          move or delete it, then render again
        not_a_file: `folder` is a folder, and mlgen replaces only ordinary files
          move or delete it, then render again
        not_a_file: `link` is a symbolic link, and mlgen replaces only ordinary files
          move or delete it, then render again
    "#]],
    );
}

#[test]
fn links_out_of_the_project() {
    let project = Project::with(&[]);
    let outside = tempfile::tempdir().unwrap();
    symlink(outside.path(), project.root().join("out")).unwrap();
    symlink("nowhere", project.root().join("broken")).unwrap();
    check(
        &project,
        &[("out/deep/a.tf", "1"), ("broken/a.tf", "1")],
        expect![[r#"
        link_out: `broken/a.tf` would be outside: `broken` is a symbolic link out of the project
          make it a folder, or give the document another path in mlgen.yaml
        link_out: `out/deep/a.tf` would be outside: `out` is a symbolic link out of the project
          make it a folder, or give the document another path in mlgen.yaml
    "#]],
    );
}

#[test]
fn links_inside_of_the_project() {
    let project = Project::with(&[("real/x", "1")]);
    symlink("real", project.root().join("link")).unwrap();
    check(
        &project,
        &[("link/a.tf", "1")],
        expect![[r#"
        Create link/a.tf (staging on aws)
    "#]],
    );
    check(
        &project,
        &[("link/a.tf", "1"), ("real/a.tf", "1")],
        expect![[r#"
        Create link/a.tf (staging on aws)
        same_place: `real/a.tf` and `link/a.tf` are one file, because of a symbolic link
          give the document another path in mlgen.yaml
    "#]],
    );
}

#[test]
fn an_old_path_to_the_same_file_is_forgotten() {
    let project = Project::with(&[("real/x", "1")]);
    symlink("real", project.root().join("link")).unwrap();
    project.render(&Scope::ALL, &[("link/a.tf", "1")]);
    check(
        &project,
        &[("real/a.tf", "1")],
        expect![[r#"
        1 unchanged
    "#]],
    );
}
