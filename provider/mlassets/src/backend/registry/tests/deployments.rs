//! Laws of deployments: one per model and environment, expected before replaced, history kept.

use super::{Bench, deploy, laws, retire, text};
use crate::backend::registry::{
    Deploy, DeploymentFilter, DeploymentStatus, Expected, Registered, Result,
};

laws!(
    deploying_twice_is_once,
    another_version_is_a_conflict,
    a_stale_row_is_a_conflict,
    a_retired_row_is_a_conflict,
    row_versions_are_not_used_again,
    newer_is_by_date_then_number,
    other_forms_are_ordered_by_creation,
    a_rollback_must_be_allowed,
    rolling_back_a_rollback_restores,
    a_version_is_deployed_while_any_environment_has_it,
    only_verified_versions_are_deployed,
    retiring_twice_is_once,
    history_is_kept,
);

async fn deploying_twice_is_once(bench: &Bench) {
    bench.verified(&["v1"]).await;
    let first =
        bench.registry.deploy(&Deploy { expected: Expected::Nothing, ..deploy("v1") }).await;
    let first = first.unwrap();
    assert_eq!((first.status, first.row_version), (DeploymentStatus::Deployed, 1));
    assert_eq!((&*first.deployed_by, &first.previous_version), ("ana", &None));
    for expected in [Expected::Nothing, Expected::Row(1), Expected::Row(99), Expected::Any] {
        let again = Deploy { expected, allow_rollback: false, ..deploy("v1") };
        assert_eq!(bench.registry("bob").deploy(&again).await.unwrap(), first);
    }
    assert_eq!(bench.registry.find_deployment("m", "prod").await.unwrap(), Some(first));
    assert_eq!(bench.registry.find_deployment("m", "dev").await.unwrap(), None);
    assert_eq!(bench.statuses().await, "v1 deployed");
}

async fn another_version_is_a_conflict(bench: &Bench) {
    bench.verified(&["v1", "v2"]).await;
    bench.deploy("v1").await;
    let nothing = Deploy { expected: Expected::Nothing, ..deploy("v2") };
    assert_eq!(
        text(bench, bench.registry("bob").deploy(&nothing).await),
        "model `m` in `prod`: version `v1` is deployed (row version 1), by ana at TIME, but this change \
         expected nothing to be deployed; nothing was changed"
    );
    assert_eq!(bench.statuses().await, "v1 deployed, v2 verified");
}

async fn a_stale_row_is_a_conflict(bench: &Bench) {
    bench.verified(&["v1", "v2", "v3"]).await;
    let seen = bench.deploy("v1").await.row_version;
    bench.registry("bob").deploy(&deploy("v2")).await.unwrap();
    let stale = Expected::Row(seen);
    let message = "model `m` in `prod`: version `v2` is deployed (row version 3), by bob at TIME, but \
                   this change expected deployment row version 1; nothing was changed, refresh and plan again";
    let third = Deploy { expected: stale, ..deploy("v3") };
    assert_eq!(text(bench, bench.registry.deploy(&third).await), message);
    assert_eq!(text(bench, bench.registry.retire(&retire(stale)).await), message);
    let fresh = Deploy { expected: Expected::Row(3), ..deploy("v3") };
    assert_eq!(
        bench.registry.deploy(&fresh).await.unwrap().previous_version.as_deref(),
        Some("v2")
    );
}

async fn a_retired_row_is_a_conflict(bench: &Bench) {
    bench.verified(&["v1", "v2"]).await;
    bench.deploy("v1").await;
    bench.registry.retire(&retire(Expected::Any)).await.unwrap();
    let stale = Deploy { expected: Expected::Row(1), ..deploy("v2") };
    assert_eq!(
        text(bench, bench.registry.deploy(&stale).await),
        "model `m` in `prod`: nothing is deployed, but this change expected deployment row version 1; \
         nothing was changed, refresh and plan again"
    );
}

async fn row_versions_are_not_used_again(bench: &Bench) {
    bench.verified(&["v1", "v2", "v3"]).await;
    let seen = bench.deploy("v1").await.row_version;
    bench.deploy("v2").await;
    bench.deploy("v1").await;
    let stale = Deploy { expected: Expected::Row(seen), ..deploy("v3") };
    assert!(
        bench.registry.deploy(&stale).await.is_err(),
        "v1 is deployed again, but by another row"
    );
}

async fn newer_is_by_date_then_number(bench: &Bench) {
    let (nine, ten) = ("2025-01-15-v9", "2025-01-15-v10");
    bench.verified(&[ten, nine]).await;
    bench.deploy(nine).await;
    bench.deploy(ten).await;
    assert_eq!(bench.deployments().await, format!("prod {nine} superseded, prod {ten} deployed"));
    bench.deploy(nine).await;
    assert_eq!(
        bench.deployments().await,
        format!("prod {nine} superseded, prod {ten} rolled_back, prod {nine} deployed")
    );
}

async fn other_forms_are_ordered_by_creation(bench: &Bench) {
    bench.verified(&["z", "a"]).await;
    bench.deploy("z").await;
    bench.deploy("a").await;
    bench.deploy("z").await;
    assert_eq!(bench.deployments().await, "prod z superseded, prod a rolled_back, prod z deployed");
}

