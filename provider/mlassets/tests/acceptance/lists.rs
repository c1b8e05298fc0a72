//! What there is of each kind is listed by `terraform query`, and comes under management without a change.

use std::sync::Arc;

use mlassets::backend::prefect::{NewConcurrencyLimit, NewVariable, NewWorkPool, NewWorkQueue};
use mlassets::backend::registry::{Deploy, Expected, Location, NewVersion, Options, Registry};
use mlassets::backend::worm::{self, Archive, Content, LockMode, NewBucket, NewRecord, Replica};
use serde_json::{Map, Value as Json, json};

use crate::harness::{Run, Workspace, unique};
use crate::meddle::{deploy, prefect, wait};
use crate::s3::S3;

/// What a query found: names for people, sorted.
#[track_caller]
fn names(run: Run) -> Vec<String> {
    let found = run.ok().stdout;
    let mut names: Vec<String> = found
        .lines()
        .filter_map(|line| serde_json::from_str::<Json>(line).ok())
        .filter(|line| line["type"] == "list_resource_found")
        .map(|line| line["list_resource_found"]["display_name"].as_str().unwrap_or("?").to_owned())
        .collect();
    names.sort();
    names
}

/// A query of one kind in a workspace of its own.
struct Query {
    workspace: Workspace,
    kind: &'static str,
}

impl Query {
    fn new(kind: &'static str) -> Self {
        Query { workspace: Workspace::new(""), kind }
    }

    fn asks(&self, meta: &str, filter: &str) {
        let kind = self.kind;
        self.workspace.write(
            "list.tfquery.hcl",
            &format!(
                "list \"{kind}\" \"these\" {{\n  provider = mlassets\n{meta}\n  config {{\n{filter}\n  }}\n}}\n"
            ),
        );
    }

    /// Asserts what is found.
    #[track_caller]
    fn finds(&self, filter: &str, expected: &[&str]) {
        self.asks("", filter);
        assert_eq!(names(self.workspace.run(&["query", "-json"])), expected, "{filter}");
    }

    /// Writes import blocks and configurations for what is found; a plan with them imports and changes nothing.
    /// The generated text.
    #[track_caller]
    fn imports(&self, filter: &str, count: usize) -> String {
        self.asks("  include_resource = true", filter);
        let run = self.workspace.run(&["query", "-no-color", "-generate-config-out=imported.tf"]);
        run.ok();
        let text = std::fs::read_to_string(self.workspace.path("imported.tf"));
        let text = text.expect("the configuration was written");
        let planned = self.workspace.run(&["plan", "-no-color", "-input=false"]).ok();
        let summary = format!("Plan: {count} to import, 0 to add, 0 to change, 0 to destroy.");
        assert!(planned.text().contains(&summary), "{planned}\n{text}");
        self.workspace.apply().ok();
        self.workspace.plan_is_empty();
        text
    }

    fn archive(&self) -> Archive {
        let root = self.workspace.path("worm");
        Archive::directory(root, worm::Options::new("somebody-else")).expect("a folder is there")
    }

    fn registry(&self) -> Registry {
        let path = self.workspace.path("registry.db").display().to_string();
        let location = Location::parse(&path).expect("a path is an address");
        Registry::new(location, Options::new("somebody-else")).expect("the names are good")
    }
}

#[test]
fn work_pools() {
    let prefix = unique("listed");
    let (plain, limited) = (format!("{prefix}-a"), format!("{prefix}-b"));
    let pools = [
        NewWorkPool {
            name: plain.clone(),
            pool_type: "process".to_owned(),
            ..NewWorkPool::default()
        },
        NewWorkPool {
            name: limited.clone(),
            pool_type: "kubernetes".to_owned(),
            description: Some("of somebody else".to_owned()),
            base_job_template: Some(json!({
                "job_configuration": { "command": "{{ command }}" },
                "variables": { "type": "object", "properties": { "command": { "type": "string" } } },
            })),
            is_paused: Some(true),
            concurrency_limit: Some(3),
            ..NewWorkPool::default()
        },
    ];
    for pool in &pools {
        wait(prefect().create_work_pool(pool)).expect("the server takes it");
    }
    let query = Query::new("mlassets_work_pool");
    let ours = format!("    name_prefix = \"{prefix}-\"");
    query.finds(&ours, &[&plain, &limited]);
    query.finds(&format!("{ours}\n    type = \"kubernetes\""), &[&limited]);
    query.finds(&format!("{ours}\n    paused = false"), &[&plain]);
    query.finds("    name_prefix = \"no-such-pool-\"", &[]);
    query.asks("  limit = 1", &ours);
    assert_eq!(names(query.workspace.run(&["query", "-json"])).len(), 1);

    let text = query.imports(&ours, 2);
    for line in ["concurrency_limit = 3", "paused = true", "of somebody else", "jsonencode("] {
        let found = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(found.contains(line), "{line} is not in\n{text}");
    }
    for left_out in ["default_queue_id", "status", "created"] {
        assert!(!text.contains(left_out), "{left_out} is in\n{text}");
    }
    query.workspace.destroy().ok();
}

