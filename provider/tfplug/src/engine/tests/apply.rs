//! What an apply, a refresh and an import come to, and who is told when they go wrong.

use serde_json::json;

use super::harness;
use super::kinds::{Firewall, Pool};
use super::world::Refuse;
use crate::past::Source;
use crate::testing::{Action, config};
use crate::value::Value;

#[tokio::test]
async fn a_resource_lives() {
    let (mut harness, world) = harness::<Pool>();
    let first = config!({ "name": "gpu", "limit": 3, "key": "hunter2hunter2", "token": "t" });
    harness.assert_converges(&first).await.unwrap();
    assert_eq!(world.take_calls(), ["create", "key of 14 characters", "read"]);
    let second = config!({ "name": "gpu", "limit": 5, "template": "{\"a\":1}" });
    harness.assert_converges(&second).await.unwrap();
    assert_eq!(world.take_calls(), ["update", "read"]);
    let third = config!({ "name": "gpu", "limit": 2, "type": "docker" });
    assert_eq!(harness.assert_converges(&third).await.unwrap().action, Action::Replace);
    assert_eq!(world.take_calls(), ["delete", "create", "read"]);
    harness.destroy().await.unwrap();
    assert_eq!(world.take_calls(), ["delete"]);
    assert!(harness.current().is_none());
}

#[tokio::test]
async fn what_is_known_later_is_applied_later() {
    let (mut harness, _) = harness::<Pool>();
    let unknown = crate::testing::unknown();
    let done = harness
        .apply_resolved(
            config!({ "name": unknown, "limit": unknown, "token": unknown }),
            config!({ "name": "gpu", "limit": 3 }),
        )
        .await
        .unwrap();
    assert_eq!(done.state.member("limit"), &3.into());
    let done = harness
        .apply_resolved(
            config!({ "name": "gpu", "limit": 3, "template": unknown }),
            config!({ "name": "gpu", "limit": 3 }),
        )
        .await
        .unwrap();
    assert_eq!(done.action, Action::NoOp, "an update that turns out to change nothing");
}

#[tokio::test]
async fn half_a_creation_is_tainted_and_replaced() {
    let (mut harness, world) = harness::<Pool>();
    world.refuse(Refuse::Before);
    let problem = harness.apply(config!({ "name": "gpu" })).await.unwrap_err();
    assert_eq!(problem.to_string(), "Apply: the provider refused\n  No: The world refuses.");
    assert!(harness.current().is_none(), "nothing came to be");

    world.refuse(Refuse::After);
    let problem = harness.apply(config!({ "name": "gpu" })).await.unwrap_err();
    assert_eq!(
        problem.to_string(),
        "Apply: the provider refused\n  Half done: The world broke down on the way."
    );
    assert!(harness.current().unwrap().tainted);
    world.behave();
    world.take_calls();
    let done = harness.assert_converges(config!({ "name": "gpu" })).await.unwrap();
    assert_eq!(done.action, Action::Replace);
    assert_eq!(world.take_calls(), ["delete", "create", "read"]);
}

#[tokio::test]
async fn half_an_update_is_stored_and_a_refused_one_is_not() {
    let (mut harness, world) = harness::<Pool>();
    harness.apply(config!({ "name": "gpu", "limit": 3 })).await.unwrap();
    world.refuse(Refuse::Before);
    harness.apply(config!({ "name": "gpu", "limit": 4 })).await.unwrap_err();
    assert_eq!(harness.state().member("limit"), &3.into());
    world.refuse(Refuse::After);
    harness.apply(config!({ "name": "gpu", "limit": 5 })).await.unwrap_err();
    assert_eq!(harness.state().member("limit"), &5.into());
    assert!(!harness.current().unwrap().tainted);
    harness.destroy().await.unwrap_err();
    assert!(harness.current().is_some(), "a refused destruction keeps it");
    world.behave();
    harness.assert_converges(config!({ "name": "gpu", "limit": 5 })).await.unwrap();
}

/// Creates or updates while the answer is altered as `alter` says.
async fn careless(update: bool, alter: fn(&mut Value), expected: &str) {
    let (mut harness, world) = harness::<Pool>();
    if update {
        harness.apply(config!({ "name": "gpu", "limit": 2 })).await.unwrap();
    }
    world.alter(alter);
    let problem = harness.apply(config!({ "name": "gpu", "limit": 3 })).await.unwrap_err();
    assert_eq!(problem.to_string(), format!("Apply: the provider refused\n  {expected}"));
    assert!(harness.current().is_some(), "what is there is stored all the same");
}

fn set(value: &mut Value, name: &str, to: impl Into<Value>) {
    let Value::Map(members) = value else { panic!("an object") };
    members.insert(name.to_owned(), to.into());
}

