//! The audit under a real Terraform: each change one event in the archive, on PostgreSQL, Prefect and Redis.

use mlassets::backend::prefect::NewWorkPool;
use mlassets::backend::worm::{Archive, NewBucket, Options};
use serde_json::{Value as Json, json};

use crate::actions::invoke;
use crate::harness::{Workspace, unique};
use crate::meddle::{deploy, paused_in, prefect, redis};
use crate::registries::{Ground, wait};

const BUCKET: &str = "audit-trail";

/// A workspace whose changes are told in a bucket of its own.
pub(crate) fn audited(resources: &str) -> Workspace {
    let workspace = Workspace::new(resources)
        .env("MLASSETS_AUDIT_BUCKET", BUCKET)
        .env("MLASSETS_AUDIT_ENVIRONMENT", "acceptance-test");
    let bucket = NewBucket { name: BUCKET.to_owned(), retention_days: 1 };
    wait(archive(&workspace).create_bucket(bucket)).expect("a fresh archive takes a bucket");
    workspace
}

fn archive(workspace: &Workspace) -> Archive {
    Archive::directory(workspace.path("worm"), Options::new("test")).expect("an absolute path")
}

/// All events in the order of the chain.
pub(crate) fn events(workspace: &Workspace) -> Vec<Json> {
    let archive = archive(workspace);
    let report = wait(archive.verify_bucket(BUCKET, None)).expect("the bucket is there");
    assert_eq!(report.problems, []);
    let mut records = wait(archive.list_records(BUCKET)).expect("the bucket is there");
    records.sort_by_key(|found| found.record.as_ref().map(|record| record.sequence));
    let keys = records.into_iter().filter_map(|found| found.record).map(|record| record.key);
    keys.map(|key| {
        let bytes = wait(archive.read_record(key)).expect("the record is there");
        serde_json::from_slice(&bytes).expect("an event is JSON")
    })
    .collect()
}

/// What was done with what.
fn story(workspace: &Workspace) -> Vec<String> {
    let text = |value: &Json| value.as_str().expect("a text").to_owned();
    let told = events(workspace);
    told.iter()
        .map(|event| format!("{} {}", text(&event["operation"]), text(&event["asset"]["id"])))
        .collect()
}

fn release(ground: &Ground, version: &str) -> String {
    format!(
        r#"{}
resource "mlassets_model_version" "all" {{
  for_each        = toset(["2025-01-14-v1", "2025-01-15-v1"])
  model           = "ranker"
  version         = each.key
  artifact_uri    = "s3://models/ranker/${{each.key}}/"
  artifact_sha256 = sha256(each.key)
  metadata        = {{ actor = "release-bot", git_sha = "abc123" }}
}}

resource "mlassets_model_deployment" "this" {{
  model       = "ranker"
  environment = "production"
  version     = mlassets_model_version.all[{version:?}].version
}}

data "mlassets_worm_record" "deployed" {{
  bucket = {BUCKET:?}
  path   = mlassets_model_deployment.this.audit_record_id
}}

data "mlassets_worm_record" "registered" {{
  bucket = {BUCKET:?}
  path   = mlassets_model_version.all["2025-01-15-v1"].audit_record_id
}}

output "deployed" {{
  value = jsondecode(data.mlassets_worm_record.deployed.content)
}}

output "registered" {{
  value = jsondecode(data.mlassets_worm_record.registered.content)
}}
"#,
        ground.provider()
    )
}

fn output(workspace: &Workspace, name: &str) -> Json {
    let run = workspace.run(&["output", "-json", name]).ok();
    serde_json::from_str(&run.stdout).expect("an output is JSON")
}

#[test]
fn a_release_is_told_and_its_record_found() {
    let ground = Ground::postgres();
    let workspace = audited(&release(&ground, "2025-01-14-v1"));
    workspace.apply().ok();
    workspace.plan_is_empty();
    let deployed = output(&workspace, "deployed");
    assert_eq!(deployed["before"], Json::Null);
    assert_eq!(deployed["after"], json!({ "version": "2025-01-14-v1" }));
    let words = ["operation", "actor", "environment"].map(|name| deployed[name].clone());
    assert_eq!(words, ["deploy", "acceptance", "production"]);
    let registered = output(&workspace, "registered");
    assert_eq!(registered["operation"], "verify");
    assert_eq!(registered["environment"], "acceptance-test");
    let first = events(&workspace).into_iter().find(|event| event["operation"] == "register");
    assert_eq!(first.expect("it was registered")["after"]["metadata"]["git_sha"], "abc123");
    assert_eq!(events(&workspace).len(), 5);

    workspace.apply().ok();
    assert_eq!(events(&workspace).len(), 5, "what changes nothing writes nothing");
    workspace.configure(&release(&ground, "2025-01-15-v1"));
    workspace.apply().ok();
    workspace.plan_is_empty();
    let deployed = output(&workspace, "deployed");
    assert_eq!(deployed["before"], json!({ "version": "2025-01-14-v1" }));
    assert_eq!(deployed["after"], json!({ "version": "2025-01-15-v1" }));
    workspace.destroy().ok();
    let story = story(&workspace);
    assert_eq!(story[5..], ["deploy ranker@production", "retire ranker@production"]);
}

