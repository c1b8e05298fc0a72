//! Operators that find nothing to work on, or the wrong thing, in full.

use expect_test::expect;

use crate::merge::tests::check;

#[test]
fn nothing_to_work_on() {
    check(
        "//- base.yaml\nzones: [a]\n//- prod.yaml\nzone: { $append: [c] }\n",
        &expect![[r#"
        zones: ["a"]  # base.yaml:1
        error: `zone` is not set, so `$append` has nothing to work on
         --> prod.yaml:1:7
          |
        1 | zone: { $append: [c] }
          |       ^^^^^^^^^^^^^^^^
          |
          = help: did you mean `zones`?
    "#]],
    );
    check(
        "//- base.yaml\na: 1\n//- prod.yaml\nvolumes: { $remove: [c] }\n",
        &expect![[r#"
        a: 1  # base.yaml:1
        error: `volumes` is not set, so `$remove` has nothing to work on
         --> prod.yaml:1:10
          |
        1 | volumes: { $remove: [c] }
          |          ^^^^^^^^^^^^^^^^
          |
          = help: leave it out
    "#]],
    );
    check(
        "//- base.yaml\na: 1\n//- prod.yaml\nb: { c: { $unset: true } }\n",
        &expect![[r#"
        a: 1  # base.yaml:1
        b: {}  # prod.yaml:1
        error: `b.c` is not set, so `$unset` has nothing to work on
         --> prod.yaml:1:9
          |
        1 | b: { c: { $unset: true } }
          |         ^^^^^^^^^^^^^^^^
          |
          = help: leave it out
    "#]],
    );
    check(
        "//- base.yaml\na: { $replace: 1 }\nl: [{ $append: [1] }]\n",
        &expect![[r#"
        l: []  # base.yaml:2
        error: `a` is not set, so `$replace` has nothing to work on
         --> base.yaml:1:4
          |
        1 | a: { $replace: 1 }
          |    ^^^^^^^^^^^^^^^
          |
          = help: write the value itself
        error: `l[0]` is not set, so `$append` has nothing to work on
         --> base.yaml:2:5
          |
        2 | l: [{ $append: [1] }]
          |     ^^^^^^^^^^^^^^^^
          |
          = help: write the list itself
    "#]],
    );
    check(
        "//- base.yaml\na: 1\n//- staging.yaml\na: { $unset: true }\n//- set\na: { $unset: true }\n",
        &expect![[r#"
            (root): {}  # base.yaml:1
            (root) without a
              over unset  # staging.yaml:1
              over 1  # base.yaml:1
            error: `a` is not set, so `$unset` has nothing to work on
             --> set:1:4
              |
            1 | a: { $unset: true }
              |    ^^^^^^^^^^^^^^^^
              |
              = help: leave it out
            note: taken away by environment staging
             --> staging.yaml:1:1
              |
            1 | a: { $unset: true }
              | -
        "#]],
    );
}

#[test]
fn an_item_is_no_place_for_an_operator() {
    check(
        "//- base.yaml\nl: [a]\n//- prod.yaml\nl: { $append: [b, { $unset: true }] }\n",
        &expect![[r#"
            l: ["a","b"]  # prod.yaml:1
              over ["a"]  # base.yaml:1
            error: `l[2]` is not set, so `$unset` has nothing to work on
             --> prod.yaml:1:19
              |
            1 | l: { $append: [b, { $unset: true }] }
              |                   ^^^^^^^^^^^^^^^^
              |
              = help: leave it out
        "#]],
    );
}

#[test]
fn the_wrong_thing_to_work_on() {
    check(
        "//- base.yaml\na: 1\n//- prod.yaml\na: { $append: [1] }\n",
        &expect![[r#"
        a: 1  # base.yaml:1
        error: `$append` works on a list, `a` is a number
         --> prod.yaml:1:4
          |
        1 | a: { $append: [1] }
          |    ^^^^^^^^^^^^^^^^
          |
          = help: write the value itself
        note: a number, from base
         --> base.yaml:1:1
          |
        1 | a: 1
          | -
    "#]],
    );
    check(
        "//- base.yaml\na: x\n//- prod.yaml\na: { $remove: [x] }\n",
        &expect![[r#"
        a: "x"  # base.yaml:1
        error: `$remove` works on a list or a map, `a` is a string
         --> prod.yaml:1:4
          |
        1 | a: { $remove: [x] }
          |    ^^^^^^^^^^^^^^^^
          |
          = help: write the value itself
        note: a string, from base
         --> base.yaml:1:1
          |
        1 | a: x
          | -
    "#]],
    );
    check(
        "//- base.yaml\na: { $literal: [x] }\n//- prod.yaml\na: { $append: [y] }\n",
        &expect![[r#"
            a: ["x"]  literal -  # base.yaml:1
            error: `$append` works on a list, `a` is a literal
             --> prod.yaml:1:4
              |
            1 | a: { $append: [y] }
              |    ^^^^^^^^^^^^^^^^
              |
              = help: write the value itself
            note: a literal, from base
             --> base.yaml:1:1
              |
            1 | a: { $literal: [x] }
              | -
        "#]],
    );
    check(
        "//- base.yaml\na: 1\n//- prod.yaml\n$unset: true\n",
        &expect![[r#"
        a: 1  # base.yaml:1
        error: `$unset` cannot take away everything
         --> prod.yaml:1:1
          |
        1 | $unset: true
          | ^^^^^^^^^^^^
    "#]],
    );
}

#[test]
fn what_is_not_in_it() {
    check(
        "//- base.yaml\nl: [alpha, beta, 3]\n//- prod.yaml\nl: { $remove: [alhpa, 4] }\n",
        &expect![[r#"
            l: ["alpha","beta",3]  # prod.yaml:1
              over ["alpha","beta",3]  # base.yaml:1
            error: `l` has no item `alhpa`
             --> prod.yaml:1:16
              |
            1 | l: { $remove: [alhpa, 4] }
              |                ^^^^^
              |
              = note: it has `alpha`, `beta`, `3`
              = help: did you mean `alpha`?
            note: the list, from base
             --> base.yaml:1:1
              |
            1 | l: [alpha, beta, 3]
              | -
            error: `l` has no item `4`
             --> prod.yaml:1:23
              |
            1 | l: { $remove: [alhpa, 4] }
              |                       ^
              |
              = note: it has `alpha`, `beta`, `3`
            note: the list, from base
             --> base.yaml:1:1
              |
            1 | l: [alpha, beta, 3]
              | -
        "#]],
    );
    check(
        "//- base.yaml\nm: { A: 1, B: 1, C: 1, D: 1, E: 1, F: 1, G: 1, H: 1, IJK: 1 }\n//- prod.yaml\nm: { $remove: [IJ, 1] }\n",
        &expect![[r#"
            m.A: 1  # base.yaml:1
            m.B: 1  # base.yaml:1
            m.C: 1  # base.yaml:1
            m.D: 1  # base.yaml:1
            m.E: 1  # base.yaml:1
            m.F: 1  # base.yaml:1
            m.G: 1  # base.yaml:1
            m.H: 1  # base.yaml:1
            m.IJK: 1  # base.yaml:1
            error: `m` has no key `IJ`
             --> prod.yaml:1:16
              |
            1 | m: { $remove: [IJ, 1] }
              |                ^^
              |
              = note: it has `A`, `B`, `C`, `D`, `E`, `F`, `G`, `H`, and 1 more
              = help: did you mean `IJK`?
            note: the map, from base
             --> base.yaml:1:1
              |
            1 | m: { A: 1, B: 1, C: 1, D: 1, E: 1, F: 1, G: 1, H: 1, IJK: 1 }
              | -
            error: `$remove` takes keys of a map, found a number
             --> prod.yaml:1:20
              |
            1 | m: { $remove: [IJ, 1] }
              |                    ^
              |
              = help: write the names of the keys as texts
        "#]],
    );
    check(
        "//- base.yaml\nl: []\n//- prod.yaml\nl: { $remove: [x] }\n",
        &expect![[r#"
        l: []  # prod.yaml:1
          over []  # base.yaml:1
        error: `l` has no item `x`
         --> prod.yaml:1:16
          |
        1 | l: { $remove: [x] }
          |                ^
          |
          = note: it is empty
        note: the list, from base
         --> base.yaml:1:1
          |
        1 | l: []
          | -
    "#]],
    );
}
