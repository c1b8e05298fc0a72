//! Laws that hold for whoever writes: SQL that goes past the registry is refused by the database.

use super::{Bench, deploy, laws, new_version, retire};
use crate::backend::registry::{
    AuditFilter, Deploy, DeploymentFilter, Expected, NewVersion, Retire, Status, VersionFilter,
};

laws!(
    transitions,
    deployments_end_once,
    hostile_statements_change_nothing,
    versions_can_be_described_by_hand,
);

/// Brings version `v1` of a model to a status by allowed means.
async fn bring(bench: &Bench, model: &str, status: Status) {
    let registry = &bench.registry;
    for version in ["v0", "v1"] {
        let new = NewVersion { model: model.into(), ..new_version(version) };
        registry.register(&new).await.unwrap();
        if version == "v0" || !matches!(status, Status::Registered | Status::Archived) {
            registry.mark_verified(model, version).await.unwrap();
        }
    }
    let deploy = async |version| {
        let deploy = Deploy { model: model.into(), ..deploy(version) };
        registry.deploy(&deploy).await.unwrap();
    };
    if matches!(status, Status::Deployed | Status::Superseded | Status::RolledBack) {
        deploy("v1").await;
    }
    match status {
        Status::Archived => drop(registry.archive(model, "v1").await.unwrap()),
        Status::RolledBack => deploy("v0").await,
        Status::Superseded => {
            let retire = Retire { model: model.into(), ..retire(Expected::Any) };
            registry.retire(&retire).await.unwrap();
        }
        Status::Registered | Status::Verified | Status::Deployed => {}
    }
    assert_eq!(registry.find_version(model, "v1").await.unwrap().unwrap().status, status);
}

/// The law that refuses `from → to` when nothing is deployed by it, or none.
fn law(from: Status, to: Status) -> Option<&'static str> {
    use Status::{Archived, Deployed, Registered, RolledBack, Superseded, Verified};
    match (from, to) {
        (Registered, Verified) | (Registered | Verified | Superseded | RolledBack, Archived) => {
            None
        }
        // Edges that only a deployment may take.
        (Verified | Superseded | RolledBack, Deployed) | (Deployed, Superseded | RolledBack) => {
            Some("version_in_step")
        }
        (Archived, Archived) => Some("version_archived"),
        (from, to) if from == to => None,
        _ => Some("version_transition"),
    }
}

async fn transitions(bench: &Bench) {
    for from in Status::ALL {
        for to in Status::ALL {
            let model = format!("{from}-{to}");
            bring(bench, &model, from).await;
            let sql = format!(
                "UPDATE {{schema}}.model_registry SET status = '{to}' \
                 WHERE model_name = '{model}' AND model_version = 'v1'"
            );
            let found = bench.sql(&sql).await;
            match (&found, law(from, to)) {
                (Ok(()), None) => {}
                (Err(message), Some(law)) if message.starts_with(&format!("{law}: ")) => {}
                (_, expected) => panic!("{from} to {to}: expected {expected:?}, found {found:?}"),
            }
            let now = bench.registry.find_version(&model, "v1").await.unwrap().unwrap().status;
            assert_eq!(now, if found.is_ok() { to } else { from });
        }
    }
}

async fn deployments_end_once(bench: &Bench) {
    bench.verified(&["v1", "v2"]).await;
    bench.deploy("v1").await;
    bench.deploy("v2").await;
    for status in ["deployed", "superseded", "rolled_back", "retired"] {
        let sql = format!(
            "UPDATE {{schema}}.model_deployment SET status = '{status}' WHERE model_version = 'v1'"
        );
        let message = bench.sql(&sql).await.unwrap_err();
        assert!(message.starts_with("deployment_transition: "), "{status}: {message}");
    }
    assert_eq!(bench.deployments().await, "prod v1 superseded, prod v2 deployed");
}

