//! What errors say, where the usual words would send people the wrong way.

use expect_test::expect;

use super::{app, check, check_components, check_set, told};

#[test]
fn a_target_that_the_project_does_not_have() {
    check(
        "//- mlgen.yaml
system: toys
environments: { staging: { targets: [aws] } }
targets:
  aws: { region: eu-central-1, state: { bucket: x } }
//- configs/base/x.yaml
components:
  api: { kind: service, compose: { image: x } }
",
        &expect![[r#"
            error: `compose` is a target, but not one of mlgen.yaml
             --> configs/base/x.yaml:2:25
              |
            2 |   api: { kind: service, compose: { image: x } }
              |                         ^^^^^^^
              |
              = help: add `compose: {}` under `targets` of mlgen.yaml, or leave this section out
        "#]],
    );
}

#[test]
fn numbers_that_are_none() {
    let sizes = "a: { kind: database, network: \"${n}\", size: 0800 }
b: { kind: database, network: \"${n}\", size: 1e4 }
c: { kind: database, network: \"${n}\", size: \"100\" }
n: { kind: network }";
    check_components(
        sizes,
        &expect![[r#"
        error: `a.size` must be a number
         --> configs/base/x.yaml:2:47
          |
        2 |   a: { kind: database, network: "${n}", size: 0800 }
          |                                               ^^^^ a string
          |
          = help: write a decimal number, without a leading 0 and an exponent

        error: `b.size` must be a number
         --> configs/base/x.yaml:3:47
          |
        3 |   b: { kind: database, network: "${n}", size: 1e4 }
          |                                               ^^^ a string
          |
          = help: write a decimal number, without a leading 0 and an exponent

        error: `c.size` must be a number
         --> configs/base/x.yaml:4:47
          |
        4 |   c: { kind: database, network: "${n}", size: "100" }
          |                                               ^^^^^ a string
          |
          = help: write it without quotes
    "#]],
    );
}

#[test]
fn a_tab_is_where_it_is() {
    check(
        "//- configs/base/x.yaml\ncomponents:\n  api:\n    kind: service\n\tenvironment: {}\n",
        &expect![[r#"
            error: a tab cannot indent
             --> configs/base/x.yaml:4:1
              |
            4 |     environment: {}
              | ^^^^
              |
              = help: indent with spaces
        "#]],
    );
    check(
        "//- configs/base/x.yaml\ncomponents:\n\tapi:\n",
        &expect![[r#"
        error: a tab cannot indent
         --> configs/base/x.yaml:2:1
          |
        2 |     api:
          | ^^^^
          |
          = help: indent with spaces
    "#]],
    );
}

#[test]
fn one_rule_for_texts_around_secrets() {
    let spec = "//- modules/compose/service/component.yaml
summary: A program.
inputs:
  name: { type: string }
  image: { type: string, default: scratch }
  secrets: { type: \"map(object({ name = secret, key = string }))\", default: {} }
service: { image: \"${image}\" }
//- configs/base/x.yaml
secrets: { jwt: Signs tokens. }
components:
  api: { kind: service, secrets: { URL: \"pg://${secret.jwt}@x\" } }
";
    check(
        spec,
        &expect![[r#"
        error: `api.secrets.URL` must be one reference to a secret, not a text around it
         --> configs/base/x.yaml:3:41
          |
        3 |   api: { kind: service, secrets: { URL: "*****${secret.jwt}**" } }
          |                                         ^^^^^^^^^^^^^^^^^^^^^^
          |
          = help: only where a secret is kept is known here, not its value: keep the whole text as the secret, or hand over its parts
    "#]],
    );
}

#[test]
fn a_value_for_the_targets_that_take_it() {
    let spec = "//- mlgen.yaml
system: toys
environments: { staging: { targets: [aws, compose] } }
targets:
  aws: { region: eu-central-1, state: { bucket: x } }
  compose: {}
//- configs/base/x.yaml
components: { api: { kind: service } }
";
    let rendered = app(spec, &["api.image_tag=v7"]);
    assert!(!rendered.has_errors(), "{}", told(&rendered));
    let documents = super::documents(&rendered);
    let has = |ending: &str| {
        documents.iter().any(|(path, text)| path.ends_with(ending) && text.contains("v7"))
    };
    assert!(has("api.tf") && !has("compose.yaml"), "{documents:#?}");
    check_set(
        spec,
        &["api.image_tga=v7"],
        &expect![[r#"
            error: `api` (kind `service`) has no input `image_tga` for aws and compose
             --> --set:1:1
              |
            1 | api.image_tga=v7
              | ^^^^^^^^^^^^^
              |
              = help: did you mean `image_tag`?
        "#]],
    );
}

#[test]
fn what_a_rule_needs_is_told_at_its_own_target() {
    let spec = "//- mlgen.yaml
system: toys
environments: { staging: { targets: [aws, other] } }
targets:
  aws: { region: eu-central-1, state: { bucket: x } }
  other: {}
//- modules/other/target.yaml
writer: terraform
secrets: { kind: secrets }
//- modules/other/secrets/variables.tf
variable \"network\" { type = string }
variable \"secrets\" { type = map(object({ description = string })) }
variable \"values\" {
  type      = map(string)
  ephemeral = true
}
//- modules/other/secrets/outputs.tf
output \"references\" { value = {} }
//- configs/base/x.yaml
secrets: { jwt: Signs tokens. }
components: { bucket: { targets: [aws] } }
";
    check(
        spec,
        &expect![[r#"
        error: `secrets` needs `network` for other in staging
         --> mlgen.yaml:5:3
          |
        5 |   other: {}
          |   ^^^^^ `network` is a string
    "#]],
    );
}

#[test]
fn a_text_without_nul() {
    check(
        "//- configs/base/x.yaml\ncomponents: { bucket: { name: \"a\\0b\" } }\n",
        &expect![[r#"
            error: a text cannot hold the character U+0000
             --> configs/base/x.yaml:1:31
              |
            1 | components: { bucket: { name: "a\0b" } }
              |                               ^^^^^^
              |
              = help: take it away: nothing that is rendered could hold it
        "#]],
    );
}
