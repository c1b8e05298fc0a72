//! `mlassets_worm_record`.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use serde_json::json;

use super::{Life, with_each_program};
use crate::harness::told;
use crate::messages::Expected;

const ADDRESS: &str = "mlassets_worm_record.this";
const PATH: &str = "release/2025/202501/note.txt";

fn bucket(days: u32) -> String {
    format!(
        "resource \"mlassets_worm_bucket\" \"of\" {{\n  name = \"audit\"\n  retention_days = {days}\n  \
         keep_on_destroy = true\n}}\n"
    )
}

/// The month in UTC is January, wherever the writer is.
fn record(content: &str, more: &str) -> String {
    named("note.txt", content, "2025-02-01T08:59:59+09:00", more)
}

fn named(name: &str, content: &str, time: &str, more: &str) -> String {
    format!(
        "resource \"mlassets_worm_record\" \"this\" {{\n  bucket = mlassets_worm_bucket.of.name\n  \
         record_type = \"release\"\n  name = {name:?}\n  content = {content:?}\n  event_time = {time:?}\n{more}\n}}\n"
    )
}

fn begin(program: String) -> Life {
    let life = Life::new(program, ADDRESS, &bucket(1));
    life.becomes(
        "it is created",
        &record("it was released", ""),
        "create",
        &json!({ "path": PATH }),
    );
    life
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("the file is there");
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("the file is there").permissions().mode() & 0o7777
}

#[test]
fn lives() {
    with_each_program(|program| {
        let life = begin(program);
        let file = life.workspace.path("worm/audit").join(PATH);
        let whole = json!({
            "bucket": "audit", "record_type": "release", "name": "note.txt", "path": PATH,
            "content": "it was released", "event_time": "2025-02-01T08:59:59+09:00",
        "sha256": "1da293ad02faa87f06bda107c60f485338cf6d71dd7d5fba3aacb29f251a4bb7",
            "size": 15, "mode": "0444", "sequence": 2, "problems": [], "keep_on_destroy": false,
        });
        life.is("it is as planned", &whole);
        assert_eq!(fs::read_to_string(&file).expect("it is there"), "it was released");
        life.stays(
            "the same time in another place",
            &named("note.txt", "it was released", "2025-01-31T23:59:59Z", ""),
        );
        life.workspace.configure(&record("it was released", ""));

        life.meddled("its mode is changed", || chmod(&file, 0o644), "update", &whole);
        assert_eq!(mode(&file), 0o444);
        life.meddled(
            "it is removed",
            || fs::remove_file(&file).expect("it is there"),
            "update",
            &whole,
        );
        assert_eq!((mode(&file), life.text("content")), (0o444, "it was released".to_owned()));
        life.is_imported(
            &format!("audit/{PATH}"),
            &format!("{{ bucket = \"audit\", path = {PATH:?} }}"),
        );
        // The retention of the bucket grows while the record is repaired.
        chmod(&file, 0o600);
        life.workspace.write("background.tf", &bucket(2));
        life.workspace.apply().ok().says("0 added, 2 changed, 0 destroyed.");
        life.workspace.plan_is_empty();

        life.cannot_import(
            "resource \"mlassets_worm_record\" \"this_missing\" {\n  bucket = \"none\"\n  record_type = \"r\"\n  \
             name = \"n\"\n  content = \"\"\n}\n",
            &format!("none/{PATH}"),
            "There is nothing with the import ID \"none/release/2025/202501/note.txt\", which has the form \
             `{bucket}/{path}`.",
        );
        life.becomes(
            "it may be forgotten",
            &record("it was released", "  keep_on_destroy = true"),
            "update",
            &json!({ "keep_on_destroy": true }),
        );
        life.ends();
        assert_eq!(fs::read_to_string(&file).expect("it stays"), "it was released");
    });
}

#[test]
fn never_changes() {
    let life = begin(told("MLASSETS_TEST_TERRAFORM"));
    let file = life.workspace.path("worm/audit").join(PATH);
    let unchanged = |at| Expected {
        at,
        summary: "Record never changes",
        detail: "A record is written once, and its path is used once. Add another record with another name.",
    };
    life.refuses(&record("it was not", ""), &[unchanged("content")]);
    life.refuses(
        &named("note.txt", "it was released", "2025-01-02T00:00:00Z", ""),
        &[unchanged("event_time")],
    );
    let retained = |at| Expected {
        at,
        summary: "Under retention",
        detail: "The record is kept until …, so it can be neither changed nor replaced. Add another record with another \
                 name.",
    };
    life.refuses(
        &named("other.txt", "it was not", "2025-03-01T00:00:00Z", ""),
        &[retained("name"), retained("event_time")],
    );
    // A time that is known only while applying would replace it.
    let now = record("it was released", "").replace("\"2025-02-01T08:59:59+09:00\"", "timestamp()");
    life.refuses(&now, &[retained("event_time")]);
    let late = record("", "").replace("content = \"\"", "content = terraform_data.new.output");
    let source = "resource \"terraform_data\" \"new\" {\n  input = \"it was not\"\n}\n";
    life.workspace.configure(&format!("{source}{late}"));
    let applied = life.workspace.run(&["apply", "-auto-approve", "-json", "-input=false"]);
    applied.fails().errs(&[unchanged("content")]);
    life.workspace.configure(&format!("{source}{}", record("it was released", "")));
    life.workspace.plan_is_empty();

    let destroy = ["plan", "-destroy", "-json", "-input=false"];
    life.workspace.run(&destroy).fails().errs(&[Expected {
        at: "name = ",
        summary: "Under retention",
        detail: "`release/2025/202501/note.txt` in bucket `audit` is kept until … and cannot be deleted before. Leave it in \
                 place, or set `keep_on_destroy = true` and apply that, so that Terraform only forgets it.",
    }]);
    assert_eq!(fs::read_to_string(&file).expect("it stays"), "it was released");

    // Forgotten and declared anew, the same record is the same; another one in its place is refused.
    life.workspace.run(&["state", "rm", ADDRESS]).ok();
    life.workspace.apply().ok().says("1 added");
    life.workspace.run(&["state", "rm", ADDRESS]).ok();
    life.workspace.configure(&record("it was not", ""));
    life.workspace.run(&["apply", "-auto-approve", "-json", "-input=false"]).fails().errs(&[Expected {
        at: "name",
        summary: "Record exists",
        detail: "`release/2025/202501/note.txt` exists already in bucket `audit` as another record (SHA-256 …, event time \
                 2025-01-31T23:59:59Z); records are written once, choose another name.",
    }]);
    assert_eq!(fs::read_to_string(&file).expect("it stays"), "it was released");
}

