//! Values that are stated on the command line, and literally.

use expect_test::{Expect, expect};

use super::app;

#[track_caller]
fn check_set(set: &str, expected: &Expect) {
    let project = r"//- configs/base/x.yaml
components:
  network: {}
documents:
  one: { template: t.txt, path: one.txt, title: plain, more: { a: 1, b: 2 } }
//- templates/t.txt
{{title}} {{more.a}} {{more.b}}
";
    let app = app(project, &[set]);
    let mut shown = super::told(&app);
    shown.extend(super::documents(&app).remove("one.txt"));
    expected.assert_eq(&shown);
}

#[test]
fn settings_of_documents_are_set() {
    check_set(
        "documents.one.title=other",
        &expect![[r#"
        other 1 2
    "#]],
    );
    check_set(
        "documents.one.more.b=3",
        &expect![[r#"
        plain 1 3
    "#]],
    );
}

#[test]
fn settings_of_documents_that_cannot_be() {
    check_set(
        "documents.oen.title=other",
        &expect![[r#"
        error: there is no document `oen`
         --> --set:1:1
          |
        1 | documents.oen.title=other
          | ^^^^^^^^^^^^^^^^^^^
          |
          = help: did you mean `one`?
    "#]],
    );
    check_set(
        "documents.one.path=other",
        &expect![[r#"
        error: `path` cannot be set on the command line
         --> --set:1:1
          |
        1 | documents.one.path=other
          | ^^^^^^^^^^^^^^^^^^
          |
          = help: write it in configs/
    "#]],
    );
    check_set(
        "documents.one=other",
        &expect![[r#"
        error: a setting needs its name
         --> --set:1:1
          |
        1 | documents.one=other
          | ^^^^^^^^^^^^^
          |
          = help: write `documents.one.setting=value`
    "#]],
    );
    check_set(
        "documents=other",
        &expect![[r#"
        error: a setting of a document needs its name
         --> --set:1:1
          |
        1 | documents=other
          | ^^^^^^^^^^^^^^^
          |
          = help: write `documents.name.setting=value`
    "#]],
    );
}

#[test]
fn literals_are_listed() {
    let project = r#"//- configs/base/x.yaml
components:
  database:
    network: { id: x }
    size: { $literal: 10, reason: an old one }
  service:
    environment: { A: { $literal: "${b}" } }
    peers: [1, { $literal: 2, reason: two }]
//- configs/envs/staging/x.yaml
components:
  database:
    max_size: { $literal: 5 }
"#;
    let app = app(project, &[]);
    let all = app.literals(&crate::Choice::default());
    let all: Vec<String> =
        all.iter().map(|one| serde_json::to_string(one).expect("plain data")).collect();
    expect![[r#"
        {"path":"database.size","file":"configs/base/x.yaml","line":4,"reason":"an old one","environments":["staging","production"],"targets":["aws"]}
        {"path":"service.environment.A","file":"configs/base/x.yaml","line":6,"reason":null,"environments":["staging","production"],"targets":["aws"]}
        {"path":"service.peers[1]","file":"configs/base/x.yaml","line":7,"reason":"two","environments":["staging","production"],"targets":["aws"]}
        {"path":"database.max_size","file":"configs/envs/staging/x.yaml","line":3,"reason":null,"environments":["staging"],"targets":["aws"]}"#]].assert_eq(&all.join("\n"));
    let production = crate::Choice { environments: vec!["production".into()], targets: vec![] };
    assert_eq!(app.literals(&production).len(), 3);
}
