//! Operators that work.

use expect_test::expect;

use crate::merge::tests::check;

#[test]
fn append() {
    check(
        "//- base.yaml\nzones:\n- a\n- b\n//- prod.yaml\nzones: { $append: [c, a] }\n",
        &expect![[r#"
            zones: ["a","b","c","a"]  # prod.yaml:1
              over ["a","b"]  # base.yaml:2
        "#]],
    );
    check(
        "//- base.yaml\nl: [1]\n//- staging.yaml\nl: { $append: [2] }\n//- set\nl: { $append: [3] }\n",
        &expect![[r#"
            l: [1,2,3]  # set:1
              over [1,2]  # staging.yaml:1
              over [1]  # base.yaml:1
        "#]],
    );
}

#[test]
fn remove_from_a_list() {
    check(
        "//- base.yaml\nl: [a, { x: 1, y: 2 }, b, a, 1.0]\n//- prod.yaml\nl: { $remove: [a, { y: 2, x: 1 }] }\n",
        &expect![[r#"
            l: ["b",1.0]  # prod.yaml:1
              over ["a",{"x":1,"y":2},"b","a",1.0]  # base.yaml:1
        "#]],
    );
}

#[test]
fn remove_from_a_map() {
    check(
        "//- base.yaml\nm: { a: 1, b: 2, c: 3 }\n//- prod.yaml\nm: { $remove: [c, a] }\n",
        &expect![[r#"
            m without c
              over unset  # prod.yaml:1
              over 3  # base.yaml:1
            m without a
              over unset  # prod.yaml:1
              over 1  # base.yaml:1
            m.b: 2  # base.yaml:1
        "#]],
    );
}

#[test]
fn unset() {
    check(
        "//- default.yaml\nm: { a: 1, b: 2 }\n//- base.yaml\nm: { a: 3 }\n//- prod.yaml\nm:\n  a: { $unset: true }\n",
        &expect![[r#"
            m without a
              over unset  # prod.yaml:2
              over 3  # base.yaml:1
              over 1  # default.yaml:1
            m.b: 2  # default.yaml:1
        "#]],
    );
    check(
        "//- base.yaml\na: 1\nb: 2\n//- staging.yaml\na: { $unset: true }\n//- set\na: 3\n",
        &expect![[r#"
            b: 2  # base.yaml:2
            a: 3  # set:1
              over unset  # staging.yaml:1
              over 1  # base.yaml:1
        "#]],
    );
}

#[test]
fn replace() {
    check(
        "//- base.yaml\nenv: { A: a, B: b }\nn: { x: 1 }\n//- prod.yaml\nenv: { $replace: { C: c } }\nn: { $replace: null }\n",
        &expect![[r#"
            env: a map  # prod.yaml:1
              over {"A":"a","B":"b"}  # base.yaml:1
            env.C: "c"  # prod.yaml:1
            n: null  # prod.yaml:2
              over {"x":1}  # base.yaml:2
        "#]],
    );
    check(
        "//- base.yaml\nenv: { A: a }\n//- prod.yaml\nenv: { $replace: { C: c } }\n//- set\nenv: { D: d }\n",
        &expect![[r#"
            env: a map  # prod.yaml:1
              over {"A":"a"}  # base.yaml:1
            env.C: "c"  # prod.yaml:1
            env.D: "d"  # set:1
        "#]],
    );
    check(
        "//- base.yaml\nenv: { A: a }\n//- prod.yaml\nenv:\n  $replace:\n    C: c\n",
        &expect![[r#"
            env: a map  # prod.yaml:2
              over {"A":"a"}  # base.yaml:1
            env.C: "c"  # prod.yaml:3
        "#]],
    );
}

#[test]
fn literal() {
    check(
        "//- base.yaml\nv:\n  $literal: \"14.6\"\n  reason: Old clients.\n//- prod.yaml\nw: { $literal: { $ref: \"${x}\" } }\nl: [{ $literal: \"$unset\" }]\n",
        &expect![[r#"
            v: "14.6"  literal Old clients.  # base.yaml:2
            w: {"$ref":"${x}"}  literal -  # prod.yaml:1
            l: ["$unset"]  # prod.yaml:2
        "#]],
    );
    check(
        "//- base.yaml\nm: { a: 1 }\n//- staging.yaml\nm: { $literal: { b: 2 } }\n//- set\nm: x\n",
        &expect![[r#"
            m: "x"  # set:1
              over {"b":2}  # staging.yaml:1
              over {"a":1}  # base.yaml:1
        "#]],
    );
}

#[test]
fn a_reference_as_a_key_is_no_operator() {
    check(
        "//- base.yaml\n\"${api.name}\": 1\n",
        &expect![[r#"
        "${api.name}": 1  # base.yaml:1
    "#]],
    );
}
