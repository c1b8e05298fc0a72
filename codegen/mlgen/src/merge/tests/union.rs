//! Files of one layer.

use expect_test::{Expect, expect};

use crate::merge::{Layer, LayerName, fixture, merge, union};
use crate::source::Sources;

#[track_caller]
fn check(files: &str, expected: &Expect) {
    let mut sources = Sources::default();
    let fragments = fixture::layers(&mut sources, files).into_iter().map(|layer| layer.node);
    let (whole, diags) = union(fragments.collect());
    let tree = whole.map(|node| merge(vec![Layer { name: LayerName::Base, node }]).0);
    let shown = tree.map_or("nothing\n".to_owned(), |tree| fixture::show(&tree, &sources));
    expected.assert_eq(&(shown + &fixture::told(diags, &sources)));
}

#[test]
fn files_add_up() {
    check(
        "//- a.yaml\ncomponents:\n  api: { port: 1 }\n//- b.yaml\ncomponents:\n  cache: {}\n  api:\n    cpu: 2\nsecrets: { x: y }\n//- c.yaml\n# nothing\n",
        &expect![[r#"
            components.api.port: 1  # a.yaml:2
            components.api.cpu: 2  # b.yaml:4
            components.cache: {}  # b.yaml:2
            secrets.x: "y"  # b.yaml:5
        "#]],
    );
    check(
        "",
        &expect![[r#"
        nothing
    "#]],
    );
}

#[test]
fn what_speaks_to_editors_is_left_out() {
    check(
        "//- a.json\n{ \"$schema\": \"x.json\", \"a\": 1 }\n//- b.json\n{ \"$schema\": \"x.json\" }\n",
        &expect![[r#"
            a: 1  # a.json:1
        "#]],
    );
}

#[test]
fn none_of_them_wins() {
    check(
        "//- a.yaml\napi: { port: 1, env: { A: a } }\nl: [1]\n//- b.yaml\nl: [1]\napi:\n  env: text\n  port: 1\n",
        &expect![[r#"
            api.port: 1  # a.yaml:1
            api.env.A: "a"  # a.yaml:1
            l: [1]  # a.yaml:2
            error: `l` is set by two files of one layer
             --> b.yaml:1:1
              |
            1 | l: [1]
              | ^ again
              |
              = help: keep one of the two; what shall win belongs into a later layer
            note: it is set here already
             --> a.yaml:2:1
              |
            2 | l: [1]
              | -
            error: `api.env` is set by two files of one layer
             --> b.yaml:3:3
              |
            3 |   env: text
              |   ^^^ again
              |
              = help: keep one of the two; what shall win belongs into a later layer
            note: it is set here already
             --> a.yaml:1:17
              |
            1 | api: { port: 1, env: { A: a } }
              |                 ---
            error: `api.port` is set by two files of one layer
             --> b.yaml:4:3
              |
            4 |   port: 1
              |   ^^^^ again
              |
              = help: keep one of the two; what shall win belongs into a later layer
            note: it is set here already
             --> a.yaml:1:8
              |
            1 | api: { port: 1, env: { A: a } }
              |        ----
        "#]],
    );
    check(
        "//- a.yaml\nl: { x: 1 }\nm: { $append: [1] }\nn: { $remove: [x] }\n//- b.yaml\nl: { $remove: [x] }\nm: { $append: [2] }\nn: { x: 1 }\n",
        &expect![[r#"
            l.x: 1  # a.yaml:1
            error: `l` is set by two files of one layer
             --> b.yaml:1:1
              |
            1 | l: { $remove: [x] }
              | ^ again
              |
              = help: keep one of the two; what shall win belongs into a later layer
            note: it is set here already
             --> a.yaml:1:1
              |
            1 | l: { x: 1 }
              | -
            error: `m` is set by two files of one layer
             --> b.yaml:2:1
              |
            2 | m: { $append: [2] }
              | ^ again
              |
              = help: keep one of the two; what shall win belongs into a later layer
            note: it is set here already
             --> a.yaml:2:1
              |
            2 | m: { $append: [1] }
              | -
            error: `n` is set by two files of one layer
             --> b.yaml:3:1
              |
            3 | n: { x: 1 }
              | ^ again
              |
              = help: keep one of the two; what shall win belongs into a later layer
            note: it is set here already
             --> a.yaml:3:1
              |
            3 | n: { $remove: [x] }
              | -
        "#]],
    );
}

#[test]
fn a_file_is_a_map() {
    check(
        "//- a.yaml\n- x\n//- b.yaml\na: 1\n//- c.yaml\ntext\n",
        &expect![[r#"
        a: 1  # b.yaml:1
        error: a file must hold a map, found a list
         --> a.yaml:1:1
          |
        1 | - x
          | ^^^
          |
          = help: begin with `components:`
        error: a file must hold a map, found a string
         --> c.yaml:1:1
          |
        1 | text
          | ^^^^
          |
          = help: begin with `components:`
    "#]],
    );
}