/// Killed at each moment between the change of the rows and the state: told once by the next apply.
#[test]
fn a_kill_neither_loses_nor_doubles_an_event() {
    let ground = Ground::postgres();
    let workspace = audited(&release(&ground, "2025-01-14-v1"));
    workspace.apply().ok();
    let points = [
        "model_deployment.deploy.before_commit",
        "model_deployment.deploy.after_commit",
        "audit.deliver",
        "audit.before_append",
        "worm_record.create.after_link",
        "audit.after_append",
    ];
    let versions = ["2025-01-15-v1", "2025-01-14-v1"];
    for (round, point) in points.into_iter().enumerate() {
        workspace.configure(&release(&ground, versions[round % 2]));
        let apply = ["apply", "-auto-approve", "-input=false", "-no-color"];
        workspace.run_with(&apply, &[("MLASSETS_FAULT", point)]).died();
        workspace.apply().ok();
        workspace.plan_is_empty();
        let told = events(&workspace);
        assert_eq!(told.len(), 6 + round, "after {point}: {:?}", story(&workspace));
        assert_eq!(told[5 + round]["after"], json!({ "version": versions[round % 2] }));
    }
}

fn others(pool: &str, signal: &str, active: bool, note: &str) -> String {
    format!(
        r#"
resource "mlassets_work_pool" "this" {{
  name        = {pool:?}
  description = {note:?}
}}

resource "mlassets_signal" "this" {{
  name          = {signal:?}
  active        = {active}
  force_destroy = true
}}
"#
    )
}

#[test]
fn pools_and_signals_are_told() {
    let (pool, signal) = (unique("audit"), unique("audit"));
    let workspace = audited(&others(&pool, &signal, false, "first"));
    workspace.apply().ok();
    workspace.plan_is_empty();
    workspace.configure(&others(&pool, &signal, true, "second"));
    workspace.apply().ok();
    let event = events(&workspace).into_iter().find(|event| {
        event["operation"] == "update" && event["asset"]["type"] == "mlassets_work_pool"
    });
    let event = event.expect("the pool was changed");
    let notes = ["before", "after"].map(|side| event[side]["description"].clone());
    assert_eq!(notes, ["first", "second"]);
    assert_eq!(event["environment"], "acceptance-test");

    // What somebody else does is told once Terraform finds it.
    redis::<()>(&["HSET", &format!("{{mlassets:ops}}:{signal}"), "active", "0", "version", "7"]);
    workspace.apply().ok();
    workspace.plan_is_empty();
    let told: Vec<_> = events(&workspace)
        .into_iter()
        .filter(|event| event["asset"]["type"] == "mlassets_signal")
        .map(|event| (event["operation"].clone(), event["after"]["active"].clone()))
        .collect();
    let expected = [("create", false), ("update", true), ("found", false), ("update", true)];
    assert_eq!(told, expected.map(|(operation, active)| (json!(operation), json!(active))));

    // Without its bucket nothing is changed, and the archive is named.
    let bucket = workspace.path("worm").join(BUCKET);
    std::fs::rename(&bucket, workspace.path("aside")).expect("a folder of ours");
    workspace.configure(&others(&pool, &signal, true, "third"));
    workspace.apply().fails().says("The audit bucket `audit-trail` does not take the event");
    std::fs::rename(workspace.path("aside"), &bucket).expect("a folder of ours");
    assert_eq!(workspace.state("mlassets_work_pool.this")["description"], "second");
    workspace.apply().ok();
    workspace.plan_is_empty();
    workspace.destroy().ok();
    let all = story(&workspace);
    assert_eq!(all.iter().filter(|line| **line == format!("destroy {pool}")).count(), 1, "{all:?}");
    assert_eq!(all.len(), 9, "{all:?}");
}

/// The same asset again and again, by Terraform and by others: each beginning and each end is told, in one chain.
#[test]
fn what_ends_and_begins_again_is_told_each_time() {
    let signal = unique("again").replace('-', "_");
    let there = format!(
        "resource \"mlassets_signal\" \"this\" {{\n  name = {signal:?}\n  active = false\n}}\n"
    );
    let workspace = audited(&there);
    for _ in 0..2 {
        workspace.configure(&there);
        workspace.apply().ok();
        workspace.plan_is_empty();
        workspace.configure("");
        workspace.apply().ok();
    }
    workspace.configure(&there);
    workspace.apply().ok();
    redis::<()>(&["DEL", &format!("{{mlassets:ops}}:{signal}")]);
    workspace.apply().ok();
    workspace.plan_is_empty();
    let told = events(&workspace);
    let operations: Vec<_> = told.iter().map(|event| event["operation"].clone()).collect();
    let expected = ["create", "destroy", "create", "destroy", "create", "found", "create"];
    assert_eq!(operations, expected.map(Json::from));
    for (event, next) in told.iter().zip(&told[1..]) {
        assert_eq!(event["after"], next["before"]);
        assert_ne!(next["previous"], Json::Null);
    }
    let newest = workspace.state("mlassets_signal.this")["audit_record_id"].clone();
    let path = newest.as_str().expect("it is told");
    let record =
        std::fs::read(workspace.path("worm").join(BUCKET).join(path)).expect("it is there");
    let record: Json = serde_json::from_slice(&record).expect("an event is JSON");
    assert_eq!(Some(&record), told.last());
}

