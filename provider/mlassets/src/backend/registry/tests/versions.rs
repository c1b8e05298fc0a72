//! Laws of versions: registered once, immutable, found again, changed only with knowledge.

use super::{Bench, deploy, laws, metadata, new_version, text};
use crate::backend::registry::{NewVersion, Status, UpdateMetadata, VersionFilter};

laws!(
    registering_twice_is_once,
    numbers_compare_by_meaning,
    a_taken_version_is_named,
    an_unknown_version_lists_the_nearest,
    an_unknown_model_lists_the_nearest,
    an_empty_registry_says_so,
    bad_names_are_refused_at_once,
    metadata_changes_with_knowledge,
    a_stale_change_is_refused,
    verifying_twice_is_once,
    archiving_is_for_good,
    a_deployed_version_is_not_archived,
    filters_admit,
);

fn update(expected_row_version: Option<i64>, json: &str) -> UpdateMetadata {
    UpdateMetadata {
        model: "m".into(),
        version: "v1".into(),
        expected_row_version,
        description: "nightly".into(),
        metadata: metadata(json),
    }
}

async fn registering_twice_is_once(bench: &Bench) {
    let new = NewVersion { description: "it's \"quoted\" ünïcode".into(), ..new_version("v1") };
    let first = bench.registry.register(&new).await.unwrap();
    assert!(first.created);
    let row = &first.version;
    assert_eq!((row.status, row.row_version), (Status::Registered, 1));
    assert_eq!((&*row.created_by, &*row.updated_by), ("ana", "ana"));
    assert_eq!(row.description, new.description);
    assert_eq!(row.metadata, new.metadata);

    let second = bench.registry("bob").register(&new).await.unwrap();
    assert!(!second.created);
    assert_eq!(second.version, first.version);
    assert_eq!(bench.registry.find_version("m", "v1").await.unwrap(), Some(first.version));
    assert_eq!(bench.registry.find_version("m", "v2").await.unwrap(), None);
}

async fn numbers_compare_by_meaning(bench: &Bench) {
    let with = |json: &str| NewVersion { metadata: metadata(json), ..new_version("v1") };
    let big = r#"{"a": [1e2, {"b": 1.50}], "n": 9007199254740993}"#;
    assert!(bench.registry.register(&with(big)).await.unwrap().created);
    let same = r#"{"n": 9007199254740993, "a": [100, {"b": 1.5}]}"#;
    assert!(!bench.registry.register(&with(same)).await.unwrap().created);
    let other = r#"{"n": 9007199254740992, "a": [100, {"b": 1.5}]}"#;
    assert!(bench.registry.register(&with(other)).await.is_err());
}

