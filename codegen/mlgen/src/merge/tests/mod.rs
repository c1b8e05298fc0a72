//! What merging gives, with the place of each value and its history.

#![allow(clippy::needless_raw_string_hashes, reason = "the form in which expect-test updates them")]

mod edits;
mod kinds;
mod laws;
mod misuse;
mod operators;
mod setting;
mod union;

use expect_test::{Expect, expect};

use crate::merge::fixture;

#[track_caller]
fn check(fixture: &str, expected: &Expect) {
    expected.assert_eq(&fixture::outcome(fixture));
}

#[test]
fn the_later_layer_wins() {
    check(
        "//- base.yaml\nreplicas: 1\n//- prod.yaml\nreplicas: 3\n",
        &expect![[r#"
        replicas: 3  # prod.yaml:1
          over 1  # base.yaml:1
    "#]],
    );
}

#[test]
fn history_is_nearest_first() {
    check(
        "//- default.yaml\na: { b: 1, c: x }\n//- class-staging.yaml\na: { b: 2 }\n//- base.yaml\na:\n  b: 3\n//- set\na: { b: 4 }\n",
        &expect![[r#"
            a.b: 4  # set:1
              over 3  # base.yaml:2
              over 2  # class-staging.yaml:1
              over 1  # default.yaml:1
            a.c: "x"  # default.yaml:1
        "#]],
    );
}

#[test]
fn maps_merge_and_the_rest_replaces() {
    check(
        "//- base.yaml\nm:\n  a: 1\n  l: [1, 2]\n//- prod.yaml\nm:\n  b: 2\n  l: [3]\n  a: text\nn: {}\n",
        &expect![[r#"
            m.a: "text"  # prod.yaml:4
              over 1  # base.yaml:2
            m.l: [3]  # prod.yaml:3
              over [1,2]  # base.yaml:3
            m.b: 2  # prod.yaml:2
            n: {}  # prod.yaml:5
        "#]],
    );
}

#[test]
fn null_is_a_value_and_gives_way_to_a_map() {
    check(
        "//- base.yaml\na: null\nb: 1\n//- prod.yaml\na: { x: 1 }\nb: null\n",
        &expect![[r#"
            a: a map  # prod.yaml:1
              over null  # base.yaml:1
            a.x: 1  # prod.yaml:1
            b: null  # prod.yaml:2
              over 1  # base.yaml:2
        "#]],
    );
}

#[test]
fn keys_keep_the_order_of_the_first_layer() {
    check(
        "//- base.yaml\nz: 1\na: 1\n//- prod.yaml\nb: 2\na: 2\n//- set\nz: 3\nc: 3\n",
        &expect![[r#"
            z: 3  # set:1
              over 1  # base.yaml:1
            a: 2  # prod.yaml:2
              over 1  # base.yaml:2
            b: 2  # prod.yaml:1
            c: 3  # set:2
        "#]],
    );
}

#[test]
fn an_empty_layer_changes_nothing() {
    check(
        "//- base.yaml\na: 1\n//- prod.yaml\n# later\n",
        &expect![[r#"
        a: 1  # base.yaml:1
    "#]],
    );
}