#[test]
fn work_queues() {
    let pool = unique("listed");
    let new = NewWorkPool {
        name: pool.clone(),
        pool_type: "process".to_owned(),
        ..NewWorkPool::default()
    };
    wait(prefect().create_work_pool(&new)).expect("the server takes it");
    for (name, is_paused) in [("urgent", None), ("weekly", Some(true))] {
        let queue = NewWorkQueue { name: name.to_owned(), is_paused, ..NewWorkQueue::default() };
        wait(prefect().create_work_queue(&pool, &queue)).expect("the server takes it");
    }
    let path = |name: &str| format!("{pool}/{name}");
    let query = Query::new("mlassets_work_queue");
    let ours = format!("    work_pool_name = \"{pool}\"");
    query.finds(&ours, &[&path("urgent"), &path("weekly")]);
    query.finds(&format!("{ours}\n    paused = true"), &[&path("weekly")]);
    query.finds(&format!("{ours}\n    name_prefix = \"ur\""), &[&path("urgent")]);
    let all = format!("{ours}\n    include_default = true");
    query.finds(&all, &[&path("default"), &path("urgent"), &path("weekly")]);
    query.finds("    work_pool_name = \"no-such-pool\"", &[]);
    query.imports(&all, 3);
    assert!(wait(prefect().delete_work_pool(&pool)).expect("the server answers"));
}

#[test]
fn variables_and_concurrency_limits() {
    let prefix = unique("listed").replace('-', "_");
    let (plain, tagged) = (format!("{prefix}_a"), format!("{prefix}_b"));
    for (name, value, tags) in [
        (&plain, json!("text"), vec![]),
        (&tagged, json!({ "threshold": 0.85, "models": ["ranker"] }), vec![prefix.clone()]),
    ] {
        let new = NewVariable { name: name.clone(), value, tags };
        wait(prefect().create_variable(&new)).expect("the server takes it");
    }
    let query = Query::new("mlassets_variable");
    let ours = format!("    name_prefix = \"{prefix}_\"");
    query.finds(&ours, &[&plain, &tagged]);
    query.finds(&format!("    tags = [\"{prefix}\"]"), &[&tagged]);
    query.imports(&ours, 2);
    query.workspace.destroy().ok();

    for (name, active) in [(&plain, true), (&tagged, false)] {
        let new = NewConcurrencyLimit {
            name: name.clone(),
            limit: 3,
            active,
            slot_decay_per_second: 0.5,
        };
        wait(prefect().create_concurrency_limit(&new)).expect("the server takes it");
    }
    let query = Query::new("mlassets_concurrency_limit");
    query.finds(&ours, &[&plain, &tagged]);
    query.finds(&format!("{ours}\n    active = false"), &[&tagged]);
    query.imports(&ours, 2);
    query.workspace.destroy().ok();
}

#[test]
fn pauses_and_not_the_variables_that_record_them() {
    let pool = unique("listed");
    let query = Query::new("mlassets_deployment_pause");
    let declared = format!(
        "resource \"mlassets_work_pool\" \"this\" {{\n  name = \"{pool}\"\n  force_destroy = true\n}}\n\
         resource \"mlassets_deployment_pause\" \"this\" {{\n  work_pool_name = mlassets_work_pool.this.name\n  \
         ticket = \"{pool}\"\n}}\n"
    );
    let keeper = Workspace::new(&declared);
    keeper.apply().ok();
    deploy(&pool, "nightly", Some(&pool));
    keeper.apply().ok();
    let ours = format!("    ticket = \"{pool}\"");
    query.finds(&ours, &[&format!("pool/{pool}")]);
    query.finds("    ticket = \"no such ticket\"", &[]);
    query.imports(&ours, 1);
    let records = Query::new("mlassets_variable");
    records.finds("    name_prefix = \"mlassets-pause-\"", &[]);
    keeper.destroy().ok();
    query.finds(&ours, &[]);
}