async fn a_taken_version_is_named(bench: &Bench) {
    bench.register("v1").await;
    let other = NewVersion {
        artifact_sha256: "ff".repeat(32),
        metadata: metadata(r#"{"actor": "release-bot", "git_sha": "def456", "x": 1}"#),
        ..new_version("v1")
    };
    assert_eq!(
        text(bench, bench.registry("bob").register(&other).await),
        "version `v1` of model `m` is taken: ana registered it at TIME from git_sha abc123 with another \
         artifact_sha256, metadata.git_sha, metadata.x; versions never change, register a new one"
    );
}

async fn an_unknown_version_lists_the_nearest(bench: &Bench) {
    for version in ["2025-01-15-v1", "2025-01-15-v2", "2025-01-14-v1", "2024-12-01-v7"] {
        bench.register(version).await;
    }
    assert_eq!(
        text(bench, bench.registry.mark_verified("m", "2025-01-15-v3").await),
        "model `m` has no version `2025-01-15-v3`; the nearest are `2025-01-15-v2`, `2025-01-15-v1`, \
         `2025-01-14-v1`"
    );
}

async fn an_unknown_model_lists_the_nearest(bench: &Bench) {
    bench.register("v1").await;
    assert_eq!(
        text(bench, bench.registry.archive("n", "v1").await),
        "model `n` has no version `v1`; the nearest is `m@v1`"
    );
}

async fn an_empty_registry_says_so(bench: &Bench) {
    assert_eq!(
        text(bench, bench.registry.deploy(&deploy("v1")).await),
        "model `m` has no version `v1`; the registry holds no version at all"
    );
}

async fn bad_names_are_refused_at_once(bench: &Bench) {
    let bad = NewVersion { model: "a b".into(), artifact_sha256: "x".into(), ..new_version("v1") };
    assert_eq!(
        text(bench, bench.registry.register(&bad).await),
        "the model must begin with a letter or digit and go on with letters, digits, `.`, `_`, `-`, \
         128 characters at most; the SHA-256 of the artifacts must be 64 lower-case hex digits"
    );
}

async fn metadata_changes_with_knowledge(bench: &Bench) {
    let before = bench.register("v1").await;
    let after =
        bench.registry("bob").update_metadata(&update(Some(1), r#"{"a": 1}"#)).await.unwrap();
    assert_eq!(after.metadata, metadata(r#"{"a": 1}"#));
    assert_eq!((after.row_version, &*after.updated_by), (2, "bob"));
    assert_eq!((after.created_by, after.created_at), (before.created_by, before.created_at));

    let again = bench.registry.update_metadata(&update(Some(1), r#"{"a": 1.0}"#)).await.unwrap();
    assert_eq!(again.row_version, 2, "what is asked for is there already");
    let blind = bench.registry.update_metadata(&update(None, r#"{"a": 2}"#)).await.unwrap();
    assert_eq!(blind.row_version, 3);
}

async fn a_stale_change_is_refused(bench: &Bench) {
    bench.register("v1").await;
    bench.registry("bob").update_metadata(&update(Some(1), r#"{"a": 1}"#)).await.unwrap();
    assert_eq!(
        text(bench, bench.registry.update_metadata(&update(Some(1), r#"{"a": 2}"#)).await),
        "version `v1` of model `m` was changed by bob at TIME: row version 1 was expected and 2 found; \
         read it again and repeat the change"
    );
}

async fn verifying_twice_is_once(bench: &Bench) {
    bench.register("v1").await;
    let first = bench.registry.mark_verified("m", "v1").await.unwrap();
    assert_eq!((first.status, first.row_version), (Status::Verified, 2));
    assert_eq!(bench.registry.mark_verified("m", "v1").await.unwrap(), first);
    bench.deploy("v1").await;
    assert_eq!(bench.registry.mark_verified("m", "v1").await.unwrap().status, Status::Deployed);
}

async fn archiving_is_for_good(bench: &Bench) {
    bench.register("v1").await;
    let archived = bench.registry("bob").archive("m", "v1").await.unwrap();
    assert_eq!(archived.status, Status::Archived);
    assert_eq!(bench.registry.archive("m", "v1").await.unwrap(), archived);
    let message = "version `v1` of model `m` was archived at TIME by bob and is out of use for good; \
                   register a new version";
    let registry = &bench.registry;
    assert_eq!(text(bench, registry.register(&new_version("v1")).await), message);
    assert_eq!(text(bench, registry.mark_verified("m", "v1").await), message);
    assert_eq!(text(bench, registry.deploy(&deploy("v1")).await), message);
    assert_eq!(text(bench, registry.update_metadata(&update(None, "{}")).await), message);
}

async fn a_deployed_version_is_not_archived(bench: &Bench) {
    bench.verified(&["v1", "v2"]).await;
    for environment in ["prod", "dev"] {
        let deploy =
            crate::backend::registry::Deploy { environment: environment.into(), ..deploy("v1") };
        bench.registry.deploy(&deploy).await.unwrap();
    }
    assert_eq!(
        text(bench, bench.registry.archive("m", "v1").await),
        "version `v1` of model `m` is deployed in dev, prod, so it cannot be archived; deploy another \
         version there or retire the deployment first"
    );
    assert_eq!(bench.statuses().await, "v1 deployed, v2 verified");
}

async fn filters_admit(bench: &Bench) {
    bench.verified(&["v1", "v2"]).await;
    let other = NewVersion { model: "a".into(), ..new_version("v1") };
    bench.registry.register(&other).await.unwrap();
    let list = async |model: Option<&str>, status| {
        let filter = VersionFilter { model: model.map(Into::into), status };
        let found = bench.registry.list_versions(&filter).await.unwrap();
        found
            .iter()
            .map(|row| format!("{}@{}", row.model, row.version))
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(list(None, None).await, "a@v1 m@v1 m@v2");
    assert_eq!(list(Some("m"), None).await, "m@v1 m@v2");
    assert_eq!(list(None, Some(Status::Registered)).await, "a@v1");
    assert_eq!(list(Some("m"), Some(Status::Registered)).await, "");
}
