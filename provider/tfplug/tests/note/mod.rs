//! The example that everyone copies, on real files: it works, and it loses and overwrites nothing.

#[allow(dead_code, reason = "an example is a program of its own, whose `main` is not run here")]
#[path = "../../examples/note.rs"]
mod example;

use std::fs;
use std::sync::Arc;

use tempfile::TempDir;
use tfplug::Served;
use tfplug::testing::{Action, Harness, Problem, config, laws};

use self::example::{Note, Notes};

fn notes() -> (TempDir, Harness) {
    let folder = TempDir::new().unwrap();
    let harness = Harness::new::<Note, _>(Arc::new(folder.path().to_owned()));
    (folder, harness)
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T, Problem>, expected: &str) {
    assert_eq!(result.unwrap_err().to_string(), expected);
}

#[test]
fn it_keeps_the_laws() {
    laws::resource::<Note>().unwrap();
    laws::object::<Notes>().unwrap();
    assert!(Served::new::<Notes>("1.0.0").resources.contains_key("notes_note"));
}

#[tokio::test]
async fn a_note_lives_from_creation_to_destruction() {
    let (folder, mut notes) = notes();
    let file = folder.path().join("todo");

    notes.assert_converges(config!({ "name": "todo", "text": "Sleep." })).await.unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), "Sleep.");

    let awake = config!({ "name": "todo", "text": "Wake." });
    assert_eq!(notes.plan(&awake).await.unwrap().action, Action::Update);
    notes.assert_converges(&awake).await.unwrap();

    fs::write(&file, "Drift.").unwrap();
    notes.refresh().await.unwrap();
    assert_eq!(notes.plan(&awake).await.unwrap().action, Action::Update);

    let moved = config!({ "name": "done", "text": "Wake." });
    assert_eq!(notes.apply(&moved).await.unwrap().action, Action::Replace);
    assert!(!file.exists());

    notes.destroy().await.unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_file_of_somebody_else_is_imported_and_not_overwritten() {
    let (folder, mut notes) = notes();
    let file = folder.path().join("todo");
    fs::write(&file, "Mine.").unwrap();
    let config = config!({ "name": "todo", "text": "Yours." });

    refused(
        notes.apply(&config).await,
        "Apply: the provider refused\n  name: The folder has this file: Import it by its name to manage it, or choose another name.",
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), "Mine.");
    assert!(notes.current().is_none());

    notes.import("todo").await.unwrap();
    notes.assert_converges(&config).await.unwrap();
}

#[tokio::test]
async fn a_name_leads_nowhere_else() {
    let (_folder, mut notes) = notes();
    for name in ["../escaped", "..", ".", "a/b", "a/", "/etc/hosts"] {
        refused(
            notes.plan(config!({ "name": name, "text": "" })).await,
            "Validate: the provider refused\n  name: Invalid value: `name` must be a plain file name.",
        );
        refused(
            notes.import(name).await,
            "Import: the provider refused\n  name: No name of a note: Give the plain name of a file.",
        );
    }
}

#[tokio::test]
async fn a_note_that_is_gone_needs_no_deletion() {
    let (folder, mut notes) = notes();
    notes.apply(config!({ "name": "todo", "text": "" })).await.unwrap();
    fs::remove_file(folder.path().join("todo")).unwrap();
    notes.destroy().await.unwrap();
    assert!(notes.current().is_none());
}
