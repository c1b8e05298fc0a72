//! Nested attributes: lists, sets, maps and single objects with computed and default members.

use expect_test::{Expect, expect};
use serde_json::{Value as Json, json};

use super::kinds::Firewall;
use super::{harness, render};
use crate::testing::{Action, Config, config, unknown};

fn firewall(mut members: Json) -> Config {
    members["name"] = "fw".into();
    Config::Json(members)
}

/// Applies `before` and sees that it is stable, then plans `config`, and if all is known applies it.
async fn check(before: Json, config: Json, expected: Expect) {
    let (mut harness, _) = harness::<Firewall>();
    if !before.is_null() {
        harness.assert_converges(firewall(before)).await.unwrap();
    }
    let planned =
        harness.plan(firewall(config.clone())).await.map_err(|it| it.to_string()).unwrap();
    expected.assert_eq(&render(&planned));
    if !config.to_string().contains("unknown") {
        harness.assert_converges(firewall(config)).await.unwrap();
    }
}

#[tokio::test]
async fn defaults_are_applied_in_every_collection() {
    let rule = json!({ "port": 80 });
    check(
        Json::Null,
        json!({ "list": [rule], "set": [rule], "map": { "a": rule }, "single": rule }),
        expect![[r#"
            Create
            chosen: null => ?
            list: null => [{id: ?, label: ?, port: 80, protocol: "tcp"}]
            map: null => {a: {id: ?, label: ?, port: 80, protocol: "tcp"}}
            name: null => "fw"
            set: null => set[{id: ?, port: 80, protocol: "tcp"}]
            single: null => {id: ?, label: ?, port: 80, protocol: "tcp"}
        "#]],
    )
    .await;
}

#[tokio::test]
async fn a_default_that_is_written_out_is_no_change() {
    let (short, long) = (json!({ "port": 80 }), json!({ "port": 80, "protocol": "tcp" }));
    check(
        json!({ "list": [short], "set": [short], "map": { "a": short }, "single": short }),
        json!({ "list": [long], "set": [long], "map": { "a": long }, "single": long }),
        expect![[r"
            NoOp
        "]],
    )
    .await;
}

#[tokio::test]
async fn elements_of_a_set_are_paired_by_what_they_are() {
    check(
        json!({ "set": [{ "port": 80 }, { "port": 443 }] }),
        json!({ "set": [{ "port": 443 }, { "port": 22 }, { "port": 80, "protocol": "tcp" }] }),
        expect![[r#"
            Update
            chosen: [] => ?
            set: set[{id: "member-1", port: 80, protocol: "tcp"}, {id: "member-2", port: 443, protocol: "tcp"}] => set[{id: ?, port: 22, protocol: "tcp"}, {id: "member-1", port: 80, protocol: "tcp"}, {id: "member-2", port: 443, protocol: "tcp"}]
        "#]],
    )
    .await;
    check(
        json!({ "set": [{ "port": 80 }, { "port": 80, "protocol": "udp" }] }),
        json!({ "set": [{ "port": 80, "protocol": "udp" }] }),
        expect![[r#"
            Update
            chosen: [] => ?
            set: set[{id: "member-1", port: 80, protocol: "tcp"}, {id: "member-2", port: 80, protocol: "udp"}] => set[{id: "member-2", port: 80, protocol: "udp"}]
        "#]],
    )
    .await;
}

#[tokio::test]
async fn elements_of_lists_and_maps_are_paired_by_their_place() {
    check(
        json!({ "list": [{ "port": 80 }, { "port": 443 }], "map": { "a": { "port": 1 }, "b": { "port": 2 } } }),
        json!({ "list": [{ "port": 81 }, { "port": 443 }], "map": { "b": { "port": 2 }, "c": { "port": 3 } } }),
        expect![[r#"
            Update
            chosen: [] => ?
            list[0].id: "rule-1" => ?
            list[0].label: "port 80" => ?
            list[0].port: 80 => 81
            list[1].id: "rule-2" => ?
            list[1].label: "port 443" => ?
            map.a: {id: "rule-3", label: "port 1", port: 1, protocol: "tcp"} => null
            map.b.id: "rule-4" => ?
            map.b.label: "port 2" => ?
            map.c: null => {id: ?, label: ?, port: 3, protocol: "tcp"}
        "#]],
    )
    .await;
}

#[tokio::test]
async fn unknown_collections_and_objects_stay_unknown() {
    let rule = json!({ "port": 80 });
    let unknown = json!(unknown());
    check(
        json!({ "list": [rule], "set": [rule], "map": { "a": rule }, "single": rule }),
        json!({ "list": unknown, "set": unknown, "map": unknown, "single": unknown, "chosen": unknown }),
        expect![[r#"
            Update
            chosen: [] => ?
            list: [{id: "rule-1", label: "port 80", port: 80, protocol: "tcp"}] => ?
            map: {a: {id: "rule-2", label: "port 80", port: 80, protocol: "tcp"}} => ?
            set: set[{id: "member-4", port: 80, protocol: "tcp"}] => ?
            single: {id: "rule-3", label: "port 80", port: 80, protocol: "tcp"} => ?
        "#]],
    )
    .await;
    check(
        Json::Null,
        json!({ "list": [unknown, rule], "set": [unknown, { "port": unknown }], "map": { "a": unknown } }),
        expect![[r#"
            Create
            chosen: null => ?
            list: null => [?, {id: ?, label: ?, port: 80, protocol: "tcp"}]
            map: null => {a: ?}
            name: null => "fw"
            set: null => set[?, {id: ?, port: ?, protocol: "tcp"}]
        "#]],
    )
    .await;
}

#[tokio::test]
async fn what_the_user_sets_no_longer_does_not_linger() {
    check(
        json!({ "chosen": [{ "port": 80 }] }),
        json!({}),
        expect![[r#"
        Update
        chosen: [{id: "rule-1", label: "port 80", port: 80, protocol: "tcp"}] => ?
    "#]],
    )
    .await;
    check(
        json!({ "single": { "port": 80, "label": "web" } }),
        json!({ "single": { "port": 80 } }),
        expect![[r"
            NoOp
        "]],
    )
    .await;
}

#[tokio::test]
async fn a_part_may_replace_the_whole() {
    check(
        json!({ "place": { "zone": "a" } }),
        json!({ "place": { "zone": "b" } }),
        expect![[r#"
        Replace
        chosen: [] => ?
        place.rack: "r1" => ?
        place.zone: "a" => "b"
        replaced because of place.zone
    "#]],
    )
    .await;
    check(
        json!({}),
        json!({ "place": unknown() }),
        expect![[r"
        Replace
        chosen: [] => ?
        place: null => ?
        replaced because of place
    "]],
    )
    .await;
    check(
        json!({}),
        json!({ "place": { "zone": "b" } }),
        expect![[r#"
            Replace
            chosen: [] => ?
            place: null => {rack: ?, zone: "b"}
            replaced because of place.zone
        "#]],
    )
    .await;
    check(
        json!({ "place": { "zone": "a" } }),
        json!({}),
        expect![[r#"
            Replace
            chosen: [] => ?
            place: {rack: "r1", zone: "a"} => null
            replaced because of place.zone
        "#]],
    )
    .await;
}

#[tokio::test]
async fn a_value_may_be_of_any_type() {
    check(
        json!({ "extra": "x" }),
        json!({ "extra": { "a": [1, true] } }),
        expect![[r#"
        Update
        chosen: [] => ?
        extra: string("x") => object({ a = tuple([number, bool]) })({a: [1, true]})
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_set_of_thousands_is_no_matter() {
    let ports = |range: std::ops::Range<i64>| -> Vec<Json> {
        range.map(|port| json!({ "port": port })).collect()
    };
    let (mut harness, _) = harness::<Firewall>();
    harness.assert_converges(firewall(json!({ "set": ports(0..2000) }))).await.unwrap();
    let planned = harness.plan(firewall(json!({ "set": ports(1..2001) }))).await.unwrap();
    assert_eq!(planned.action, Action::Update);
    let (before, after) = (planned.prior.member("set"), planned.planned.member("set"));
    let (crate::Value::Set(before), crate::Value::Set(after)) = (before, after) else {
        panic!("two sets")
    };
    assert_eq!(after.iter().filter(|element| before.contains(element)).count(), 1999);
    harness.assert_converges(config!({ "name": "fw", "set": ports(1..2001) })).await.unwrap();
}
