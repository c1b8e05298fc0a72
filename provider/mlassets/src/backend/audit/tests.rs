//! A registry's audit becomes events: each transaction one, whoever tells it and how often.

use std::collections::BTreeSet;

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Event, Newest, Options, Subject, Trail, name_of, stem};
use crate::backend::registry::{
    self, AuditFilter, Deploy, Expected, Location, NewVersion, Registry, Retire,
};
use crate::backend::worm::{self, Archive, NewBucket};

const BUCKET: &str = "audit";

struct Bench {
    folder: tempfile::TempDir,
    registry: Registry,
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("registry.db").display().to_string();
        let location = Location::parse(&file).unwrap();
        let registry = Registry::new(location, registry::Options::new("ana")).unwrap();
        registry.migrate().await.unwrap();
        let bench = Self { folder, registry };
        let bucket = NewBucket { name: BUCKET.into(), retention_days: 1 };
        bench.archive().create_bucket(bucket).await.unwrap();
        bench
    }

    fn archive(&self) -> Archive {
        Archive::directory(self.folder.path(), worm::Options::new("ana")).unwrap()
    }

    /// A trail, as another process has one.
    fn trail(&self, actor: &str) -> Trail {
        let options = Options {
            bucket: BUCKET.into(),
            record_type: "config_update".into(),
            environment: "test".into(),
            actor: actor.into(),
        };
        Trail::new(self.archive(), options).unwrap()
    }

    async fn verified(&self, version: &str) {
        let new = NewVersion {
            model: "m".into(),
            version: version.into(),
            artifact_uri: format!("s3://models/m/{version}"),
            artifact_sha256: "0a".repeat(32),
            metadata: serde_json::from_value(json!({ "git_sha": "abc123" })).unwrap(),
            ..NewVersion::default()
        };
        self.registry.register(&new).await.unwrap();
        self.registry.mark_verified("m", version).await.unwrap();
    }

    async fn deploy(&self, version: &str) {
        let deploy = Deploy {
            model: "m".into(),
            environment: "prod".into(),
            version: version.into(),
            expected: Expected::Any,
            allow_rollback: true,
        };
        self.registry.deploy(&deploy).await.unwrap();
    }

    async fn retire(&self) {
        let (model, environment) = ("m".into(), "prod".into());
        let retire = Retire { model, environment, expected: Expected::Any };
        self.registry.retire(&retire).await.unwrap();
    }

    /// All events by path, in the order of the chain.
    async fn events(&self) -> Vec<(String, Value)> {
        let archive = self.archive();
        assert_eq!(archive.verify_bucket(BUCKET, None).await.unwrap().problems, []);
        let mut records = archive.list_records(BUCKET).await.unwrap();
        records.sort_by_key(|found| found.record.as_ref().map(|record| record.sequence));
        let mut events = Vec::new();
        for found in records {
            let key = found.record.unwrap().key;
            let bytes = archive.read_record(key.clone()).await.unwrap();
            events.push((key.path, serde_json::from_slice(&bytes).unwrap()));
        }
        events
    }
}

