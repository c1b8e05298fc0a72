//! Laws under races: sixteen at once, each with connections of its own, as sixteen applies have.

use std::sync::Arc;

use super::{Bench, deploy, laws, new_version, retire};
use crate::backend::registry::{
    Deploy, Error, Expected, NewVersion, Registry, Result, VersionFilter,
};

laws!(
    all_promote_and_one_stays,
    all_expect_nothing_and_one_wins,
    all_expect_the_same_row_and_one_wins,
    shared_registry_serves_all,
    environments_do_not_wait_in_a_ring,
    deploy_and_archive_exclude_each_other,
    deploy_and_retire_alternate,
    equal_registrations_make_one_row,
    different_registrations_make_one_row,
    all_migrate_and_one_does,
);

const ALL: usize = 16;

/// Runs a task for each number at once, each with a registry of its own.
async fn race<T, F>(bench: &Bench, task: impl Fn(usize, Registry) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let barrier = Arc::new(tokio::sync::Barrier::new(ALL));
    let tasks: Vec<_> = (0..ALL)
        .map(|number| {
            let work = task(number, bench.registry(&format!("actor-{number}")));
            let barrier = Arc::clone(&barrier);
            tokio::spawn(async move {
                barrier.wait().await;
                work.await
            })
        })
        .collect();
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.unwrap());
    }
    results
}

fn name(number: usize) -> String {
    format!("2025-01-15-v{}", number + 1)
}

async fn verified(bench: &Bench) {
    for number in 0..ALL {
        bench.verified(&[&name(number)]).await;
    }
}

async fn assert_one_deployed(bench: &Bench) {
    let versions = bench.registry.list_versions(&VersionFilter::default()).await.unwrap();
    let deployed = versions.iter().filter(|row| row.status.as_str() == "deployed");
    let deployed: Vec<_> = deployed.map(|row| row.version.clone()).collect();
    let row = bench.registry.find_deployment("m", "prod").await.unwrap().unwrap();
    assert_eq!(deployed, [row.version]);
}

/// Sorts results into successes and conflicts; anything else is a failure.
#[track_caller]
fn winners<T>(results: Vec<Result<T>>) -> usize {
    let mut winners = 0;
    for result in results {
        match result {
            Ok(_) => winners += 1,
            Err(Error::Conflict(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }
    winners
}

async fn all_promote_and_one_stays(bench: &Bench) {
    verified(bench).await;
    let results =
        race(
            bench,
            |number, registry| async move { registry.deploy(&deploy(&name(number))).await },
        );
    assert_eq!(winners(results.await), ALL);
    assert_one_deployed(bench).await;
    assert_eq!(bench.deployments().await.matches("prod").count(), ALL);
}

async fn all_expect_nothing_and_one_wins(bench: &Bench) {
    verified(bench).await;
    let results = race(bench, |number, registry| async move {
        registry.deploy(&Deploy { expected: Expected::Nothing, ..deploy(&name(number)) }).await
    });
    assert_eq!(winners(results.await), 1);
    assert_one_deployed(bench).await;
}

async fn all_expect_the_same_row_and_one_wins(bench: &Bench) {
    verified(bench).await;
    bench.verified(&["2025-01-01-v1"]).await;
    let row = bench.deploy("2025-01-01-v1").await.row_version;
    let results = race(bench, move |number, registry| async move {
        registry.deploy(&Deploy { expected: Expected::Row(row), ..deploy(&name(number)) }).await
    });
    assert_eq!(winners(results.await), 1);
    assert_one_deployed(bench).await;
}

async fn shared_registry_serves_all(bench: &Bench) {
    verified(bench).await;
    let shared = Arc::new(bench.registry("shared"));
    let results = race(bench, |number, _| {
        let shared = Arc::clone(&shared);
        async move { shared.deploy(&deploy(&name(number))).await }
    });
    assert_eq!(winners(results.await), ALL);
    assert_one_deployed(bench).await;
}

async fn environments_do_not_wait_in_a_ring(bench: &Bench) {
    bench.verified(&["v1", "v2"]).await;
    let results = race(bench, |number, registry| async move {
        for turn in 0..6 {
            let version = if (number + turn) % 2 == 0 { "v1" } else { "v2" };
            let environment = format!("env-{number}");
            registry.deploy(&Deploy { environment, ..deploy(version) }).await?;
        }
        Ok(())
    });
    assert_eq!(winners(results.await), ALL);
}

async fn deploy_and_archive_exclude_each_other(bench: &Bench) {
    verified(bench).await;
    let results = race(bench, |number, registry| async move {
        let version = name(number / 2);
        let environment = format!("env-{}", number / 2);
        if number % 2 == 0 {
            registry.deploy(&Deploy { environment, ..deploy(&version) }).await.map(drop)
        } else {
            registry.archive("m", &version).await.map(drop)
        }
    });
    for pair in results.await.chunks(2) {
        match pair {
            [Ok(()), Err(Error::StillDeployed { .. })] | [Err(Error::Archived { .. }), Ok(())] => {}
            other => panic!("{other:?}"),
        }
    }
}

async fn deploy_and_retire_alternate(bench: &Bench) {
    verified(bench).await;
    let results = race(bench, |number, registry| async move {
        if number % 2 == 0 {
            registry.deploy(&deploy(&name(number))).await.map(drop)
        } else {
            registry.retire(&retire(Expected::Any)).await.map(drop)
        }
    });
    assert_eq!(winners(results.await), ALL);
    let statuses = bench.statuses().await;
    let deployed = bench.registry.find_deployment("m", "prod").await.unwrap();
    assert_eq!(statuses.matches(" deployed").count(), usize::from(deployed.is_some()));
}

async fn equal_registrations_make_one_row(bench: &Bench) {
    let results =
        race(bench, |_, registry| async move { registry.register(&new_version("v1")).await });
    let results: Vec<_> = results.await.into_iter().map(Result::unwrap).collect();
    assert_eq!(results.iter().filter(|result| result.created).count(), 1);
    assert!(results.iter().all(|result| result.version == results[0].version));
}

async fn different_registrations_make_one_row(bench: &Bench) {
    let results = race(bench, |number, registry| async move {
        let artifact_uri = format!("s3://models/{number}");
        registry.register(&NewVersion { artifact_uri, ..new_version("v1") }).await
    });
    let results = results.await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    for error in results.into_iter().filter_map(Result::err) {
        assert!(matches!(error, Error::VersionTaken(_)), "{error}");
    }
}

async fn all_migrate_and_one_does(bench: &Bench) {
    let fresh = if bench.is_sqlite() {
        Bench::sqlite_unmigrated()
    } else {
        let schema = format!("t_{}", uuid::Uuid::new_v4().simple());
        Bench::new(bench.address.clone(), schema, tempfile::tempdir().unwrap())
    };
    let results = race(&fresh, |_, registry| async move { registry.migrate().await });
    let applied: Vec<_> = results.await.into_iter().flat_map(Result::unwrap).collect();
    assert_eq!(applied, ["registry"]);
    if !fresh.is_sqlite() {
        fresh.sql("DROP SCHEMA {schema} CASCADE").await.unwrap();
    }
}
