//! Each call through a proxy that spoils exchanges with the real server: whatever breaks, the call comes true once, and
//! where nothing gets through, the error says which call on which server, after a bounded number of tries.

use std::collections::BTreeSet;
use std::time::Duration;

use super::super::{MlflowStore, tags};
use super::{Ground, metadata, with_policy};
use crate::backend::http::tests::proxy::{Fault, Proxy, When};
use crate::backend::mlflow::{Address, Config, Mlflow};
use crate::backend::registry::model::Status;
use crate::backend::registry::{Expected, Registry, Result, UpdateMetadata};
use crate::backend::retry::Policy;
use crate::backend::tests::scripted::quick;

/// The calls that change something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Do {
    Register,
    Verify,
    Update,
    Deploy,
    Retire,
    Archive,
}

const ALL: [Do; 6] = [Do::Register, Do::Verify, Do::Update, Do::Deploy, Do::Retire, Do::Archive];

/// A ground where `what` can be done, made by as few calls as can be.
async fn before(what: Do) -> Ground {
    let ground = Ground::new();
    if what == Do::Register {
        return ground;
    }
    ground.mlflow.ensure_model(&ground.model).await.unwrap();
    let mut made = Vec::new();
    for version in ["v1", "v2"] {
        let mut new = tags::new_version(&ground.new_version(version), "ana", version);
        if what != Do::Verify {
            let state = new.tags.iter_mut().find(|tag| tag.key == tags::STATE).unwrap();
            Status::Verified.as_str().clone_into(&mut state.value);
        }
        made.push(ground.mlflow.create_version(&new).await.unwrap());
    }
    if matches!(what, Do::Deploy | Do::Retire) {
        let facts = r#"{"row": 1, "at": "2025-01-15T00:00:00Z", "by": "ana"}"#;
        ground.mlflow.set_tag(&made[0], &tags::deployed_key("prod"), facts).await.unwrap();
        ground.by_hand("deployed-prod", "1").await;
    }
    ground
}

