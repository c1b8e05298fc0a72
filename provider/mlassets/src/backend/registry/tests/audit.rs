//! Laws of the audit: complete, one entry per operation, in step with the rows.

use std::collections::BTreeMap;

use expect_test::expect;

use super::{Bench, deploy, laws, metadata, new_version, retire};
use crate::backend::registry::{AuditFilter, Expected, NewVersion, UpdateMetadata, VersionFilter};

laws!(
    every_change_is_told,
    refused_and_repeated_changes_leave_none,
    replay_gives_the_rows,
    filters_admit
);

async fn story(bench: &Bench) {
    bench.verified(&["v1", "v2"]).await;
    bench.deploy("v1").await;
    bench.registry("bob").deploy(&deploy("v2")).await.unwrap();
    bench.deploy("v1").await;
    bench.registry.retire(&retire(Expected::Any)).await.unwrap();
    let update = UpdateMetadata {
        model: "m".into(),
        version: "v1".into(),
        description: "kept".into(),
        metadata: metadata(r#"{"a": 1}"#),
        ..UpdateMetadata::default()
    };
    bench.registry.update_metadata(&update).await.unwrap();
    bench.registry.archive("m", "v2").await.unwrap();
}

async fn every_change_is_told(bench: &Bench) {
    story(bench).await;
    let entries = bench.registry.audit(&AuditFilter::default()).await.unwrap();
    let mut txns: Vec<Option<i64>> = Vec::new();
    let lines = entries.iter().map(|entry| {
        if txns.last() != Some(&entry.txn) {
            txns.push(entry.txn);
        }
        format!(
            "{:>2} {} {} {} {}{} -> {} #{} {}\n",
            txns.len(),
            entry.actor,
            entry.op,
            entry.version,
            entry.environment.as_ref().map(|name| format!("in {name} ")).unwrap_or_default(),
            entry.old_status.as_deref().unwrap_or("-"),
            entry.new_status.as_deref().unwrap_or("-"),
            entry.row_version,
            sorted(&entry.detail),
        )
    });
    let told: String = lines.collect();
    expect![[r#"
         1 ana register v1 - -> registered #1 {artifact_sha256: "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a", artifact_uri: "s3://models/m/v1", description: "nightly", metadata: {actor: "release-bot", git_sha: "abc123"}}
         2 ana verify v1 registered -> verified #2 {}
         3 ana register v2 - -> registered #1 {artifact_sha256: "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a", artifact_uri: "s3://models/m/v2", description: "nightly", metadata: {actor: "release-bot", git_sha: "abc123"}}
         4 ana verify v2 registered -> verified #2 {}
         5 ana deploy v1 in prod - -> deployed #1 {previous_version: null}
         5 ana status v1 verified -> deployed #3 {}
         6 bob supersede v1 in prod deployed -> superseded #2 {previous_version: null}
         6 bob status v1 deployed -> superseded #4 {}
         6 bob deploy v2 in prod - -> deployed #3 {previous_version: "v1"}
         6 bob status v2 verified -> deployed #3 {}
         7 ana roll_back v2 in prod deployed -> rolled_back #4 {previous_version: "v1"}
         7 ana status v2 deployed -> rolled_back #4 {}
         7 ana deploy v1 in prod - -> deployed #5 {previous_version: "v2"}
         7 ana status v1 superseded -> deployed #5 {}
         8 ana retire v1 in prod deployed -> retired #6 {previous_version: "v2"}
         8 ana status v1 deployed -> superseded #6 {}
         9 ana update v1 superseded -> superseded #7 {after: {description: "kept", metadata: {a: 1}}, before: {description: "nightly", metadata: {actor: "release-bot", git_sha: "abc123"}}}
        10 ana archive v2 rolled_back -> archived #5 {}
    "#]].assert_eq(&told);
    txns.sort_unstable();
    txns.dedup();
    assert_eq!(txns.len(), 10, "a transaction for each operation");
}

/// JSON with its keys in order, which PostgreSQL and SQLite choose differently.
fn sorted(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Object(map) => {
            let map: BTreeMap<_, _> = map.iter().map(|(key, value)| (key, sorted(value))).collect();
            let fields = map.iter().map(|(key, value)| format!("{key}: {value}"));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

async fn refused_and_repeated_changes_leave_none(bench: &Bench) {
    bench.verified(&["v1", "v2"]).await;
    bench.deploy("v1").await;
    let before = bench.registry.audit(&AuditFilter::default()).await.unwrap();
    let registry = &bench.registry;
    assert!(registry.archive("m", "v1").await.is_err());
    let stale = crate::backend::registry::Deploy { expected: Expected::Row(9), ..deploy("v2") };
    assert!(registry.deploy(&stale).await.is_err());
    let other = NewVersion { artifact_uri: "s3://x".into(), ..new_version("v1") };
    assert!(registry.register(&other).await.is_err());
    bench.deploy("v1").await;
    bench.verified(&["v1", "v2"]).await;
    assert_eq!(registry.audit(&AuditFilter::default()).await.unwrap(), before);
}

async fn replay_gives_the_rows(bench: &Bench) {
    story(bench).await;
    let mut versions = BTreeMap::new();
    let mut deployed = BTreeMap::new();
    for entry in bench.registry.audit(&AuditFilter::default()).await.unwrap() {
        match entry.environment {
            None => {
                let old = versions.insert(entry.version, (entry.new_status, entry.row_version));
                let (status, row) = old.unwrap_or((None, 0));
                assert_eq!((entry.old_status, entry.row_version), (status, row + 1), "no gap");
            }
            Some(environment) if entry.new_status.as_deref() == Some("deployed") => {
                assert_eq!(deployed.insert(environment, entry.version), None, "one at a time");
            }
            Some(environment) => assert_eq!(deployed.remove(&environment), Some(entry.version)),
        }
    }
    let rows = bench.registry.list_versions(&VersionFilter::default()).await.unwrap();
    let rows: BTreeMap<_, _> = rows
        .into_iter()
        .map(|row| (row.version, (Some(row.status.to_string()), row.row_version)))
        .collect();
    assert_eq!(versions, rows);
    assert!(deployed.is_empty());
}

async fn filters_admit(bench: &Bench) {
    story(bench).await;
    let count = async |filter: AuditFilter| bench.registry.audit(&filter).await.unwrap().len();
    let all = AuditFilter::default();
    let total = count(all.clone()).await;
    assert_eq!(count(AuditFilter { model: Some("m".into()), ..all.clone() }).await, total);
    assert_eq!(count(AuditFilter { model: Some("n".into()), ..all.clone() }).await, 0);
    assert_eq!(count(AuditFilter { environment: Some("prod".into()), ..all.clone() }).await, 6);
    let v1 = count(AuditFilter { version: Some("v1".into()), ..all.clone() }).await;
    let v2 = count(AuditFilter { version: Some("v2".into()), ..all.clone() }).await;
    assert_eq!(v1 + v2, total);
    let first = bench.registry.audit(&AuditFilter { limit: Some(1), ..all.clone() }).await.unwrap();
    assert_eq!(first.len(), 1);
    assert_eq!(count(AuditFilter { after: first[0].seq, ..all }).await, total - 1);
}
