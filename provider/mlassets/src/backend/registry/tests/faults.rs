//! Killed at any point, a registry is whole, and doing it again converges.
//!
//! A child process (this test binary, started for the test [`child`]) tells the whole story of a
//! version and dies at one named point, as with `kill -9`; then the story is told to its end.

use std::collections::BTreeSet;
use std::process::Command;

use super::{Bench, deploy, laws, metadata, new_version, open, retire};
use crate::backend::registry::{
    AuditFilter, DeploymentFilter, Expected, Registry, Result, Status, UpdateMetadata,
};

laws!(each_point_converges);

const CHILD: &str = "backend::registry::tests::faults::child";
const ADDRESS: &str = "MLASSETS_TEST_CHILD_ADDRESS";
const SCHEMA: &str = "MLASSETS_TEST_CHILD_SCHEMA";

/// Each mutating operation once; each step looks at what is there, as an apply does.
async fn story(registry: &Registry) -> Result<()> {
    registry.migrate().await?;
    let first = registry.find_version("m", "v1").await?;
    if first.is_some_and(|version| version.status == Status::Archived) {
        return Ok(());
    }
    for version in ["v1", "v2"] {
        let new = new_version(version);
        let row = registry.find_version("m", version).await?;
        if row.is_none_or(|row| row.metadata == new.metadata) {
            registry.register(&new).await?;
        }
        registry.mark_verified("m", version).await?;
    }
    // A story that is told again must not deploy what it has ended.
    if registry.list_deployments(&DeploymentFilter::default()).await?.len() < 2 {
        if registry.find_deployment("m", "prod").await?.is_none() {
            registry.deploy(&deploy("v1")).await?;
        }
        registry.deploy(&deploy("v2")).await?;
    }
    registry.retire(&retire(Expected::Any)).await?;
    let update = UpdateMetadata {
        model: "m".into(),
        version: "v2".into(),
        metadata: metadata(r#"{"git_sha": "abc123", "note": "kept"}"#),
        ..UpdateMetadata::default()
    };
    registry.update_metadata(&update).await?;
    registry.archive("m", "v1").await.map(drop)
}

/// Versions and deployments as they should be at the end, and the names of the audit in order.
async fn end(bench: &Bench) -> (String, String, Vec<String>) {
    let audit = bench.registry.audit(&AuditFilter::default()).await.unwrap();
    let audit = audit.into_iter().map(|entry| format!("{} {}", entry.op, entry.version));
    (bench.statuses().await, bench.deployments().await, audit.collect())
}

fn tell(bench: &Bench, variable: &str, value: &str) -> bool {
    let child = Command::new(std::env::current_exe().unwrap())
        .args([CHILD, "--exact", "--nocapture"])
        .env(ADDRESS, &bench.address)
        .env(SCHEMA, &bench.schema)
        .env(variable, value)
        .output()
        .unwrap();
    child.status.success()
}

async fn each_point_converges(bench: &Bench) {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("points");
    let whole = fresh(bench);
    assert!(tell(&whole, "MLASSETS_FAULT_LOG", log.to_str().unwrap()));
    let expected = end(&whole).await;
    assert_eq!(expected.0, "v1 archived, v2 superseded");
    assert_eq!(expected.1, "prod v1 superseded, prod v2 retired");
    let points: BTreeSet<_> =
        std::fs::read_to_string(&log).unwrap().lines().map(str::to_owned).collect();
    assert!(points.len() > 30, "{points:?}");
    drop_schema(whole).await;
    for point in points {
        let bench = fresh(bench);
        assert!(!tell(&bench, "MLASSETS_FAULT", &point), "{point} kills");
        story(&bench.registry).await.unwrap();
        story(&bench.registry).await.unwrap();
        assert_eq!(end(&bench).await, expected, "{point}");
        drop_schema(bench).await;
    }
}

fn fresh(bench: &Bench) -> Bench {
    if bench.is_sqlite() {
        return Bench::sqlite_unmigrated();
    }
    let schema = format!("t_{}", uuid::Uuid::new_v4().simple());
    Bench::new(bench.address.clone(), schema, tempfile::tempdir().unwrap())
}

async fn drop_schema(bench: Bench) {
    if !bench.is_sqlite() {
        bench.sql("DROP SCHEMA {schema} CASCADE").await.unwrap();
    }
}

/// Does nothing unless [`each_point_converges`] started it.
#[tokio::test(flavor = "multi_thread")]
async fn child() {
    if let (Ok(address), Ok(schema)) = (std::env::var(ADDRESS), std::env::var(SCHEMA)) {
        story(&open(&address, &schema, "ana")).await.unwrap();
    }
}