async fn run(what: Do, ground: &Ground, registry: &Registry) -> Result<String> {
    let model = &ground.model;
    Ok(match what {
        Do::Register => {
            let registered = registry.register(&ground.new_version("v1")).await?;
            format!("{} {}", registered.created, registered.version.row_version)
        }
        Do::Verify => registry.mark_verified(model, "v1").await?.status.to_string(),
        Do::Update => {
            let update = UpdateMetadata {
                model: model.clone(),
                version: "v1".to_owned(),
                expected_row_version: None,
                description: "weekly".to_owned(),
                metadata: metadata(r#"{"x": "1"}"#),
            };
            let updated = registry.update_metadata(&update).await?;
            format!("{} {}", updated.description, updated.row_version)
        }
        Do::Deploy => {
            let deployed = registry.deploy(&ground.to("v2")).await?;
            format!("{} {}", deployed.version, deployed.row_version)
        }
        Do::Retire => {
            let ended = registry.retire(&ground.retire(Expected::Any)).await?;
            ended.map_or_else(String::new, |ended| ended.version)
        }
        Do::Archive => registry.archive(model, "v2").await?.status.to_string(),
    })
}

/// What is there after `what` was done once.
async fn after(ground: &Ground) -> String {
    let told = ground.told().await;
    let all = ground.mlflow.list_versions(Some(&ground.model)).await.unwrap();
    let states: Vec<_> =
        all.iter().map(|version| version.tag(tags::STATE).unwrap_or("-")).collect();
    let described = all.first().map(|version| version.description.clone());
    format!("{told} | {states:?} {described:?}")
}

/// A registry whose calls go through the proxy.
fn through(proxy: &Proxy, policy: Policy) -> Registry {
    with_policy(&format!("http://127.0.0.1:{}", proxy.port), policy)
}

async fn proxy(ground: &Ground) -> Proxy {
    Proxy::start(ground.address.strip_prefix("http://").unwrap().to_owned()).await
}

/// Spoils one exchange of the call after the other, those that `which` chooses.
async fn survives(what: Do, which: impl Fn(&Proxy) -> Vec<usize>, fault: impl Fn(usize) -> Fault) {
    let ground = before(what).await;
    let proxy = proxy(&ground).await;
    let registry = through(&proxy, quick());
    proxy.spoil(Fault::Busy, When::Never);
    let answer = run(what, &ground, &registry).await.unwrap();
    let expected = after(&ground).await;
    for number in which(&proxy) {
        let fault = fault(number);
        let label = format!("{what:?}, {fault:?} of exchange {number}");
        let ground = before(what).await;
        proxy.spoil(fault, When::Only(number));
        let came = run(what, &ground, &registry).await;
        assert_eq!(came.as_ref().ok(), Some(&answer), "{label}: {came:?}");
        assert_eq!(after(&ground).await, expected, "{label}");
    }
}

#[tokio::test]
async fn answers_that_are_lost() {
    for what in ALL {
        survives(what, Proxy::writes, |_| Fault::CutAfter).await;
    }
}

#[tokio::test]
async fn whatever_else_breaks() {
    const OTHERS: [Fault; 4] =
        [Fault::HalfAnswer, Fault::CutBefore, Fault::BadGateway, Fault::Busy];
    for (turn, what) in ALL.into_iter().enumerate() {
        let all = |proxy: &Proxy| (0..proxy.seen()).collect();
        survives(what, all, |number| OTHERS[(turn + number) % OTHERS.len()]).await;
    }
}

#[tokio::test]
async fn a_creation_whose_answer_does_not_come() {
    let ground = before(Do::Register).await;
    let proxy = proxy(&ground).await;
    let (address, auth) = Address::parse(&format!("http://127.0.0.1:{}", proxy.port)).unwrap();
    let config = Config { timeout: Duration::from_secs(2), ..Config::new(address.clone(), auth) };
    let mlflow = Mlflow::with_policy(&config, quick()).unwrap();
    let store = MlflowStore::with_client(mlflow, address, "ana");
    ground.mlflow.ensure_model(&ground.model).await.unwrap();
    // The third call creates: model and versions were looked at.
    proxy.spoil(Fault::Stall, When::Only(2));
    assert!(store.register(&ground.new_version("v1")).await.unwrap().created);
    assert_eq!(ground.as_mlflow("v1").await.len(), 1);
}

#[tokio::test]
async fn where_nothing_gets_through_the_error_says_so() {
    /// Tries of one call, with the look-ups after lost answers.
    const MOST: usize = 20;
    let mut said = BTreeSet::new();
    for what in [Do::Register, Do::Deploy] {
        for (number, fault) in [
            (0, Fault::CutBefore),
            (1, Fault::HalfAnswer),
            (2, Fault::CutAfter),
            (2, Fault::Busy),
            (4, Fault::CutAfter),
            (4, Fault::BadGateway),
        ] {
            let ground = before(what).await;
            let proxy = proxy(&ground).await;
            let registry = through(&proxy, quick());
            proxy.spoil(fault, When::From(number));
            let error =
                run(what, &ground, &registry).await.expect_err("nothing gets through").to_string();
            assert!(proxy.seen() <= MOST, "{what:?}, {fault:?}: {} exchanges", proxy.seen());
            let (call, rest) = error.split_once(" on the MLflow server ").expect("a server");
            let problem = rest.strip_prefix(&format!("127.0.0.1:{}: ", proxy.port)).unwrap();
            let call = call.replace("/api/2.0/mlflow", "");
            said.insert(format!("{what:?}: {call}: {}", problem.split(" (").next().unwrap()));
        }
    }
    expect_test::expect![[r"
        Deploy: GET /model-versions/search: the connection broke inside the answer
        Deploy: GET /registered-models/get: the connection broke before the answer
        Deploy: POST /model-versions/set-tag: the request was sent but its outcome is unknown
        Deploy: POST /model-versions/set-tag: the server is overloaded or starting, it answered 503 to 4 tries; try again later
        Deploy: POST /registered-models/alias: the request was sent but its outcome is unknown
        Register: GET /model-versions/search: the connection broke before the answer
        Register: GET /model-versions/search: the server is overloaded or starting, it answered 502 to 4 tries; try again later
        Register: GET /registered-models/get: the connection broke before the answer
        Register: POST /model-versions/create: the server is overloaded or starting, it answered 503 to 4 tries; try again later
        Register: POST /registered-models/create: the request was sent but its outcome is unknown"]].assert_eq(&said.into_iter().collect::<Vec<_>>().join("\n"));
}
