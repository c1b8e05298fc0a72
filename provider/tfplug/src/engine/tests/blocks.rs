//! Nested blocks.

use expect_test::{Expect, expect};
use serde_json::{Value as Json, json};

use super::kinds::Job;
use super::{harness, render};
use crate::testing::{Config, unknown};

fn job(mut members: Json) -> Config {
    members["name"] = "job".into();
    Config::Json(members)
}

async fn check(before: Json, config: Json, expected: Expect) {
    let (mut harness, _) = harness::<Job>();
    if !before.is_null() {
        harness.assert_converges(job(before)).await.unwrap();
    }
    expected.assert_eq(&match harness.plan(job(config)).await {
        Ok(planned) => render(&planned),
        Err(problem) => format!("{problem}\n"),
    });
}

#[tokio::test]
async fn blocks_are_planned_like_nested_attributes() {
    check(
        Json::Null,
        json!({ "step": [{ "port": 1 }], "hook": [{ "port": 2 }], "retry": {} }),
        expect![[r#"
            Create
            hook: null => set[{id: ?, port: 2, protocol: "tcp"}]
            name: null => "job"
            retry: null => {password: null, times: 3}
            step: null => [{id: ?, label: ?, port: 1, protocol: "tcp"}]
        "#]],
    )
    .await;
    check(
        json!({ "step": [{ "port": 1 }], "hook": [{ "port": 2 }, { "port": 3 }] }),
        json!({ "step": [{ "port": 1 }, { "port": 4 }], "hook": [{ "port": 3 }], "retry": { "times": 7 } }),
        expect![[r#"
            Update
            hook: set[{id: "member-2", port: 2, protocol: "tcp"}, {id: "member-3", port: 3, protocol: "tcp"}] => set[{id: "member-3", port: 3, protocol: "tcp"}]
            retry: null => {password: null, times: 7}
            step: [{id: "rule-1", label: "port 1", port: 1, protocol: "tcp"}] => [{id: ?, label: ?, port: 1, protocol: "tcp"}, {id: ?, label: ?, port: 4, protocol: "tcp"}]
        "#]],
    )
    .await;
}

#[tokio::test]
async fn blocks_whose_number_is_unknown_stay_unknown() {
    check(
        json!({ "step": [{ "port": 1 }] }),
        json!({ "step": unknown(), "hook": unknown() }),
        expect![[r#"
            Update
            hook: set[] => ?
            step: [{id: "rule-1", label: "port 1", port: 1, protocol: "tcp"}] => ?
        "#]],
    )
    .await;
}

#[tokio::test]
async fn their_number_is_checked() {
    check(
        Json::Null,
        json!({}),
        expect![[r"
        Config: the configuration does not fit the schema
          step: expected 1 to 3 blocks, found 0
    "]],
    )
    .await;
    check(
        Json::Null,
        json!({ "step": [{ "port": 1 }, { "port": 2 }, {}, { "port": 4 }] }),
        expect![[r"
            Config: the configuration does not fit the schema
              step: expected 1 to 3 blocks, found 4
              step[2].port: the argument is required, but no definition was found
        "]],
    )
    .await;
}

#[tokio::test]
async fn write_only_values_in_blocks_reach_the_author_and_no_state() {
    let (mut harness, world) = harness::<Job>();
    let config = job(json!({ "step": [{ "port": 1 }], "retry": { "password": "hunter2" } }));
    harness.assert_converges(config).await.unwrap();
    assert_eq!(world.take_calls(), ["create", "password of 7 characters", "read"]);
    assert!(!format!("{:?}", harness.current()).contains("hunter2"));
}