#[tokio::test]
async fn a_transaction_is_an_event() {
    let bench = Bench::new().await;
    bench.verified("v1").await;
    bench.verified("v2").await;
    bench.deploy("v1").await;
    bench.deploy("v2").await;
    bench.deploy("v1").await;
    bench.retire().await;
    let trail = bench.trail("bob");
    let deployment = Subject::Deployment { model: "m".into(), environment: "prod".into() };
    let newest = trail.newest(&bench.registry, &deployment).await.unwrap().unwrap();
    assert!(!newest.is_recorded);
    trail.deliver(&bench.registry).await.unwrap();
    let events = bench.events().await;
    let side = |side: &Value| match side {
        Value::Null => "-".to_owned(),
        side => side.get("version").or(side.get("status")).unwrap().as_str().unwrap().to_owned(),
    };
    let lines = events.iter().map(|(_, event)| {
        let [operation, id, environment, actor] =
            [&event["operation"], &event["asset"]["id"], &event["environment"], &event["actor"]]
                .map(|value| value.as_str().unwrap());
        let (before, after) = (side(&event["before"]), side(&event["after"]));
        let rows = event["changes"].as_array().unwrap().len();
        format!("{actor} {operation} {id} in {environment}: {before} -> {after}, {rows}\n")
    });
    expect_test::expect![[r"
        ana register m@v1 in test: - -> registered, 1
        ana verify m@v1 in test: registered -> verified, 1
        ana register m@v2 in test: - -> registered, 1
        ana verify m@v2 in test: registered -> verified, 1
        ana deploy m@prod in prod: - -> v1, 2
        ana deploy m@prod in prod: v1 -> v2, 4
        ana deploy m@prod in prod: v2 -> v1, 4
        ana retire m@prod in prod: v1 -> -, 2
    "]]
    .assert_eq(&lines.collect::<String>());
    assert_eq!(events[0].1["after"]["metadata"]["git_sha"], "abc123");

    let told = Newest { is_recorded: true, ..newest };
    assert_eq!(trail.newest(&bench.registry, &deployment).await.unwrap(), Some(told.clone()));
    assert_eq!(told.path, events[7].0);
    let version = Subject::Version { model: "m".into(), version: "v1".into() };
    let newest = trail.newest(&bench.registry, &version).await.unwrap().unwrap();
    assert_eq!(newest.path, events[1].0, "what follows from a deployment is told there");
    let nobody = Subject::Version { model: "m".into(), version: "v9".into() };
    assert_eq!(trail.newest(&bench.registry, &nobody).await.unwrap(), None);
}

#[tokio::test]
async fn what_was_told_is_told_no_more() {
    let bench = Bench::new().await;
    let trail = bench.trail("ana");
    let event = |actor: &str| Event {
        kind: "mlassets_x".into(),
        id: "a".into(),
        operation: "create".into(),
        at: Timestamp::now(),
        actor: Some(actor.into()),
        environment: None,
        before: Value::Null,
        after: json!({ "text": "red" }),
        previous: None,
        changes: Vec::new(),
    };
    let name = name_of(&stem("mlassets_x", "a"), &json!(1));
    let first = trail.record(&name, &event("ana")).await.unwrap();
    assert_eq!(bench.trail("bob").record(&name, &event("bob")).await.unwrap(), first);
    let events = bench.events().await;
    assert_eq!((events.len(), &events[0].1["actor"]), (1, &json!("ana")));

    // Killed between the file and its entry, and told by another process at another time.
    let path = bench.folder.path().join(BUCKET).join(".chain/000000000002.json");
    std::fs::remove_file(path).unwrap();
    assert_eq!(bench.trail("bob").record(&name, &event("bob")).await.unwrap(), first);
    assert_eq!(bench.events().await, events);
}

#[tokio::test]
async fn two_tell_at_once() {
    let bench = Bench::new().await;
    for number in 0..5 {
        bench.verified(&format!("v{number}")).await;
    }
    let (ana, bob) = (bench.trail("ana"), bench.trail("bob"));
    let (one, other) = tokio::join!(ana.deliver(&bench.registry), bob.deliver(&bench.registry));
    one.unwrap();
    other.unwrap();
    assert_eq!(bench.events().await.len(), 10);
}

#[tokio::test]
async fn a_record_that_is_no_event_is_in_the_way() {
    let bench = Bench::new().await;
    let new = worm::NewRecord {
        bucket: BUCKET.into(),
        record_type: "config_update".into(),
        name: "x.json".into(),
        event_time: Timestamp::now(),
        content: worm::Content::Bytes(b"no event".to_vec()),
        expected_sha256: None,
    };
    bench.archive().append(new).await.unwrap();
    let event = Event {
        kind: "x".into(),
        id: "x".into(),
        operation: "create".into(),
        at: Timestamp::now(),
        actor: None,
        environment: None,
        before: Value::Null,
        after: Value::Null,
        previous: None,
        changes: Vec::new(),
    };
    let error = bench.trail("ana").record("x", &event).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`x.json` in the audit bucket `audit` is no event, though it has the name of one; choose another `record_type` for \
         the trail"
    );
}

/// A step of a random story.
#[derive(Clone, Copy, Debug)]
enum Step {
    Register(u8),
    Deploy(u8),
    Retire,
    Tell,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0..6_u8, 0..4_u8).prop_map(|(kind, version)| match kind {
        0 => Step::Register(version),
        1..=3 => Step::Deploy(version),
        4 => Step::Retire,
        _ => Step::Tell,
    });
    proptest::collection::vec(step, 1..14)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// As many events as transactions that changed something, and each row of the audit in one of them.
    #[test]
    fn events_are_the_transactions(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        runtime.block_on(holds(steps));
    }
}

async fn holds(steps: Vec<Step>) {
    let bench = Bench::new().await;
    let mut known = BTreeSet::new();
    let (mut deployed, mut changes) = (None, 0);
    for step in steps.into_iter().chain([Step::Tell]) {
        match step {
            Step::Register(version) => {
                bench.verified(&format!("v{version}")).await;
                changes += if known.insert(version) { 2 } else { 0 };
            }
            Step::Deploy(version) if known.contains(&version) => {
                bench.deploy(&format!("v{version}")).await;
                changes += usize::from(deployed.replace(version) != Some(version));
            }
            Step::Deploy(_) => {}
            Step::Retire => {
                bench.retire().await;
                changes += usize::from(deployed.take().is_some());
            }
            Step::Tell => bench.trail("bob").deliver(&bench.registry).await.unwrap(),
        }
    }
    let events = bench.events().await;
    assert_eq!(events.len(), changes);
    let rows = events.iter().flat_map(|(_, event)| event["changes"].as_array().unwrap());
    let mut rows: Vec<_> = rows.map(|row| row["seq"].as_i64().unwrap()).collect();
    rows.sort_unstable();
    let audit = bench.registry.audit(&AuditFilter::default()).await.unwrap();
    assert_eq!(rows, audit.iter().map(|entry| entry.seq).collect::<Vec<_>>());
    let mut there = Value::Null;
    for (_, event) in events.iter().filter(|(_, event)| event["asset"]["id"] == "m@prod") {
        assert_eq!(event["before"], there);
        there = event["after"].clone();
    }
    let now = deployed.map(|version| json!({ "version": format!("v{version}") }));
    assert_eq!(there, now.unwrap_or_default());
}
