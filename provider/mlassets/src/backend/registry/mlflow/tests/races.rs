//! Twenty at once, each with a client of its own, as twenty applies have.

use std::sync::Arc;

use super::Ground;
use crate::backend::registry::{
    Deploy, Error, Expected, NewVersion, Registry, Status, VersionFilter,
};

const ALL: usize = 20;

/// Runs a task for each number at once, each with a registry of its own.
async fn race<T, F>(ground: &Ground, task: impl Fn(usize, Registry) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let barrier = Arc::new(tokio::sync::Barrier::new(ALL));
    let mut tasks = Vec::new();
    for number in 0..ALL {
        let work = task(number, ground.registry(&format!("actor-{number}")));
        let barrier = Arc::clone(&barrier);
        tasks.push(tokio::spawn(async move {
            barrier.wait().await;
            work.await
        }));
    }
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.unwrap());
    }
    results
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_deployments_one_stays_and_the_losers_are_told_or_superseded() {
    let ground = Ground::new();
    let names: Vec<_> = (0..ALL).map(|number| format!("2025-01-15-v{}", number + 1)).collect();
    ground.verified(&names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let deploys: Vec<_> = names
        .iter()
        .map(|name| Deploy { expected: Expected::Nothing, ..ground.to(name) })
        .collect();
    let results = race(&ground, |number, registry| {
        let deploy = deploys[number].clone();
        async move { registry.deploy(&deploy).await }
    })
    .await;

    let stays = ground.registry.find_deployment(&ground.model, "prod").await.unwrap().unwrap();
    let filter = VersionFilter { model: Some(ground.model.clone()), status: None };
    let versions = ground.registry.list_versions(&filter).await.unwrap();
    let mut told = 0;
    for (number, (result, version)) in results.iter().zip(&versions).enumerate() {
        assert_eq!(version.version, names[number]);
        match result {
            Ok(deployed) if stays.version == version.version => {
                assert_eq!((version.status, deployed), (Status::Deployed, &stays));
                assert_eq!(stays.deployed_by, format!("actor-{number}"));
            }
            Ok(_) => assert_eq!(version.status, Status::Superseded),
            Err(Error::Conflict(_) | Error::Outrun(_)) => {
                told += 1;
                assert_ne!(stays.version, version.version, "who was told has lost");
                assert!(matches!(version.status, Status::Verified | Status::Superseded));
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert!(told > 0, "nobody raced");
    let model = ground.mlflow.find_model(&ground.model).await.unwrap().unwrap();
    assert_eq!(model.aliases.len(), 1);
    let again = ground.registry.deploy(&ground.to(&names[0])).await.unwrap();
    assert!(again.row_version >= stays.row_version);
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_registrations_leave_one() {
    let ground = Ground::new();
    let new = ground.new_version("v1");
    let results = race(&ground, |_, registry| {
        let new = new.clone();
        async move { registry.register(&new).await.unwrap() }
    })
    .await;
    assert_eq!(results.iter().filter(|registered| registered.created).count(), 1);
    assert!(results.iter().all(|registered| registered.version == results[0].version));
    assert_eq!(ground.as_mlflow("v1").await.len(), 1, "who came later took theirs back");
}

#[tokio::test(flavor = "multi_thread")]
async fn different_registrations_leave_one() {
    let ground = Ground::new();
    let results = race(&ground, |number, registry| {
        let artifact_uri = format!("s3://models/{number}");
        let new = NewVersion { artifact_uri, ..ground.new_version("v1") };
        async move { registry.register(&new).await }
    })
    .await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    for error in results.into_iter().filter_map(Result::err) {
        assert!(matches!(error, Error::VersionTaken(_)), "{error}");
    }
    assert_eq!(ground.as_mlflow("v1").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_archived_is_not_deployed() {
    let ground = Ground::new();
    let names: Vec<_> = (0..ALL / 2).map(|number| format!("v{number}")).collect();
    ground.verified(&names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    race(&ground, |number, registry| {
        let version = names[number / 2].clone();
        let environment = format!("env-{}", number / 2);
        let deploy = Deploy { environment, ..ground.to(&version) };
        async move {
            let result = if number % 2 == 0 {
                registry.deploy(&deploy).await.map(drop)
            } else {
                registry.archive(&deploy.model, &version).await.map(drop)
            };
            match result {
                Ok(()) | Err(Error::StillDeployed { .. } | Error::Archived { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
    })
    .await;
    for (number, version) in names.iter().enumerate() {
        let environment = format!("env-{number}");
        let deployed = ground.registry.find_deployment(&ground.model, &environment).await.unwrap();
        let found = ground.registry.find_version(&ground.model, version).await.unwrap().unwrap();
        let archived = found.status == Status::Archived;
        assert!(!(archived && deployed.is_some()), "{version} is archived and deployed");
    }
}