#[test]
fn actions_tell_what_they_do() {
    let (signal, pool) = (unique("told").replace('-', "_"), unique("told"));
    let action = |kind: &str, config: &str| {
        format!("action \"mlassets_{kind}\" \"this\" {{\n  config {{\n    {config}\n  }}\n}}\n")
    };
    let named = |kind: &str| action(kind, &format!("signal = {signal:?}"));
    let of_pool = |kind: &str| action(kind, &format!("work_pool_name = {pool:?}"));
    let workspace = audited(&format!(
        "{}{}{}{}",
        named("halt"),
        named("resume"),
        of_pool("pause_deployments"),
        of_pool("resume_deployments")
    ));
    let new = NewWorkPool {
        name: pool.clone(),
        pool_type: "process".to_owned(),
        ..NewWorkPool::default()
    };
    wait(prefect().create_work_pool(&new)).expect("a pool can be created");
    let deployment = deploy(&pool, "nightly", Some(&pool));
    for kind in ["halt", "halt", "resume", "pause_deployments", "resume_deployments"] {
        invoke(&workspace, &format!("mlassets_{kind}.this")).ok();
    }
    let told =
        ["raise", "lift", "pause", "resume"].into_iter().zip([&signal, &signal, &pool, &pool]);
    let told: Vec<_> = told.map(|(operation, id)| format!("{operation} {id}")).collect();
    assert_eq!(story(&workspace), told);
    let events = events(&workspace);
    assert_eq!(events[0]["asset"]["type"], "mlassets_halt");
    assert_eq!(events[2]["after"]["deployments"], json!([deployment]));

    // What stops something does not wait for the audit; what lets it go on does.
    std::fs::rename(workspace.path("worm"), workspace.path("away")).expect("it can be moved");
    let active = || redis::<String>(&["HGET", &format!("{{mlassets:ops}}:{signal}"), "active"]);
    invoke(&workspace, "mlassets_halt.this").fails().says("Done, but not told");
    assert_eq!(active(), "1");
    invoke(&workspace, "mlassets_resume.this").fails().says("audit-trail");
    assert_eq!(active(), "1");
    invoke(&workspace, "mlassets_pause_deployments.this").fails().says("Done, but not told");
    assert_eq!(paused_in(&pool), ["nightly"]);
    invoke(&workspace, "mlassets_resume_deployments.this").fails().says("audit-trail");
    assert_eq!(paused_in(&pool), ["nightly"]);
}

/// The archive is taken back to an older copy: a look warns, a change fails and changes nothing, and a new beginning is a
/// deliberate one.
#[test]
fn a_vanished_event_is_noticed() {
    let signal = unique("vanished").replace('-', "_");
    let told = |active: bool| {
        format!(
            "resource \"mlassets_signal\" \"this\" {{\n  name = {signal:?}\n  active = {active}\n  force_destroy = true\n}}\n"
        )
    };
    let workspace = audited(&told(false));
    let (bucket, older) = (workspace.path("worm").join(BUCKET), workspace.path("older"));
    let copy = |from: &std::path::Path, to: &std::path::Path| {
        let copied = std::process::Command::new("cp").arg("-a").args([from, to]).status();
        assert!(copied.expect("there is cp").success());
    };
    copy(&bucket, &older);
    workspace.apply().ok();
    let state = workspace.state("mlassets_signal.this");
    let path = state["audit_record_id"].as_str().expect("it is told").to_owned();
    std::fs::remove_dir_all(&bucket).expect("a folder of ours");
    copy(&older, &bucket);
    let looked = workspace.run(&["plan", "-input=false", "-no-color"]).ok();
    looked.says("An event has vanished").says(&path);
    workspace.configure(&told(true));
    let refused = workspace.apply().fails();
    let refused = refused.says("Event has vanished").says(&path).says(BUCKET);
    drop(
        refused
            .says("take the asset out of the state with `terraform state rm` and import it again"),
    );
    assert_eq!(workspace.state("mlassets_signal.this"), state);
    workspace.run(&["state", "rm", "mlassets_signal.this"]).ok();
    workspace.run(&["import", "-input=false", "mlassets_signal.this", &signal]).ok();
    workspace.apply().ok();
    workspace.plan_is_empty();
    assert_eq!(story(&workspace), [format!("update {signal}")]);
    workspace.destroy().ok();
}