const REPORT: &str = "This is a bug in the provider, please report it.";

#[tokio::test]
async fn each_broken_promise_is_named_with_its_culprit() {
    let said = |path: &str, culprit: &str, rule: &str| {
        format!(
            "{path}: Provider bug: The result of `{culprit}` breaks a rule of Terraform: {rule}. {REPORT}"
        )
    };
    let planned = "the result must be the planned value";
    careless(false, |pool| set(pool, "limit", 9), &said("limit", "create", planned)).await;
    careless(true, |pool| set(pool, "limit", 9), &said("limit", "update", planned)).await;
    careless(true, |pool| set(pool, "limit", Value::Null), &said("limit", "update", planned)).await;
    careless(false, |pool| set(pool, "job", "x"), &said("job", "create", planned)).await;
    careless(false, |pool| set(pool, "type", "docker"), &said("type", "create", planned)).await;
    let known = "the result must be known";
    careless(false, |pool| set(pool, "region", Value::UNKNOWN), &said("region", "create", known))
        .await;
    let identity = format!(
        "name: Provider bug: The result of `update` breaks a rule of Terraform: {planned}. {REPORT}\n  \
         name: Provider bug: `name` identifies the resource, and `update` changed it. {REPORT}"
    );
    careless(true, |pool| set(pool, "name", "other"), &identity).await;
}

#[tokio::test]
async fn every_broken_promise_in_nested_objects_is_found() {
    let (mut harness, world) = harness::<Firewall>();
    world.alter(|firewall| {
        let Value::Map(members) = firewall else { panic!("an object") };
        members.insert("list".to_owned(), Value::List(Vec::new()));
        members.insert("map".to_owned(), Value::object::<&str>([]));
        members.insert("set".to_owned(), Value::set([]));
    });
    let rule = json!({ "port": 1 });
    let config = config!({ "name": "fw", "list": [rule], "set": [rule], "map": { "a": rule } });
    let problem = harness.apply(config).await.unwrap_err();
    let paths: Vec<String> = problem.diags.iter().map(|said| said.path.to_string()).collect();
    assert_eq!(paths, ["list", "set", "map"]);
}

#[tokio::test]
async fn a_refresh_shows_drift_but_not_another_spelling() {
    let (mut harness, world) = harness::<Pool>();
    let config = config!({ "name": "gpu", "template": "{\"a\": 1, \"b\": [2]}" });
    harness.assert_converges(&config).await.unwrap();
    world.touch("gpu", |pool| set(pool, "template", "{\"b\":[2.0],\"a\":1}"));
    let state = harness.refresh().await.unwrap();
    assert_eq!(state.member("template").as_str(), Some("{\"a\": 1, \"b\": [2]}"));
    world.touch("gpu", |pool| set(pool, "paused", true));
    assert_eq!(harness.refresh().await.unwrap().member("paused"), &true.into());
    assert_eq!(harness.plan(&config).await.unwrap().action, Action::Update);
    harness.assert_converges(&config).await.unwrap();
    world.forget("gpu");
    assert_eq!(harness.refresh().await.unwrap(), Value::Null);
    assert_eq!(harness.plan(&config).await.unwrap().action, Action::Create);
}

#[tokio::test]
async fn a_refresh_that_breaks_a_rule_is_refused() {
    let (mut harness, world) = harness::<Pool>();
    harness.apply(config!({ "name": "gpu" })).await.unwrap();
    world.alter(|pool| set(pool, "name", "other"));
    let problem = harness.refresh().await.unwrap_err().to_string();
    assert_eq!(
        problem,
        format!(
            "Refresh: the provider refused\n  name: Provider bug: `name` identifies the resource, and `read` changed it. {REPORT}"
        )
    );
    world.alter(|pool| set(pool, "region", Value::UNKNOWN));
    let problem = harness.refresh().await.unwrap_err().to_string();
    assert_eq!(
        problem,
        format!(
            "Refresh: the provider refused\n  Provider bug: `read` gave a state that is not wholly known. {REPORT}"
        )
    );
}

