//! Projects on a real disk, and what is read of them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use expect_test::{Expect, expect};
use tempfile::TempDir;

use super::{read_catalogues, read_project, read_tree, root_above, root_at};

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn shown(texts: &[(String, String)]) -> String {
    texts.iter().flat_map(|(path, text)| [path, ": ", text, "\n"]).collect()
}

#[track_caller]
fn check_tree(files: &[(&str, &str)], keep: fn(&Path) -> bool, expected: Expect) {
    let folder = folder(files);
    expected.assert_eq(&shown(&read_tree(folder.path(), "d", keep).unwrap()));
}

#[test]
fn sorted_and_without_what_is_hidden() {
    check_tree(
        &[
            ("d/b/c.tf", "1"),
            ("d/b.tf", "2"),
            ("d/a.tf", "3"),
            ("d/.hidden", "4"),
            ("d/x/.terraform/modules/m.tf", "5"),
            ("e/a.tf", "6"),
        ],
        |_| true,
        expect![[r#"
            d/a.tf: 3
            d/b.tf: 2
            d/b/c.tf: 1
        "#]],
    );
}

#[test]
fn only_what_is_wanted() {
    let files = [("d/a.tf", "1"), ("d/a.md", "2"), ("d/tests/b.tf", "3")];
    check_tree(
        &files,
        |path| !path.starts_with("d/tests") && path.ends_with("a.tf"),
        expect![[r#"
        d/a.tf: 1
    "#]],
    );
}

#[test]
fn all_errors_at_once() {
    let folder = folder(&[("d/ok.yaml", "1"), ("d/latin.yaml", ""), ("d/e/x.yaml", "1")]);
    let at = |path: &str| folder.path().join(path);
    fs::write(at("d/latin.yaml"), b"a: 1\nname: caf\xe9\n").unwrap();
    symlink("ok.yaml", at("d/link.yaml")).unwrap();
    symlink("nowhere", at("d/broken.yaml")).unwrap();
    symlink("..", at("d/e/loop")).unwrap();
    symlink("nowhere", at("d/unwanted.md")).unwrap();
    fs::write(at("d").join(not_utf8()), "").unwrap();
    let keep = |path: &Path| path.extension().is_none_or(|extension| extension != "md");
    expect![[r#"
        `d/broken.yaml` is a symbolic link, which is not followed: put a file or folder there, or name the folder in mlgen.yaml
        `d/caf�.yaml` has a name that is not UTF-8: rename it
        `d/e/loop` is a symbolic link, which is not followed: put a file or folder there, or name the folder in mlgen.yaml
        `d/latin.yaml` is not UTF-8 text (line 2): save it as UTF-8
        `d/link.yaml` is a symbolic link, which is not followed: put a file or folder there, or name the folder in mlgen.yaml"#]].assert_eq(&read_tree(folder.path(), "d", keep).unwrap_err().to_string());
}

fn not_utf8() -> &'static std::ffi::OsStr {
    use std::os::unix::ffi::OsStrExt as _;
    std::ffi::OsStr::from_bytes(b"caf\xe9.yaml")
}

#[test]
fn a_project() {
    let folder = folder(&[
        ("mlgen.yaml", "p"),
        ("configs/envs/prod/a.yml", "1"),
        ("configs/base/b.yaml", "2"),
        ("configs/base/c.JSON", "3"),
        ("configs/base/README.md", "4"),
        ("templates/docs/run.md", "5"),
        ("modules/aws/x/main.tf", "6"),
    ]);
    let texts = read_project(folder.path()).unwrap();
    assert_eq!(texts.project, "p");
    expect![[r#"
        configs/base/b.yaml: 2
        configs/base/c.JSON: 3
        configs/envs/prod/a.yml: 1
    "#]]
    .assert_eq(&shown(&texts.configs));
    expect![[r#"
        templates/docs/run.md: 5
    "#]]
    .assert_eq(&shown(&texts.templates));
}

#[test]
fn a_project_without_specs() {
    let folder = folder(&[("mlgen.yaml", "p")]);
    let texts = read_project(folder.path()).unwrap();
    assert_eq!((texts.configs, texts.templates), (Vec::new(), Vec::new()));
}

#[test]
fn errors_of_a_project_at_once() {
    let folder = folder(&[("configs/a.yaml", ""), ("templates/b", "")]);
    fs::write(folder.path().join("configs/a.yaml"), [0xff]).unwrap();
    fs::write(folder.path().join("templates/b"), [0xff]).unwrap();
    expect![[r#"
        `mlgen.yaml` is not there
        `configs/a.yaml` is not UTF-8 text (line 1): save it as UTF-8
        `templates/b` is not UTF-8 text (line 1): save it as UTF-8"#]]
    .assert_eq(&read_project(folder.path()).unwrap_err().to_string());
}

fn is_module(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "tf")
}

#[test]
fn catalogues_keep_their_order_and_may_be_outside() {
    let folder = folder(&[("p/own/k.tf", "1"), ("modules/k.tf", "2"), ("p/mlgen.yaml", "")]);
    symlink("own", folder.path().join("p/linked")).unwrap();
    fs::write(folder.path().join("modules/lambda.zip"), [0xff]).unwrap();
    let root = folder.path().join("p");
    let names = |names: [&str; 2]| names.map(str::to_owned);
    let read = read_catalogues(&root, &names(["own/", "../modules"]), is_module).unwrap();
    expect![[r#"
        own/k.tf: 1
        ../modules/k.tf: 2
    "#]]
    .assert_eq(&shown(&read.concat()));
    let read = read_catalogues(&root, &names(["linked", "own"]), is_module).unwrap();
    expect![[r#"
        linked/k.tf: 1
        own/k.tf: 1
    "#]]
    .assert_eq(&shown(&read.concat()));
    let error = read_catalogues(&root, &names(["missing", "gone"]), is_module).unwrap_err();
    expect![[r#"
        `missing` is not there
        `gone` is not there"#]]
    .assert_eq(&error.to_string());
}

#[test]
fn the_nearest_project() {
    let folder = folder(&[("a/mlgen.yaml", ""), ("a/b/mlgen.yaml", ""), ("a/c/d/x", "")]);
    let at = |path: &str| folder.path().join(path);
    assert_eq!(root_above(&at("a/b")).unwrap(), at("a/b"));
    assert_eq!(root_above(&at("a/c/d")).unwrap(), at("a"));
    assert_eq!(root_at(&at("a")).unwrap(), at("a"));
    let error = root_at(&at("a/c")).unwrap_err().to_string();
    assert_eq!(error, format!("`mlgen.yaml` is not in {}", at("a/c").display()));
}

#[test]
fn no_project() {
    let error = root_above(Path::new("/nowhere/at/all")).unwrap_err();
    expect!["`mlgen.yaml` is neither in /nowhere/at/all nor in a folder around it; say where with --project, or begin with `mlgen init`"].assert_eq(&error.to_string());
}
