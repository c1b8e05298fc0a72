//! What is planned for a resource with plain attributes.

use expect_test::{Expect, expect};

use super::kinds::{Pool, Ticket};
use super::{harness, render};
use crate::testing::{Config, config, unknown};

/// Applies `before`, then plans `config`.
async fn check(before: Option<Config>, config: Config, expected: Expect) {
    let (mut harness, _) = harness::<Pool>();
    if let Some(before) = before {
        harness.apply(before).await.unwrap();
    }
    expected.assert_eq(&match harness.plan(config).await {
        Ok(planned) => render(&planned),
        Err(problem) => format!("{problem}\n"),
    });
}

fn pool() -> Config {
    config!({ "name": "gpu", "limit": 3, "template": "{\"a\": 1, \"b\": 2}" })
}

#[tokio::test]
async fn a_creation_has_defaults_and_unknown_computed_values() {
    check(
        None,
        config!({ "name": "gpu" }),
        expect![[r#"
        Create
        id: null => ?
        last_run: null => ?
        name: null => "gpu"
        paused: null => false
        region: null => ?
        revision: null => ?
        type: null => "process"
    "#]],
    )
    .await;
}

#[tokio::test]
async fn nothing_to_do_is_nothing_planned() {
    check(
        Some(pool()),
        config!({ "name": "gpu", "limit": 3, "template": "{\"b\":2,\"a\":1.0}", "type": "process" }),
        expect![[r"
            NoOp
        "]],
    )
    .await;
}

#[tokio::test]
async fn an_update_keeps_what_is_declared_to_be_kept() {
    check(
        Some(pool()),
        config!({ "name": "gpu", "limit": 4, "template": "{\"b\":2,\"a\":1}" }),
        expect![[r#"
            Update
            limit: 3 => 4
            region: "eu" => ?
            revision: 2 => ?
        "#]],
    )
    .await;
    check(
        Some(pool()),
        config!({ "name": "gpu", "limit": 3 }),
        expect![[r#"
        Update
        region: "eu" => ?
        revision: 2 => ?
        template: "{\"a\": 1, \"b\": 2}" => null
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_replacement_says_why() {
    check(
        Some(pool()),
        config!({ "name": "gpu", "type": "docker" }),
        expect![[r#"
        Replace
        id: "id-1" => ?
        last_run: null => ?
        limit: 3 => null
        region: "eu" => ?
        revision: 2 => ?
        template: "{\"a\": 1, \"b\": 2}" => null
        type: "process" => "docker"
        replaced because of limit
        replaced because of type
    "#]],
    )
    .await;
    check(
        Some(pool()),
        config!({ "name": "cpu2" }),
        expect![[r#"
        Replace
        id: "id-1" => ?
        last_run: null => ?
        limit: 3 => null
        name: "gpu" => "cpu2"
        region: "eu" => ?
        revision: 2 => ?
        template: "{\"a\": 1, \"b\": 2}" => null
        replaced because of limit
        replaced because of name
    "#]],
    )
    .await;
    check(
        Some(pool()),
        config!({ "name": "gpu", "limit": 2 }),
        expect![[r#"
        Replace
        id: "id-1" => ?
        last_run: null => ?
        limit: 3 => 2
        region: "eu" => ?
        revision: 2 => ?
        template: "{\"a\": 1, \"b\": 2}" => null
        replaced because of limit
    "#]],
    )
    .await;
    check(
        Some(pool()),
        config!({ "name": "gpu", "limit": unknown() }),
        expect![[r#"
        Replace
        id: "id-1" => ?
        last_run: null => ?
        limit: 3 => ?
        region: "eu" => ?
        revision: 2 => ?
        template: "{\"a\": 1, \"b\": 2}" => null
        replaced because of limit
    "#]],
    )
    .await;
    check(
        Some(pool()),
        config!({ "name": "g", "limit": 3 }),
        expect![[r#"
        Replace
        id: "id-1" => ?
        last_run: null => ?
        name: "gpu" => "g"
        region: "eu" => ?
        revision: 2 => ?
        template: "{\"a\": 1, \"b\": 2}" => null
        replaced because of name
        warning: name: Shorter name: It will be harder to find.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn unknown_configuration_stays_unknown() {
    check(
        None,
        config!({ "name": unknown(), "limit": unknown() }),
        expect![[r#"
        Create
        id: null => ?
        last_run: null => ?
        limit: null => ?
        name: null => ?
        paused: null => false
        region: null => ?
        revision: null => ?
        type: null => "process"
    "#]],
    )
    .await;
    check(
        Some(pool()),
        config!({ "name": "gpu", "limit": 3, "template": unknown(), "region": unknown() }),
        expect![[r#"
            Update
            region: "eu" => ?
            revision: 2 => ?
            template: "{\"a\": 1, \"b\": 2}" => ?
        "#]],
    )
    .await;
}

#[tokio::test]
async fn a_write_only_value_is_never_planned() {
    check(
        None,
        config!({ "name": "gpu", "key": "hunter2hunter2" }),
        expect![[r#"
        Create
        id: null => ?
        last_run: null => ?
        name: null => "gpu"
        paused: null => false
        region: null => ?
        revision: null => ?
        type: null => "process"
    "#]],
    )
    .await;
    let with_key = config!({ "name": "gpu", "limit": 3, "template": "{\"a\": 1, \"b\": 2}", "key": "another one" });
    check(
        Some(pool()),
        with_key,
        expect![[r"
        NoOp
    "]],
    )
    .await;
}

#[tokio::test]
async fn the_author_may_refuse_and_warn_but_not_lie() {
    check(
        None,
        config!({ "name": "gpu", "job": "forbidden" }),
        expect![[r"
        Plan: the provider refused
          job: Forbidden job: Choose another one.
    "]],
    )
    .await;
    check(None, config!({ "name": "gpu", "job": "careless" }), expect![[r"
        Plan: the provider refused
          limit: Provider bug: The plan breaks a rule of Terraform: an attribute that is not computed and not configured must be planned null. The cause is the resource's own `plan`. This is a bug in the provider, please report it.
    "]]).await;
}

#[tokio::test]
async fn core_refuses_what_does_not_fit() {
    check(
        None,
        config!({ "nam": "gpu", "limit": "many", "revision": 7 }),
        expect![[r#"
        Config: the configuration does not fit the schema
          limit: expected number, found "many"
          nam: an argument of this name is not expected here
          revision: a value cannot be set, since it is decided by the provider
          name: the argument is required, but no definition was found
    "#]],
    )
    .await;
}

#[tokio::test]
async fn an_identity_given_by_the_server_outlives_the_plan() {
    let (mut harness, _) = harness::<Ticket>();
    harness.assert_converges(config!({ "text": "a" })).await.unwrap();
    let planned = harness.plan(config!({ "text": "b" })).await.unwrap();
    expect![[r#"
        Replace
        id: "ticket-1" => ?
        text: "a" => "b"
        replaced because of text
    "#]]
    .assert_eq(&render(&planned));
    let planned = harness.plan(config!({ "text": "a", "owner": "me" })).await.unwrap();
    expect![[r#"
        Replace
        id: "ticket-1" => ?
        owner: "nobody" => "me"
        replaced because of owner
    "#]]
    .assert_eq(&render(&planned));
    let problem =
        harness.plan(config!({ "text": "a", "owner": "somebody else" })).await.unwrap_err();
    assert_eq!(Ticket::COMMON.then(super::kinds::Common::OWNER).path().to_string(), "owner");
    assert_eq!(problem.diags.iter().next().unwrap().path.to_string(), "owner");
    harness.assert_converges(config!({ "page": 3, "labels": { "a": "b" } })).await.unwrap();
    harness.destroy().await.unwrap();
    assert!(harness.current().is_none());
}

#[tokio::test]
async fn a_destruction_may_be_refused_in_the_plan() {
    let (mut harness, world) = harness::<Pool>();
    harness.apply(config!({ "name": "gpu", "job": "eternal" })).await.unwrap();
    world.take_calls();
    let problem = harness.destroy().await.unwrap_err();
    assert_eq!(problem.to_string(), "Plan: the provider refused\n  Not empty: It still has runs.");
    assert!(harness.current().is_some());
    assert!(world.take_calls().is_empty());
}