#[test]
fn signals() {
    let name = |end: &str| format!("{}_{end}", unique("listed").replace('-', "_"));
    let (raised, lifted) = (name("raised"), name("lifted"));
    let signal = |name: &str, active: bool| {
        format!(
            "resource \"mlassets_signal\" \"{name}\" {{\n  name = \"{name}\"\n  active = {active}\n  \
             force_destroy = true\n}}\n"
        )
    };
    let keeper = Workspace::new(&format!("{}{}", signal(&raised, true), signal(&lifted, false)));
    keeper.apply().ok();
    let query = Query::new("mlassets_signal");
    query.finds(&format!("    name_prefix = \"{raised}\"\n    active = true"), &[&raised]);
    query.finds(&format!("    name_prefix = \"{raised}\"\n    active = false"), &[]);
    query.finds(&format!("    name_prefix = \"{lifted}\""), &[&lifted]);
    query.imports(&format!("    name_prefix = \"{raised}\""), 1);
    keeper.destroy().ok();
}

#[test]
fn the_model_registry_its_versions_and_deployments() {
    let query = Query::new("mlassets_model_registry");
    query.finds("", &[]);
    let registry = query.registry();
    wait(registry.migrate()).expect("a fresh registry can be migrated");
    for (model, version) in [("ranker", "v1"), ("ranker", "v2"), ("pricer", "v1")] {
        let new = NewVersion {
            model: model.to_owned(),
            version: version.to_owned(),
            artifact_uri: format!("s3://models/{model}/{version}/"),
            artifact_sha256: "0".repeat(64),
            description: format!("{version} of {model}"),
            metadata: Map::from_iter([("git_sha".to_owned(), "4f2a9c1".into())]),
        };
        wait(registry.register(&new)).expect("a new version can be registered");
    }
    for (model, version) in [("ranker", "v1"), ("ranker", "v2")] {
        wait(registry.mark_verified(model, version)).expect("it is registered");
    }
    let deploy = Deploy {
        model: "ranker".to_owned(),
        environment: "production".to_owned(),
        version: "v2".to_owned(),
        expected: Expected::Nothing,
        allow_rollback: true,
    };
    wait(registry.deploy(&deploy)).expect("a verified version can be deployed");
    let place = registry.location().to_string();
    query.finds("", &[&place]);
    query.imports("", 1);

    let versions = Query { kind: "mlassets_model_version", ..query };
    std::fs::remove_file(versions.workspace.path("imported.tf")).expect("it was written");
    versions.workspace.run(&["state", "rm", "mlassets_model_registry.these_0"]).ok();
    versions.finds("", &["pricer@v1", "ranker@v1", "ranker@v2"]);
    versions.finds("    model = \"pricer\"", &["pricer@v1"]);
    versions.finds("    status = \"deployed\"", &["ranker@v2"]);
    versions.asks("", "    status = \"archived\"");
    versions.workspace.run(&["query", "-no-color"]).fails().says("Invalid value");
    versions.imports("", 3);

    let deployments = Query { kind: "mlassets_model_deployment", ..versions };
    deployments.finds("", &["ranker@production"]);
    deployments.finds("    environment = \"staging\"", &[]);
    std::fs::remove_file(deployments.workspace.path("imported.tf")).expect("it was written");
    for number in 0..3 {
        let address = format!("mlassets_model_version.these_{number}");
        deployments.workspace.run(&["state", "rm", &address]).ok();
    }
    deployments.imports("    model = \"ranker\"", 1);
}

