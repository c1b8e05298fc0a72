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
        expect![[""]],
    )
    .await;
    check(
        json!({ "step": [{ "port": 1 }], "hook": [{ "port": 2 }, { "port": 3 }] }),
        json!({ "step": [{ "port": 1 }, { "port": 4 }], "hook": [{ "port": 3 }], "retry": { "times": 7 } }),
        expect![[""]],
    )
    .await;
}

#[tokio::test]
async fn blocks_whose_number_is_unknown_stay_unknown() {
    check(
        json!({ "step": [{ "port": 1 }] }),
        json!({ "step": unknown(), "hook": unknown() }),
        expect![[""]],
    )
    .await;
}

#[tokio::test]
async fn their_number_is_checked() {
    check(Json::Null, json!({}), expect![[""]]).await;
    check(
        Json::Null,
        json!({ "step": [{ "port": 1 }, { "port": 2 }, {}, { "port": 4 }] }),
        expect![[""]],
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