#[test]
fn changed_evidence_is_shown_and_not_covered_up() {
    /// What was done to the file, and what the record says of it.
    #[track_caller]
    fn check(life: &Life, meddle: impl FnOnce(&Path), problem: &str) {
        let file = life.workspace.path("worm/audit").join(PATH);
        meddle(&file);
        let before = fs::read(&file).ok();
        life.workspace.run(&["apply", "-refresh-only", "-auto-approve", "-no-color"]).ok();
        let shown = life.workspace.state(ADDRESS)["problems"][0].as_str().map(ToOwned::to_owned);
        let shown = shown.expect("there is a problem");
        let detail =
            format!("Terraform does not repair changed evidence. What is wrong:\n- {problem}…");
        let errors = [Expected { at: "content", summary: "Archive is damaged", detail: &detail }];
        let applied = life.workspace.run(&["apply", "-auto-approve", "-json", "-input=false"]);
        let applied = applied.fails().errs(&errors);
        let (address, action) = (ADDRESS.to_owned(), "update".to_owned());
        assert_eq!(applied.changes("planned_change"), [(address, action)]);
        assert_eq!(fs::read(&file).ok(), before, "it was touched");
        if let Some(start) = problem.split('…').next() {
            assert!(shown.starts_with(start), "{shown}");
        }
        let _ = fs::remove_file(&file);
        fs::write(&file, "it was released").expect("it can be restored");
        chmod(&file, 0o444);
        life.workspace.run(&["apply", "-refresh-only", "-auto-approve", "-no-color"]).ok();
        life.workspace.plan_is_empty();
    }

    let life = begin(told("MLASSETS_TEST_TERRAFORM"));
    let rewrite = |file: &Path, text: &str| {
        fs::remove_file(file).expect("the folder can be written");
        fs::write(file, text).expect("the folder can be written");
        chmod(file, 0o444);
    };
    check(
        &life,
        |file| rewrite(file, "it was RELEASED"),
        "`release/2025/202501/note.txt` has the SHA-256 …, its entry says …; restore it from a backup",
    );
    check(
        &life,
        |file| rewrite(file, "never"),
        "`release/2025/202501/note.txt` has 5 bytes, its entry says 15; restore it from a backup",
    );
    check(
        &life,
        |file| {
            fs::remove_file(file).expect("the folder can be written");
            symlink("/etc/hostname", file).expect("the folder can be written");
        },
        "`release/2025/202501/note.txt` does not belong here (a symbolic link); remove it",
    );
}

#[test]
fn follows_no_links() {
    let life = Life::new(told("MLASSETS_TEST_TERRAFORM"), ADDRESS, &bucket(1));
    let elsewhere = life.workspace.path("elsewhere");
    fs::create_dir(&elsewhere).expect("the folder can be written");
    symlink(&elsewhere, life.workspace.path("worm/audit/release")).expect("it can be written");
    life.workspace.configure(&record("it was released", ""));
    life.workspace.run(&["apply", "-auto-approve", "-json", "-input=false"]).fails().errs(&[Expected {
        at: "",
        summary: "The archive could not be used",
        detail: "`…/worm/audit/release` is a symbolic link, expected a folder; the archive follows no links, remove it.",
    }]);
    assert_eq!(fs::read_dir(&elsewhere).expect("it is there").count(), 0);
}

#[test]
fn a_lost_entry_is_not_a_new_record() {
    let life = begin(told("MLASSETS_TEST_TERRAFORM"));
    let entry = life.workspace.path("worm/audit/.chain/000000000002.json");
    fs::remove_file(entry).expect("the entry is there");
    life.plan().fails().errs(&[Expected {
        at: "content",
        summary: "Archive is damaged",
        detail: "Terraform does not repair changed evidence. What is wrong:\n- `release/2025/202501/note.txt` has no entry in \
                 the chain: …\n- entry 2 should have the hash …, but there is no such entry; …",
    }]);
}

#[test]
fn has_its_mode_whatever_the_umask_is() {
    let life = Life::new(told("MLASSETS_TEST_TERRAFORM"), ADDRESS, &bucket(1));
    life.workspace.configure(&record("it was released", ""));
    let terraform = life.workspace.command(&["apply", "-auto-approve", "-no-color"]);
    let mut shell = Command::new("sh");
    shell.args(["-c", "umask 077; exec \"$@\"", "sh"]);
    shell.arg(terraform.get_program()).args(terraform.get_args()).env_clear();
    shell.envs(terraform.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.current_dir(terraform.get_current_dir().expect("the workspace is its folder"));
    let output = shell.output().expect("there is a shell");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(mode(&life.workspace.path("worm/audit").join(PATH)), 0o444);
    assert_eq!(mode(&life.workspace.path("worm/audit/.chain/000000000002.json")), 0o444);
}
