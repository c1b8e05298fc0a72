//! Failures of the disk: before, in, and after the middle; and a process that is killed there.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::thread;

use expect_test::{Expect, expect};

use super::{Project, outputs, said};
use crate::emit::manifest::{MANIFEST, PENDING};
use crate::emit::place;
use crate::emit::transaction::Transaction;
use crate::emit::{Change, Error, Plan, Scope, lock};

/// Runs something as somebody to whom permissions matter, which they do not to root.
fn unprivileged<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let run = || {
            // Only Linux has users of threads, and it is in its containers that tests run as root.
            #[cfg(target_os = "linux")]
            if rustix::process::geteuid().is_root() {
                let nobody = rustix::process::Uid::from_raw(65534);
                rustix::thread::set_thread_res_uid(nobody, nobody, nobody).unwrap();
            }
            // Other threads of a pool would still be root.
            let alone = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread();
            alone.build().unwrap().install(run)
        };
        scope.spawn(run).join().unwrap()
    })
}

fn permit(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[track_caller]
fn check_unwritable(folder: &str, files: &[(&str, &str)], expected: Expect) {
    let error = unprivileged(|| {
        let project = Project::rendered(&[("a/x.tf", "1"), ("b/y.tf", "1"), ("c/z.tf", "1")]);
        let before = (project.tree(), project.manifest());
        permit(&project.root().join(folder), 0o555);
        let writer = lock(project.root(), || ()).unwrap();
        let plan = writer.existing().plan(outputs(files), &Scope::ALL, false).unwrap();
        let error = writer.apply(&plan).unwrap_err();
        permit(&project.root().join(folder), 0o755);
        assert_eq!((project.tree(), project.manifest()), before);
        error.to_string()
    });
    expected.assert_eq(&error);
}

#[test]
fn a_folder_where_nothing_can_be_written() {
    let update = [("a/x.tf", "2"), ("aa/n.tf", "2"), ("b/y.tf", "2"), ("c/z.tf", "1")];
    check_unwritable(
        "b",
        &update,
        expect![
            "cannot replace `b/y.tf`: Permission denied (os error 13); all files are as they were"
        ],
    );
    let create = [("a/x.tf", "2"), ("b/y.tf", "1"), ("b/deep/n.tf", "2"), ("c/z.tf", "1")];
    check_unwritable(
        "b",
        &create,
        expect![
            "cannot make the folder of `b/deep/n.tf`: Permission denied (os error 13); all files are as they were"
        ],
    );
    let remove = [("a/x.tf", "2"), ("b/y.tf", "2")];
    check_unwritable(
        "c",
        &remove,
        expect![
            "cannot remove `c/z.tf`: Permission denied (os error 13); all files are as they were"
        ],
    );
    check_unwritable(
        ".mlgen",
        &remove,
        expect![
            "cannot write `.mlgen/pending.json`: Permission denied (os error 13); all files are as they were"
        ],
    );
}

/// Names beside a file may be taken, for instance by a link to elsewhere.
#[test]
fn what_lies_beside_a_file_is_never_written_through() {
    let project = Project::rendered(&[("a.tf", "1")]);
    project.put("other", "mine");
    for name in [".mlgen-5965e2457e97.new", ".mlgen-5965e2457e97.old"] {
        symlink("other", project.root().join(name)).unwrap();
    }
    project.render(&Scope::ALL, &[("a.tf", "2")]);
    expect![[r#"
        a.tf: 2
        other: mine
    "#]]
    .assert_eq(&project.tree());
}

#[test]
fn a_file_that_cannot_be_read() {
    let error = unprivileged(|| {
        let project = Project::rendered(&[("a.tf", "1")]);
        permit(&project.root().join("a.tf"), 0o000);
        let writer = lock(project.root(), || ()).unwrap();
        let plan = writer.existing().plan(outputs(&[("a.tf", "1")]), &Scope::ALL, false);
        plan.unwrap_err().to_string()
    });
    expect!["cannot read `a.tf`: Permission denied (os error 13)"].assert_eq(&error);
}

/// Before, and after: one file of each kind of change, and one that stays.
const OLD: [(&str, &str); 4] = [("a.tf", "1"), ("aa.tf", "1"), ("b.tf", "1"), ("same.tf", "1")];
const NEW: [(&str, &str); 4] = [("a.tf", "2"), ("b.tf", "2"), ("aa/new.tf", "2"), ("same.tf", "1")];

/// The middle of a change: all is staged, then one file cannot take its place, and nothing after it is done.
struct Middle {
    project: Project,
    transaction: Transaction,
    plan: Plan,
    cause: Error,
}

fn middle(stop_at: &str) -> Middle {
    let project = Project::rendered(&OLD);
    let root = fs::canonicalize(project.root()).unwrap();
    let plan = project.plan(&Scope::ALL, &NEW);
    let mut transaction = Transaction::default();
    let real = |change: &Change| place::look(&root, &change.path).unwrap().unwrap().real;
    let staged: Vec<_> = plan.changes.iter().map(|change| (change, real(change))).collect();
    transaction.stage(&staged).unwrap();
    // No file can take the place of a folder with something in it, and none is removed by the way of a file.
    drop(fs::remove_file(root.join(stop_at)));
    project.put(&format!("{stop_at}/x"), "in the way");
    let cause = transaction.commit().unwrap_err();
    Middle { project, transaction, plan, cause }
}

/// Takes out of the way what stopped the change, as if it had never been there.
fn free(project: &Project, stopped_at: &str) {
    fs::remove_dir_all(project.root().join(stopped_at)).unwrap();
    for (path, text) in OLD.iter().filter(|(path, _)| *path == stopped_at) {
        project.put(path, text);
    }
}

const STOPS: [&str; 4] = ["a.tf", "aa.tf", "aa/new.tf", "b.tf"];

#[test]
fn wherever_it_stops_all_is_undone() {
    for stop in STOPS {
        let Middle { project, transaction, .. } = middle(stop);
        let before = Project::rendered(&OLD);
        assert_eq!(transaction.undo(), Vec::<String>::new());
        free(&project, stop);
        drop(fs::remove_dir(project.root().join("aa")));
        assert_eq!(project.tree(), before.tree(), "{stop}");
    }
}

#[test]
fn wherever_it_is_killed_the_next_run_mends_it() {
    for stop in STOPS {
        let Middle { project, transaction, plan, .. } = middle(stop);
        project.put(PENDING, &plan.manifest);
        drop(transaction);
        free(&project, stop);
        // The spec went on meanwhile.
        let files = [("a.tf", "3"), ("c.tf", "3"), ("same.tf", "1")];
        project.render(&Scope::ALL, &files);
        let after = Project::rendered(&files);
        assert_eq!(
            (project.tree(), project.manifest()),
            (after.tree(), after.manifest()),
            "{stop}"
        );
    }
}

/// All is done but for what lies beside the files, and the record of the run.
#[test]
fn killed_at_the_very_end_it_leaves_nothing() {
    let project = Project::rendered(&OLD);
    let root = fs::canonicalize(project.root()).unwrap();
    let plan = project.plan(&Scope::ALL, &NEW);
    let pending = lock(&root, || ()).unwrap().pending(&plan).unwrap();
    let mut transaction = Transaction::default();
    let real = |change: &Change| place::look(&root, &change.path).unwrap().unwrap().real;
    let staged: Vec<_> = plan.changes.iter().map(|change| (change, real(change))).collect();
    transaction.stage(&staged).unwrap();
    transaction.commit().unwrap();
    project.put(PENDING, &pending);
    project.put(MANIFEST, &plan.manifest);
    drop(transaction);
    assert!(project.tree().contains(".old"));
    project.render(&Scope::ALL, &NEW);
    let after = Project::rendered(&NEW);
    assert_eq!((project.tree(), project.manifest()), (after.tree(), after.manifest()));
}

#[test]
fn what_was_done_is_undone() {
    let Middle { project, transaction, cause, .. } = middle("b.tf");
    expect!["cannot write `b.tf`: Is a directory (os error 21)"].assert_eq(&cause.to_string());
    expect![[r#"
        .mlgen-5965e2457e97.old: 1
        .mlgen-92cb177f6df5.new: 2
        .mlgen-92cb177f6df5.old: 1
        .mlgen-fae0c0512906.old: 1
        a.tf: 2
        aa/new.tf: 2
        b.tf/x: in the way
        same.tf: 1
    "#]]
    .assert_eq(&project.tree());
    assert_eq!(transaction.undo(), Vec::<String>::new());
    expect![[r#"
        a.tf: 1
        aa.tf: 1
        b.tf/x: in the way
        same.tf: 1
    "#]]
    .assert_eq(&project.tree());
}

#[test]
fn what_cannot_be_undone_is_named() {
    let Middle { project, transaction, cause, .. } = middle("b.tf");
    fs::remove_file(project.root().join("a.tf")).unwrap();
    project.put("a.tf/x", "in the way");
    let left = transaction.undo();
    assert_eq!(left, ["a.tf"]);
    let error = Error::Stopped { cause: Box::new(cause), left };
    expect!["cannot write `b.tf`: Is a directory (os error 21); already changed, and could not be put back: `a.tf`; render again"].assert_eq(&error.to_string());
}

#[test]
fn a_killed_run_is_ended_by_the_next() {
    let Middle { project, transaction, plan, .. } = middle("b.tf");
    project.put(PENDING, &plan.manifest);
    drop(transaction);
    free(&project, "b.tf");
    expect![[r#"
        .mlgen-5965e2457e97.old: 1
        .mlgen-92cb177f6df5.new: 2
        .mlgen-92cb177f6df5.old: 1
        .mlgen-fae0c0512906.old: 1
        .mlgen/pending.json: {
          "format": 1,
          "files": {
            "a.tf": {"sha256":"d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35","environment":"staging","target":"aws"},
            "aa/new.tf": {"sha256":"d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35","environment":"staging","target":"aws"},
            "b.tf": {"sha256":"d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35","environment":"staging","target":"aws"},
            "same.tf": {"sha256":"6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b","environment":"staging","target":"aws"}
          }
        }

        a.tf: 2
        aa/new.tf: 2
        b.tf: 1
        same.tf: 1
    "#]].assert_eq(&project.tree());
    // The spec went on meanwhile: what the killed run wrote is still known as mlgen's.
    let files = [("a.tf", "3"), ("b.tf", "3"), ("same.tf", "1")];
    let expected = said(&project.plan(&Scope::ALL, &files));
    expect![[r#"
        Update a.tf (staging on aws)
        Remove aa/new.tf (staging on aws)
        Update b.tf (staging on aws)
        1 unchanged
    "#]]
    .assert_eq(&expected);
    drop(lock(project.root(), || ()).unwrap());
    expect![[r#"
        a.tf: 2
        aa/new.tf: 2
        b.tf: 1
        same.tf: 1
    "#]]
    .assert_eq(&project.tree());
    assert_eq!(said(&project.plan(&Scope::ALL, &files)), expected);
    project.render(&Scope::ALL, &files);
    expect![[r#"
        a.tf: 3
        b.tf: 3
        same.tf: 1
    "#]]
    .assert_eq(&project.tree());
}