async fn hostile_statements_change_nothing(bench: &Bench) {
    bench.verified(&["v1", "v2"]).await;
    bench.register("v3").await;
    bench.deploy("v1").await;
    let dev = Deploy { environment: "dev".into(), ..deploy("v2") };
    bench.registry.deploy(&dev).await.unwrap();
    let dev = Retire { environment: "dev".into(), ..retire(Expected::Any) };
    bench.registry.retire(&dev).await.unwrap();
    let state = async || {
        let versions = bench.registry.list_versions(&VersionFilter::default()).await.unwrap();
        let deployments =
            bench.registry.list_deployments(&DeploymentFilter::default()).await.unwrap();
        (versions, deployments, bench.registry.audit(&AuditFilter::default()).await.unwrap())
    };
    let before = state().await;
    let deployment = "INTO {schema}.model_deployment (model_name, environment, model_version, row_version) VALUES";
    let version = "INTO {schema}.model_registry (model_name, model_version, artifact_uri, artifact_sha256) VALUES";
    let hash = "0a".repeat(32);
    let common = [
        ("history_is_kept", "DELETE FROM {schema}.model_registry".to_owned()),
        ("history_is_kept", "DELETE FROM {schema}.model_deployment".to_owned()),
        ("history_is_kept", "DELETE FROM {schema}.model_registry_audit".to_owned()),
        ("history_is_kept", "UPDATE {schema}.model_registry_audit SET actor = 'x'".to_owned()),
        ("version_immutable", "UPDATE {schema}.model_registry SET model_version = 'v9'".to_owned()),
        (
            "version_immutable",
            "UPDATE {schema}.model_registry SET artifact_sha256 = artifact_uri".to_owned(),
        ),
        ("version_immutable", "UPDATE {schema}.model_registry SET created_by = 'x'".to_owned()),
        (
            "deployment_immutable",
            "UPDATE {schema}.model_deployment SET status = 'retired', environment = 'dev'"
                .to_owned(),
        ),
        ("deployment_of_verified_version", format!("INSERT {deployment} ('m', 'dev', 'v3', 3)")),
        ("one_deployed_per_environment", format!("INSERT {deployment} ('m', 'prod', 'v2', 9)")),
        ("deployment_row_version", format!("INSERT {deployment} ('m', 'dev', 'v2', 2)")),
        ("one_row_per_version", format!("INSERT {version} ('m', 'v1', 'x', '{hash}')")),
        ("model_name_form", format!("INSERT {version} ('a b', 'v1', 'x', '{hash}')")),
        ("model_version_form", format!("INSERT {version} ('m', 'a b', 'x', '{hash}')")),
        ("artifact_sha256_form", format!("INSERT {version} ('m', 'v9', 'x', 'zz')")),
        ("environment_form", format!("INSERT {deployment} ('m', 'a b', 'v2', 1)")),
        ("metadata_is_object", "UPDATE {schema}.model_registry SET metadata = '[]'".to_owned()),
    ];
    let own = if bench.is_sqlite() {
        vec![
            (
                "one_row_per_version",
                format!("INSERT OR REPLACE {version} ('m', 'v1', 'x', '{hash}')"),
            ),
            (
                "one_deployed_per_environment",
                format!("INSERT OR REPLACE {deployment} ('m', 'prod', 'v2', 9)"),
            ),
            (
                "history_is_kept",
                "INSERT OR REPLACE INTO model_registry_audit SELECT * FROM model_registry_audit"
                    .to_owned(),
            ),
            ("version_row_version", "UPDATE model_registry SET row_version = 7".to_owned()),
            (
                "version_row_version",
                "UPDATE model_registry SET row_version = row_version + 1, description = 'x'"
                    .to_owned(),
            ),
            ("metadata_is_object", "UPDATE model_registry SET metadata = 'nonsense'".to_owned()),
        ]
    } else {
        vec![
            ("history_is_kept", "TRUNCATE {schema}.model_registry_audit".to_owned()),
            ("history_is_kept", "TRUNCATE {schema}.model_registry CASCADE".to_owned()),
            ("history_is_kept", "TRUNCATE {schema}.model_deployment".to_owned()),
            ("deployment_of_known_version", format!("INSERT {deployment} ('m', 'prod2', 'v9', 1)")),
        ]
    };
    for (law, sql) in common.iter().chain(&own) {
        let message = bench.sql(sql).await.expect_err(sql);
        assert!(message.contains(law), "{sql}: {message}");
        assert_eq!(state().await, before, "{sql}");
    }
}

async fn versions_can_be_described_by_hand(bench: &Bench) {
    bench.register("v1").await;
    bench.sql("UPDATE {schema}.model_registry SET description = 'by hand'").await.unwrap();
    let row = bench.registry.find_version("m", "v1").await.unwrap().unwrap();
    assert_eq!((&*row.description, row.row_version), ("by hand", 2));
    assert_ne!(row.updated_by, "ana");
    let audit = bench.registry.audit(&AuditFilter::default()).await.unwrap();
    assert_eq!(audit.len(), 2);
    assert_eq!((&*audit[1].op, &audit[1].actor), ("update", &row.updated_by));
    bench.registry.mark_verified("m", "v1").await.unwrap();
    bench.registry.deploy(&deploy("v1")).await.unwrap();
}