#[test]
fn buckets_and_records() {
    let query = Query::new("mlassets_worm_bucket");
    query.finds("", &[]);
    let archive = query.archive();
    for name in ["audit", "audit-old", "broken"] {
        let new = NewBucket { name: name.to_owned(), retention_days: 1 };
        wait(archive.create_bucket(new)).expect("a new bucket");
    }
    for (record_type, name, time, text) in [
        ("release", "a.json", "2025-01-15T04:00:00Z", b"{}".as_slice()),
        ("release", "b.json", "2025-03-01T00:00:00Z", b"{}"),
        ("halt", "c.bin", "2025-01-15T04:00:00Z", b"\xff"),
    ] {
        let record = NewRecord {
            bucket: "audit".to_owned(),
            record_type: record_type.to_owned(),
            name: name.to_owned(),
            event_time: time.parse().expect("a time"),
            content: Content::Bytes(text.to_vec()),
            expected_sha256: None,
        };
        wait(archive.append(record)).expect("a new record");
    }
    query.finds("    name_prefix = \"audit\"", &["audit", "audit-old"]);
    let chain = query.workspace.path("worm/broken/.chain/000000000001.json");
    std::fs::remove_file(&chain).expect("a bucket has a first entry");
    std::fs::write(&chain, "{}").expect("anybody may write here");
    query.asks("", "");
    let run = query.workspace.run(&["query", "-no-color"]).ok();
    run.says("\"broken\" is left out of the list.");
    query.imports("    name_prefix = \"audit\"", 2);

    let records = Query { kind: "mlassets_worm_record", ..query };
    let (first, second) = ("audit/release/2025/202501/a.json", "audit/release/2025/202503/b.json");
    let ours = "    bucket = \"audit\"";
    records.finds(&format!("{ours}\n    record_type = \"release\""), &[first, second]);
    let january = "    from = \"2025-01-01T00:00:00Z\"\n    until = \"2025-02-01T00:00:00Z\"";
    let halt = "audit/halt/2025/202501/c.bin";
    records.finds(&format!("{ours}\n{january}"), &[halt, first]);
    records.asks("  include_resource = true", ours);
    let run = records.workspace.run(&["query", "-no-color"]).ok();
    run.says("\"audit/halt/2025/202501/c.bin\" is left out of the list.");
    std::fs::remove_file(records.workspace.path("imported.tf")).expect("it was written");
    for number in 0..2 {
        let address = format!("mlassets_worm_bucket.these_{number}");
        records.workspace.run(&["state", "rm", &address]).ok();
    }
    records.imports(&format!("{ours}\n    record_type = \"release\""), 2);
}

#[test]
fn copies_in_s3_of_this_archive_and_of_no_other() {
    let s3 = S3::new();
    s3.make(&s3.bucket);
    let aws = Arc::new(s3.aws());
    let copy = |archive: &Archive, prefix: &str| {
        let new = NewBucket { name: "audit".to_owned(), retention_days: 1 };
        wait(archive.create_bucket(new)).expect("it is new, or just as it was made");
        let replica = Replica::new(Arc::clone(&aws), &s3.bucket, prefix, "STANDARD");
        wait(replica.catch_up(archive, "audit")).expect("the server takes it");
    };
    let mut query = Query::new("mlassets_worm_replication");
    query.workspace = s3.reach(query.workspace);
    let others = Query::new("mlassets_worm_bucket");
    copy(&query.archive(), "cold/worm/");
    copy(&query.archive(), "second/");
    copy(&others.archive(), "others/");
    let name = |prefix: &str| format!("audit/{}/{prefix}", s3.bucket);
    let ours = format!("    target_bucket = {:?}", s3.bucket);
    query.finds(&ours, &[&name("cold/worm/"), &name("second/")]);
    query.finds(&format!("{ours}\n    prefix = \"cold/w\""), &[&name("cold/worm/")]);
    query.finds(&format!("{ours}\n    prefix = \"cold/worm/x\""), &[]);
    query.finds(&format!("{ours}\n    bucket = \"other\""), &[]);
    query.asks("", "    target_bucket = \"no-such-bucket-anywhere\"");
    query.workspace.run(&["query", "-no-color"]).fails().says("NoSuchBucket (404)");
    query.imports(&ours, 2);
}

#[test]
fn buckets_in_s3_that_are_archives() {
    let s3 = S3::new();
    let archive =
        Archive::s3(Arc::new(s3.aws()), LockMode::Governance, worm::Options::new("somebody-else"));
    let archive = archive.expect("the options are good");
    let new = NewBucket { name: s3.bucket.clone(), retention_days: 1 };
    wait(archive.create_bucket(new)).expect("a new bucket");
    s3.make(&format!("{}-plain", s3.bucket));
    let mut query = Query::new("mlassets_worm_bucket");
    query.workspace = s3.reach(query.workspace).without("MLASSETS_WORM_DIRECTORY");
    query.workspace = query.workspace.env("MLASSETS_WORM_BACKEND", "s3");
    query.finds(&format!("    name_prefix = {:?}", s3.bucket), &[&s3.bucket]);
    query.workspace = query.workspace.env("MLASSETS_WORM_LOCK_MODE", "GOVERNANCE");
    query.imports(&format!("    name_prefix = {:?}", s3.bucket), 1);
}