#[tokio::test]
async fn import_needs_no_code_of_the_author() {
    let (mut harness, world) = harness::<Pool>();
    let config = config!({ "name": "gpu", "limit": 3 });
    harness.apply(&config).await.unwrap();
    harness.set_current(None);
    harness.import("gpu").await.unwrap();
    assert_eq!(harness.plan(&config).await.unwrap().action, Action::NoOp);
    harness.import_identity(Value::object([("name", "gpu".into())])).await.unwrap();
    assert_eq!(harness.plan(&config).await.unwrap().action, Action::NoOp);
    let problem = harness.import("cpu").await.unwrap_err().to_string();
    assert_eq!(
        problem,
        "Import: the provider refused\n  Cannot import what does not exist: There is nothing with the import ID \"cpu\", which has the form `{name}`."
    );
    let problem = harness.import("").await.unwrap_err().to_string();
    assert_eq!(
        problem,
        "Import: the provider refused\n  Invalid import ID: `name` is empty in \"\". The import ID has the form `{name}`."
    );
    world.alter(|pool| set(pool, "key", "from the server"));
    harness.import("gpu").await.unwrap();
    assert_eq!(harness.state().member("key"), &Value::Null, "write-only values are not imported");
}

#[tokio::test]
async fn an_old_state_is_upgraded() {
    let (mut harness, _) = harness::<Pool>();
    let old = json!({ "name": "gpu", "kind": "docker", "paused": false, "dropped": [1] });
    let state = harness.upgrade(1, old.clone()).unwrap();
    assert_eq!(state.member("type").as_str(), Some("docker"));
    let state = harness.upgrade(0, json!({ "name": "gpu", "state": "resting" })).unwrap();
    assert_eq!(state.member("paused"), &true.into());
    assert_eq!(
        harness.upgrade(0, json!({ "name": "gpu", "state": "odd" })).unwrap_err().to_string(),
        "Upgrade: the provider refused\n  Unreadable state: A pool works or rests."
    );
    assert_eq!(
        harness.upgrade(0, json!({ "name": "gpu", "state": ["odd"] })).unwrap_err().to_string(),
        "Upgrade: the provider refused\n  state: Stored state does not fit: `state` does not fit its type: expected a string, found an array."
    );
    assert_eq!(
        harness.upgrade(-1, old.clone()).unwrap_err().to_string(),
        "Upgrade: the provider refused\n  Provider bug: `pool` has no upgrade of its state from version -1 to 2. \
         This is a bug in the provider, please report it."
    );
    assert_eq!(
        harness.upgrade(3, old.clone()).unwrap_err().to_string(),
        "Upgrade: the provider refused\n  State is newer than the provider: The state has version 3 and this provider knows versions up to 2. Use a newer provider."
    );
    assert_eq!(
        harness.upgrade(2, old).unwrap_err().to_string(),
        "Upgrade: Invalid resource state upgrade\n  kind: an argument of this name is not expected here\n  dropped: \
         an argument of this name is not expected here"
    );
}

#[tokio::test]
async fn another_kind_is_taken_over() {
    let (mut harness, _) = harness::<Pool>();
    let tank = |version| Source {
        provider: "registry.terraform.io/acme/lab".to_owned(),
        type_name: "lab_tank".to_owned(),
        version,
    };
    let stored = json!({ "label": "gpu", "litres": 3, "colour": "green" });
    let state = harness.take_over(&tank(3), &stored).unwrap();
    assert_eq!(state.member("limit"), &3.into());
    assert_eq!(harness.current().unwrap().identity.as_ref().unwrap().member("name"), &"gpu".into());

    assert_eq!(
        harness.take_over(&tank(2), &stored).unwrap_err().to_string(),
        "Move: the provider refused\n  State of another version: The state of this `lab_tank` has version 2, and only \
         version 3 can be taken over. Bring it there with another version of `registry.terraform.io/acme/lab` first, or \
         import the resource instead."
    );
    let barrel = Source { type_name: "lab_barrel".to_owned(), ..tank(0) };
    assert_eq!(
        harness.take_over(&barrel, &stored).unwrap_err().to_string(),
        "Move: the provider refused\n  Cannot be moved here: `this` cannot take the place of `lab_barrel` of \
         registry.terraform.io/acme/lab; it takes over `lab_tank` of acme/lab. Remove the `moved` block, and import the \
         resource if it is the same thing."
    );
}

#[tokio::test]
async fn a_provider_that_is_not_configured_says_so() {
    let served = crate::Served::new::<super::other::Cloud>("1.0.0");
    let mut harness = crate::testing::Harness::served(&served, "cloud_ticket", None).unwrap();
    let problem = harness.apply(config!({ "text": "a" })).await.unwrap_err();
    assert!(problem.is_refusal());
    assert!(problem.to_string().contains("Provider not configured"), "{problem}");
}

#[tokio::test]
async fn a_cancelled_refresh_ends() {
    let (mut harness, _) = harness::<Pool>();
    harness.apply(config!({ "name": "gpu" })).await.unwrap();
    harness.cancellation().cancel();
    assert_eq!(
        harness.refresh().await.unwrap_err().to_string(),
        "Refresh: the provider refused\n  Cancelled: Terraform was asked to stop."
    );
}
