//! A map and something else in one place, in full.

use expect_test::expect;

use crate::merge::tests::check;

#[test]
fn a_map_and_something_else() {
    check(
        "//- base.yaml\nm: { a: 1 }\n//- prod.yaml\nm: text\n",
        &expect![[r#"
        m: "text"  # prod.yaml:1
          over {"a":1}  # base.yaml:1
        error: `m` is a map, a string cannot take its place
         --> prod.yaml:1:4
          |
        1 | m: text
          |    ^^^^ a string
          |
          = help: to exchange the whole value write `{ $replace: ... }`
        note: a map, from base
         --> base.yaml:1:1
          |
        1 | m: { a: 1 }
          | -
    "#]],
    );
    check(
        "//- base.yaml\nx:\n  l: [a]\n//- prod.yaml\nx:\n  l: { a: 1 }\n",
        &expect![[r#"
            x.l: a map  # prod.yaml:2
              over ["a"]  # base.yaml:2
            x.l.a: 1  # prod.yaml:2
            error: `x.l` is a list, a map cannot take its place
             --> prod.yaml:2:6
              |
            2 |   l: { a: 1 }
              |      ^^^^^^^^ a map
              |
              = help: to exchange the whole value write `{ $replace: ... }`
            note: a list, from base
             --> base.yaml:2:3
              |
            2 |   l: [a]
              |   -
        "#]],
    );
    check(
        "//- base.yaml\napi: { port: 1 }\n//- prod.yaml\napi:\n",
        &expect![[r#"
        api: null  # prod.yaml:1
          over {"port":1}  # base.yaml:1
        error: `api` is a map, null cannot take its place
         --> prod.yaml:1:4
          |
        1 | api:
          |    ^ null
          |
          = help: to take the map away write `{ $unset: true }`; else leave the key out
        note: a map, from base
         --> base.yaml:1:1
          |
        1 | api: { port: 1 }
          | ---
    "#]],
    );
    check(
        "//- base.yaml\nm: { $literal: { a: 1 } }\n//- prod.yaml\nm: { b: 2 }\n",
        &expect![[r#"
            m: a map  # prod.yaml:1
              over {"a":1}  # base.yaml:1
            m.b: 2  # prod.yaml:1
            error: `m` is a literal, a map cannot take its place
             --> prod.yaml:1:4
              |
            1 | m: { b: 2 }
              |    ^^^^^^^^ a map
              |
              = help: to exchange the whole value write `{ $replace: ... }`
            note: a literal, from base
             --> base.yaml:1:1
              |
            1 | m: { $literal: { a: 1 } }
              | -
        "#]],
    );
    check(
        "//- base.yaml\nm: { a: 1 }\n//- prod.yaml\n- x\n",
        &expect![[r#"
            (root): ["x"]  # prod.yaml:1
              over {"m":{"a":1}}  # base.yaml:1
            error: this is a map, a list cannot take its place
             --> prod.yaml:1:1
              |
            1 | - x
              | ^^^ a list
              |
              = help: to exchange the whole value write `{ $replace: ... }`
            note: a map, from base
             --> base.yaml:1:1
              |
            1 | m: { a: 1 }
              | -----------
        "#]],
    );
}
