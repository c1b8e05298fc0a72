//! Operators that are written wrongly, in full.

use expect_test::expect;

use crate::merge::tests::check;

#[test]
fn operators_with_wrong_arguments() {
    check(
        "//- base.yaml\na: [1]\n//- prod.yaml\na: { $append: x }\n",
        &expect![[r#"
        a: [1]  # base.yaml:1
        error: `$append` takes a list, found a string
         --> prod.yaml:1:15
          |
        1 | a: { $append: x }
          |               ^
          |
          = help: write `{ $append: [...] }`
    "#]],
    );
    check(
        "//- base.yaml\na: [1]\n//- prod.yaml\na: { $remove: { x: 1 } }\n",
        &expect![[r#"
        a: [1]  # base.yaml:1
        error: `$remove` takes a list, found a map
         --> prod.yaml:1:15
          |
        1 | a: { $remove: { x: 1 } }
          |               ^^^^^^^^
          |
          = help: write `{ $remove: [...] }`
    "#]],
    );
    check(
        "//- base.yaml\na: [1]\n//- prod.yaml\na: { $unset: false }\n",
        &expect![[r#"
            a: [1]  # base.yaml:1
            error: `$unset` takes `true`, found `false`
             --> prod.yaml:1:14
              |
            1 | a: { $unset: false }
              |              ^^^^^
              |
              = help: write `{ $unset: true }`, or leave the key out
        "#]],
    );
    check(
        "//- base.yaml\na: { $literal: 1, reason: \"\" }\n",
        &expect![[r#"
            (root): {}  # base.yaml:1
            error: `reason` must be a text, found an empty one
             --> base.yaml:1:27
              |
            1 | a: { $literal: 1, reason: "" }
              |                           ^^
              |
              = help: say why this very value is right, or leave `reason` out
        "#]],
    );
    check(
        "//- base.yaml\na: { $literal: 1, reason: [x] }\n",
        &expect![[r#"
            (root): {}  # base.yaml:1
            error: `reason` must be a text, found a list
             --> base.yaml:1:27
              |
            1 | a: { $literal: 1, reason: [x] }
              |                           ^^^
              |
              = help: say why this very value is right, or leave `reason` out
        "#]],
    );
}

#[test]
fn operators_with_wrong_names() {
    check(
        "//- base.yaml\na: [1]\n//- prod.yaml\na: { $apend: [2] }\n",
        &expect![[r#"
        a: [1]  # base.yaml:1
        error: there is no operator `$apend`
         --> prod.yaml:1:6
          |
        1 | a: { $apend: [2] }
          |      ^^^^^^
          |
          = note: there are `$append`, `$literal`, `$remove`, `$replace`, `$unset`
          = help: did you mean `$append`?
    "#]],
    );
    check(
        "//- base.yaml\na: { $ref: x }\n",
        &expect![[r#"
            (root): {}  # base.yaml:1
            error: there is no operator `$ref`
             --> base.yaml:1:6
              |
            1 | a: { $ref: x }
              |      ^^^^
              |
              = note: there are `$append`, `$literal`, `$remove`, `$replace`, `$unset`
              = help: write data whose keys begin with `$` as `{ $literal: ... }`
        "#]],
    );
    check(
        "//- base.yaml\na: [1]\n//- prod.yaml\na: { $append: [1], $remove: [2] }\n",
        &expect![[r#"
            a: [1]  # base.yaml:1
            error: `$remove` cannot stand beside `$append`
             --> prod.yaml:1:20
              |
            1 | a: { $append: [1], $remove: [2] }
              |                    ^^^^^^^
              |
              = help: an operator stands alone in its map
        "#]],
    );
    check(
        "//- base.yaml\na: [1]\n//- prod.yaml\na: { b: 2, $append: [1] }\n",
        &expect![[r#"
        a: [1]  # base.yaml:1
        error: `b` cannot stand beside `$append`
         --> prod.yaml:1:6
          |
        1 | a: { b: 2, $append: [1] }
          |      ^
          |
          = help: an operator stands alone in its map
    "#]],
    );
    check(
        "//- base.yaml\na: { $literal: 1, why: x }\n",
        &expect![[r#"
            (root): {}  # base.yaml:1
            error: `why` cannot stand beside `$literal`
             --> base.yaml:1:19
              |
            1 | a: { $literal: 1, why: x }
              |                   ^^^
              |
              = help: only `reason` can
        "#]],
    );
    check(
        "//- base.yaml\na: 1\nb: $unset\n//- prod.yaml\na: $append\n",
        &expect![[r#"
        a: 1  # base.yaml:1
        error: `$unset` is a text here, not an operator
         --> base.yaml:2:4
          |
        2 | b: $unset
          |    ^^^^^^
          |
          = help: write `{ $unset: true }`
        error: `$append` is a text here, not an operator
         --> prod.yaml:1:4
          |
        1 | a: $append
          |    ^^^^^^^
          |
          = help: write `{ $append: [...] }`
    "#]],
    );
}