async fn a_rollback_must_be_allowed(bench: &Bench) {
    bench.verified(&["v1", "v2"]).await;
    bench.deploy("v2").await;
    let back = Deploy { allow_rollback: false, ..deploy("v1") };
    assert_eq!(
        text(bench, bench.registry.deploy(&back).await),
        "version `v1` of model `m` is older than `v2`, which is deployed in `prod`; allow the rollback \
         explicitly if it is meant"
    );
    assert_eq!(bench.statuses().await, "v1 verified, v2 deployed");
    bench.deploy("v1").await;
    let forward = Deploy { allow_rollback: false, ..deploy("v2") };
    bench.registry.deploy(&forward).await.unwrap();
}

async fn rolling_back_a_rollback_restores(bench: &Bench) {
    bench.verified(&["v1", "v2"]).await;
    bench.deploy("v1").await;
    bench.deploy("v2").await;
    let start = bench.statuses().await;
    assert_eq!(start, "v1 superseded, v2 deployed");
    bench.deploy("v1").await;
    assert_eq!(bench.statuses().await, "v1 deployed, v2 rolled_back");
    bench.deploy("v2").await;
    assert_eq!(bench.statuses().await, start);
}

async fn a_version_is_deployed_while_any_environment_has_it(bench: &Bench) {
    bench.verified(&["v1", "v2"]).await;
    let to =
        |environment: &str, version| Deploy { environment: environment.into(), ..deploy(version) };
    for environment in ["dev", "prod"] {
        bench.registry.deploy(&to(environment, "v1")).await.unwrap();
    }
    bench.registry.deploy(&to("dev", "v2")).await.unwrap();
    assert_eq!(bench.statuses().await, "v1 deployed, v2 deployed");
    bench.registry.deploy(&to("prod", "v2")).await.unwrap();
    assert_eq!(bench.statuses().await, "v1 superseded, v2 deployed");
    bench.registry.deploy(&to("dev", "v1")).await.unwrap();
    assert_eq!(bench.statuses().await, "v1 deployed, v2 deployed");
    bench.registry.deploy(&to("prod", "v1")).await.unwrap();
    assert_eq!(bench.statuses().await, "v1 deployed, v2 rolled_back");
}

async fn only_verified_versions_are_deployed(bench: &Bench) {
    bench.register("v1").await;
    assert_eq!(
        text(bench, bench.registry.deploy(&deploy("v1")).await),
        "version `v1` of model `m` is registered but not verified, so it cannot be deployed; verify its \
         artifacts first"
    );
    let misplaced = Deploy { environment: "prod eu".into(), ..deploy("v1") };
    assert!(
        text(bench, bench.registry.deploy(&misplaced).await).starts_with("the environment must")
    );
}

async fn retiring_twice_is_once(bench: &Bench) {
    bench.verified(&["v1"]).await;
    let row = bench.deploy("v1").await.row_version;
    let nothing = bench.registry.retire(&retire(Expected::Nothing)).await;
    assert!(text(bench, nothing).contains("expected nothing to be deployed"));
    let ended = bench.registry("bob").retire(&retire(Expected::Row(row))).await.unwrap().unwrap();
    assert_eq!((ended.status, ended.row_version), (DeploymentStatus::Retired, 2));
    assert_eq!(ended.ended_by.as_deref(), Some("bob"));
    assert!(ended.ended_at.is_some_and(|at| at >= ended.deployed_at));
    assert_eq!(bench.statuses().await, "v1 superseded");
    assert_eq!(bench.registry.retire(&retire(Expected::Row(row))).await.unwrap(), None);
    let again =
        bench.registry.deploy(&Deploy { expected: Expected::Nothing, ..deploy("v1") }).await;
    assert_eq!(again.unwrap().row_version, 3);
}

async fn history_is_kept(bench: &Bench) {
    bench.verified(&["v1", "v2"]).await;
    for version in ["v1", "v2", "v1"] {
        bench.deploy(version).await;
    }
    let list = async |filter: DeploymentFilter| {
        let rows = bench.registry.list_deployments(&filter).await.unwrap();
        rows.iter()
            .map(|row| format!("{}:{}", row.version, row.status))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let all = DeploymentFilter::default();
    assert_eq!(list(all.clone()).await, "v1:superseded v2:rolled_back v1:deployed");
    let version = Some("v1".to_owned());
    assert_eq!(
        list(DeploymentFilter { version, ..all.clone() }).await,
        "v1:superseded v1:deployed"
    );
    let status = Some(DeploymentStatus::Deployed);
    assert_eq!(list(DeploymentFilter { status, ..all.clone() }).await, "v1:deployed");
    let environment = Some("dev".to_owned());
    assert_eq!(list(DeploymentFilter { environment, ..all.clone() }).await, "");
    let model = Some("n".to_owned());
    assert_eq!(list(DeploymentFilter { model, ..all }).await, "");
}

/// What the gRPC server needs of each call.
#[test]
fn calls_can_move_between_threads() {
    fn is_send<T: Send>(_: &T) {}
    let bench = Bench::sqlite_unmigrated();
    is_send::<_>(&bench.registry.deploy(&deploy("v1")));
    let register = super::new_version("v1");
    let call = bench.registry.register(&register);
    is_send::<_>(&call);
    let _: &dyn Future<Output = Result<Registered>> = &call;
}
