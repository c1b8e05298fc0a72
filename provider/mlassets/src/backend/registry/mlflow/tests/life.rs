//! One after the other: what a registry promises, what MLflow's users may do beside it, and what it refuses.

use std::time::Duration;

use super::super::tags;
use super::{Ground, client, metadata, open, server, text};
use crate::backend::http::retry::Policy;
use crate::backend::mlflow::{NewModelVersion, Tag};
use crate::backend::registry::{
    AuditFilter, Deploy, DeploymentFilter, DeploymentStatus, Expected, Lend, NewVersion, Status,
    UpdateMetadata,
};

#[tokio::test]
async fn a_version_is_registered_once_and_never_changes() {
    let ground = Ground::new();
    let new = NewVersion {
        description: "it's \"quoted\" ünïcode".to_owned(),
        metadata: metadata(r#"{"a": [1e2, {"b": 1.5}], "git_sha": "abc123"}"#),
        ..ground.new_version("2025-01-15-v1")
    };
    let first = ground.registry.register(&new).await.unwrap();
    assert!(first.created);
    let row = &first.version;
    assert_eq!((row.status, row.row_version), (Status::Registered, 1));
    assert_eq!((&*row.created_by, &*row.updated_by), ("ana", "ana"));
    assert_eq!((&row.description, &row.artifact_uri), (&new.description, &new.artifact_uri));
    assert_eq!((&row.metadata, &row.artifact_sha256), (&new.metadata, &new.artifact_sha256));
    let second = ground.registry("bob").register(&new).await.unwrap();
    assert_eq!((second.created, &second.version), (false, row));
    assert_eq!(ground.as_mlflow("2025-01-15-v1").await.len(), 1);
    let found = ground.registry.find_version(&ground.model, "2025-01-15-v1").await.unwrap();
    assert_eq!(found.as_ref(), Some(row));

    let other = NewVersion { artifact_sha256: "ff".repeat(32), ..new };
    assert_eq!(
        text(&ground, ground.registry("bob").register(&other).await),
        "version `2025-01-15-v1` of model `MODEL` is taken: ana registered it at TIME from git_sha abc123 with another \
         artifact_sha256; versions never change, register a new one"
    );
    assert_eq!(
        text(&ground, ground.registry.mark_verified(&ground.model, "2025-01-15-v2").await),
        "model `MODEL` has no version `2025-01-15-v2`; the nearest is `2025-01-15-v1`"
    );
}

#[tokio::test]
async fn description_and_metadata_change_with_knowledge() {
    let ground = Ground::new();
    ground.verified(&["v1"]).await;
    let update = |description: &str, json: &str, expected_row_version| UpdateMetadata {
        model: ground.model.clone(),
        version: "v1".to_owned(),
        expected_row_version,
        description: description.to_owned(),
        metadata: metadata(json),
    };
    let registry = ground.registry("bob");
    let changed = registry.update_metadata(&update("weekly", r#"{"x": "1"}"#, Some(2))).await;
    let changed = changed.unwrap();
    assert_eq!((&*changed.description, changed.row_version), ("weekly", 3));
    assert_eq!((changed.metadata, &*changed.updated_by), (metadata(r#"{"x": "1"}"#), "bob"));
    let again = registry.update_metadata(&update("weekly", r#"{"x": "1"}"#, Some(2))).await;
    assert_eq!(again.unwrap().row_version, 3, "what is there already is no change");
    let stale = ground.registry.update_metadata(&update("daily", "{}", Some(2))).await;
    assert_eq!(
        text(&ground, stale),
        "version `v1` of model `MODEL` was changed by bob at TIME: row version 2 was expected and 3 found; read it again \
         and repeat the change"
    );
    let cleared = ground.registry.update_metadata(&update("", "{}", None)).await.unwrap();
    assert_eq!((&*cleared.description, cleared.metadata.len()), ("", 0));
}

#[tokio::test]
async fn one_is_deployed_and_an_older_one_is_a_rollback() {
    let ground = Ground::new();
    let registry = &ground.registry;
    registry.register(&ground.new_version("v1")).await.unwrap();
    assert!(text(&ground, registry.deploy(&ground.to("v1")).await).contains("not verified"));
    ground.verified(&["v1", "v2", "v3"]).await;
    let first = registry.deploy(&ground.to("v1")).await.unwrap();
    assert_eq!((first.row_version, &*first.deployed_by), (1, "ana"));
    let again = ground.registry("bob").deploy(&ground.to("v1")).await.unwrap();
    assert_eq!(again, first);
    let nothing = Deploy { expected: Expected::Nothing, ..ground.to("v2") };
    assert_eq!(
        text(&ground, registry.deploy(&nothing).await),
        "model `MODEL` in `prod`: version `v1` is deployed (row version 1), by ana at TIME, but this change expected \
         nothing to be deployed; nothing was changed"
    );
    let second = Deploy { expected: Expected::Row(1), ..ground.to("v2") };
    registry.deploy(&second).await.unwrap();
    assert_eq!(
        ground.told().await,
        "v1 superseded, v2 deployed, v3 verified; prod v2 (2) after v1"
    );
    let model = ground.mlflow.find_model(&ground.model).await.unwrap().unwrap();
    assert_eq!(model.alias("deployed-prod"), Some("2"));

    let back = Deploy { allow_rollback: false, ..ground.to("v1") };
    assert!(text(&ground, registry.deploy(&back).await).contains("is older than `v2`"));
    registry.deploy(&ground.to("v1")).await.unwrap();
    assert_eq!(
        ground.told().await,
        "v1 deployed, v2 rolled_back, v3 verified; prod v1 (3) after v2"
    );
    let stale = text(&ground, registry.retire(&ground.retire(Expected::Row(1))).await);
    assert!(stale.contains("`v1` is deployed (row version 3)"), "{stale}");

    let dev = Deploy { environment: "dev".to_owned(), ..ground.to("v1") };
    registry.deploy(&dev).await.unwrap();
    let ended = registry.retire(&ground.retire(Expected::Row(3))).await.unwrap().unwrap();
    assert_eq!((ended.status, &*ended.version), (DeploymentStatus::Retired, "v1"));
    assert_eq!(registry.retire(&ground.retire(Expected::Row(3))).await.unwrap(), None);
    assert_eq!(ground.told().await, "v1 deployed, v2 rolled_back, v3 verified");
    let filter = DeploymentFilter { model: Some(ground.model.clone()), ..Default::default() };
    let listed = registry.list_deployments(&filter).await.unwrap();
    let listed: Vec<_> =
        listed.iter().map(|found| (&*found.environment, &*found.version)).collect();
    assert_eq!(listed, [("dev", "v1")]);
    let row = registry.deploy(&ground.to("v2")).await.unwrap().row_version;
    assert_eq!(row, 4, "row versions are not used again");
}

#[tokio::test]
async fn archiving_is_for_good() {
    let ground = Ground::new();
    ground.verified(&["v1", "v2"]).await;
    ground.registry.deploy(&ground.to("v1")).await.unwrap();
    let in_use = text(&ground, ground.registry.archive(&ground.model, "v1").await);
    assert!(in_use.starts_with("version `v1` of model `MODEL` is deployed in prod"), "{in_use}");
    for _ in 0..2 {
        ground.registry.archive(&ground.model, "v2").await.unwrap();
    }
    assert_eq!(ground.told().await, "v1 deployed, v2 archived; prod v1 (1) after nothing");
    let gone = "version `v2` of model `MODEL` was archived at TIME by ana and is out of use for good; register a new \
                version";
    assert_eq!(text(&ground, ground.registry.deploy(&ground.to("v2")).await), gone);
    assert_eq!(text(&ground, ground.registry.register(&ground.new_version("v2")).await), gone);
}

#[tokio::test]
async fn what_people_do_by_hand_is_seen_and_what_is_theirs_stays() {
    let ground = Ground::new();
    ground.verified(&["v1", "v2"]).await;
    let theirs = NewModelVersion {
        name: ground.model.clone(),
        source: "s3://theirs/1".to_owned(),
        description: "theirs".to_owned(),
        tags: vec![Tag { key: "owner".to_owned(), value: "eve".to_owned() }],
    };
    let theirs = ground.mlflow.create_version(&theirs).await.unwrap();
    ground.by_hand("champion", "1").await;
    ground.registry.deploy(&ground.to("v1")).await.unwrap();

    ground.by_hand("deployed-prod", "2").await;
    assert_eq!(ground.told().await, "v1 superseded, v2 deployed; prod v2 (0) after nothing");
    let found = ground.registry.find_deployment(&ground.model, "prod").await.unwrap().unwrap();
    assert_eq!(found.deployed_by, "someone outside of mlassets");
    let expected = Deploy { expected: Expected::Row(1), ..ground.to("v1") };
    assert!(text(&ground, ground.registry.deploy(&expected).await).contains("`v2` is deployed"));
    ground.registry.deploy(&ground.to("v1")).await.unwrap();
    assert_eq!(ground.told().await, "v1 deployed, v2 rolled_back; prod v1 (2) after v2");

    ground.by_hand("deployed-prod", &theirs.version).await;
    assert_eq!(
        ground.told().await,
        "v1 superseded, v2 rolled_back; prod mlflow:3 (0) after nothing"
    );
    ground.registry.deploy(&ground.to("v2")).await.unwrap();
    assert_eq!(ground.told().await, "v1 superseded, v2 deployed; prod v2 (3) after mlflow:3");

    ground.mlflow.delete_alias(&ground.model, "deployed-prod").await.unwrap();
    assert_eq!(ground.told().await, "v1 superseded, v2 superseded");
    let all = ground.mlflow.list_versions(Some(&ground.model)).await.unwrap();
    assert_eq!(all.last(), Some(&theirs), "untouched");
    let model = ground.mlflow.find_model(&ground.model).await.unwrap().unwrap();
    assert_eq!(model.alias("champion"), Some("1"));
}

#[tokio::test]
async fn what_an_interrupted_run_leaves_does_not_count() {
    let ground = Ground::new();
    ground.verified(&["v1", "v2"]).await;
    ground.registry.deploy(&ground.to("v1")).await.unwrap();
    // Facts whose alias never came.
    let facts = r#"{"row": 7, "previous": "v1", "at": "2025-01-15T00:00:00Z", "by": "eve"}"#;
    let second = ground.as_mlflow("v2").await.remove(0);
    let key = tags::deployed_key("prod");
    ground.mlflow.set_tag(&second, &key, facts).await.unwrap();
    assert_eq!(ground.told().await, "v1 deployed, v2 verified; prod v1 (1) after nothing");
    ground.registry.deploy(&ground.to("v2")).await.unwrap();
    assert_eq!(ground.told().await, "v1 superseded, v2 deployed; prod v2 (8) after v1");
    // A second model version with the same name, as from a request that arrived late.
    let late = tags::new_version(&ground.new_version("v1"), "eve", "late");
    let late = ground.mlflow.create_version(&late).await.unwrap();
    assert_eq!(ground.as_mlflow("v1").await.len(), 2);
    ground.registry.deploy(&ground.to("v1")).await.unwrap();
    let model = ground.mlflow.find_model(&ground.model).await.unwrap().unwrap();
    assert_eq!((model.alias("deployed-prod"), &*late.version), (Some("1"), "3"));
    assert_eq!(ground.told().await, "v1 deployed, v2 rolled_back; prod v1 (9) after v2");
}

#[tokio::test]
async fn what_mlflow_refuses_or_lacks_is_said() {
    let ground = Ground::new();
    let local =
        NewVersion { artifact_uri: "file:///models/m".to_owned(), ..ground.new_version("v1") };
    assert_eq!(
        text(&ground, ground.registry.register(&local).await),
        "POST /api/2.0/mlflow/model-versions/create on the MLflow server SERVER: MLflow refuses the URI of the artifacts \
         (400): it takes those of object stores with a path, such as s3://bucket/path; local paths and relative ones \
         never, other schemes only if the server is told to allow them"
    );
    let dotted = Deploy { environment: "eu.prod".to_owned(), ..ground.to("v1") };
    assert_eq!(
        text(&ground, ground.registry.deploy(&dotted).await),
        "the environment must on MLflow consist of letters, digits, `_` and `-`, since an alias is named after it"
    );
    let lend = Lend { writes: false, lifetime: Duration::from_mins(1) };
    for (said, expected) in [
        (
            text(&ground, ground.registry.migrate().await),
            "MLflow makes and keeps its tables itself, so there is nothing to create or to upgrade; leave \
             `mlassets_model_registry` out of this configuration",
        ),
        (
            text(&ground, ground.registry.audit(&AuditFilter::default()).await),
            "MLflow keeps no audit of its registry",
        ),
        (
            text(&ground, ground.registry.hold("publish", Duration::ZERO).await),
            "MLflow has no locks; hold a lock of a registry in a database, or let one pipeline publish",
        ),
        (
            text(&ground, ground.registry.lend(lend).await),
            "users of MLflow are made by its own administration, so there are no short-lived ones",
        ),
    ] {
        assert_eq!(said, format!("MLflow http://SERVER is no database of mlassets: {expected}"));
    }
}

#[tokio::test]
async fn another_place_is_never_taken_for_an_empty_registry() {
    let ground = Ground::new();
    let beside = open(&format!("{}/nothing/here", server()), "ana");
    assert_eq!(
        text(&ground, beside.find_version(&ground.model, "v1").await),
        "GET /api/2.0/mlflow/registered-models/get on the MLflow server SERVER: the answer (404) is not that of an MLflow \
         server; check that the address leads to the server itself, with the prefix that a proxy adds, and not to other \
         web pages"
    );
    assert_eq!(ground.registry.find_version(&ground.model, "v1").await.unwrap(), None);
    assert_eq!(ground.registry.find_version("no 'model'", "v1").await.unwrap(), None);
    let nobody = client("http://127.0.0.1:1", Policy { tries: 1, ..Policy::default() });
    let error = nobody.find_model("m").await.unwrap_err().to_string();
    assert!(error.contains("no connection"), "{error}");
}
