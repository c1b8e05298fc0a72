//! Environments that would be one: names, states and secrets that two of them share; folders that are not for documents.

use expect_test::expect;

use super::{check, check_rendered};

const TARGETS: &str = "
targets:
  aws: { region: eu-central-1, state: { bucket: toys-state } }
  compose: {}
";

fn project(environments: &str, rest: &str) -> String {
    format!("//- mlgen.yaml\nsystem: toys\nenvironments:\n{environments}{TARGETS}{rest}")
}

#[test]
fn names_that_two_environments_share() {
    let environments = "  staging: { targets: [aws], names: { variable: production } }
  production: { targets: [aws], names: { namespace: toys-staging } }
  other: { targets: [aws], prefix: toys-production }
  local: { targets: [compose], prefix: toys-production, names: { variable: production } }
";
    check(
        &project(environments, ""),
        &expect![[r#"
        error: `staging` and `production` have the variable `production`: their secrets would have the same paths
         --> mlgen.yaml:4:3
          |
        4 |   production: { targets: [aws], names: { namespace: toys-staging } }
          |   ^^^^^^^^^^
          |
          = help: give each environment a variable of its own
        note: the other one
         --> mlgen.yaml:3:49
          |
        3 |   staging: { targets: [aws], names: { variable: production } }
          |                                                 ----------

        error: `staging` and `production` have the namespace `toys-staging`: their releases would lie in one place
         --> mlgen.yaml:4:53
          |
        4 |   production: { targets: [aws], names: { namespace: toys-staging } }
          |                                                     ^^^^^^^^^^^^
          |
          = help: give each environment a namespace of its own
        note: the other one
         --> mlgen.yaml:3:3
          |
        3 |   staging: { targets: [aws], names: { variable: production } }
          |   -------

        error: `production` and `other` have the prefix `toys-production`: their things would have the same names
         --> mlgen.yaml:5:36
          |
        5 |   other: { targets: [aws], prefix: toys-production }
          |                                    ^^^^^^^^^^^^^^^
          |
          = help: give each environment a prefix of its own
        note: the other one
         --> mlgen.yaml:4:3
          |
        4 |   production: { targets: [aws], names: { namespace: toys-staging } }
          |   ----------
    "#]],
    );
}

#[test]
fn folders_that_differ_in_case_alone() {
    let environments =
        "  staging: { targets: [aws], names: { folder: Production, values: PRODUCTION } }
  production: { targets: [aws] }
";
    check(
        &project(environments, ""),
        &expect![[r#"
        error: `folder` of `staging` and of `production` differ only in case: on macOS and Windows they are one
         --> mlgen.yaml:4:3
          |
        4 |   production: { targets: [aws] }
          |   ^^^^^^^^^^
          |
          = help: rename one of them
        note: the other one
         --> mlgen.yaml:3:47
          |
        3 |   staging: { targets: [aws], names: { folder: Production, values: PRODUCTION } }
          |                                               ----------

        error: `values` of `staging` and of `production` differ only in case: on macOS and Windows they are one
         --> mlgen.yaml:4:3
          |
        4 |   production: { targets: [aws] }
          |   ^^^^^^^^^^
          |
          = help: rename one of them
        note: the other one
         --> mlgen.yaml:3:67
          |
        3 |   staging: { targets: [aws], names: { folder: Production, values: PRODUCTION } }
          |                                                                   ----------
    "#]],
    );
}

#[test]
fn the_state_has_the_name_of_its_environment_alone() {
    let environments = "  staging: { targets: [aws], names: { variable: production } }
  production: { targets: [aws], names: { variable: live } }
";
    let spec = "//- configs/base/x.yaml\ncomponents: { bucket: }\n";
    check_rendered(
        &project(environments, spec),
        &[".tfbackend"],
        &expect![[r#"
        //- deploy/production/aws/production.s3.tfbackend
        # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

        bucket = "toys-state"
        key    = "toys/production/aws.tfstate"
        region = "eu-central-1"
        //- deploy/staging/aws/staging.s3.tfbackend
        # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

        bucket = "toys-state"
        key    = "toys/staging/aws.tfstate"
        region = "eu-central-1"
    "#]],
    );
}

#[test]
fn states_and_secrets_in_one_place() {
    let environments = "  staging: { targets: [aws] }\n  production: { targets: [aws] }\n";
    let target = "//- configs/base/x.yaml
secrets: { jwt: Signs tokens. }
components:
  secrets: { path: /toys }
//- modules/aws/target.yaml
writer: terraform
settings:
  region: { type: string }
  state: { type: \"object({ bucket = string })\" }
backend:
  type: s3
  settings: { key: toys.tfstate, bucket: \"${settings.state.bucket}\" }
secrets: { kind: secrets, inputs: { path: \"/${environment}\" } }
";
    check(
        &project(environments, target),
        &expect![[r#"
        error: `staging` for aws and `production` for aws would keep their secrets in the same place
         --> mlgen.yaml:4:3
          |
        4 |   production: { targets: [aws] }
          |   ^^^^^^^^^^
          |
          = help: let it depend on `${environment}`, or give each environment its own
        note: the other one
         --> mlgen.yaml:3:3
          |
        3 |   staging: { targets: [aws] }
          |   -------

        error: `staging` for aws and `production` for aws would keep their state in the same place
         --> mlgen.yaml:4:3
          |
        4 |   production: { targets: [aws] }
          |   ^^^^^^^^^^
          |
          = help: let it depend on `${environment}`, or give each environment its own
        note: the other one
         --> mlgen.yaml:3:3
          |
        3 |   staging: { targets: [aws] }
          |   -------
    "#]],
    );
}

#[test]
fn folders_that_are_not_for_documents() {
    let environments = "  staging: { targets: [aws] }\n";
    for (folder, expected) in [
        ("configs/envs/{environment}", "no documents go into `configs`: the spec is there"),
        ("./Configs", "no documents go into `configs`: the spec is there"),
        ("templates", "no documents go into `templates`: the templates are there"),
        (".mlgen/{environment}", "no documents go into `.mlgen`: mlgen keeps its own files there"),
        (".git", "no documents go into `.git`: git keeps its own files there"),
        (".github/workflows", "no documents go into `.github`: what lies there is run"),
        ("kinds/x", "no documents go into `kinds`: it is a catalogue"),
        ("/tmp/x/{environment}", "documents go into folders of the project"),
        ("C:/x", "documents go into folders of the project"),
        ("~/x", "documents go into folders of the project"),
        ("x/../../y", "documents go into folders of the project"),
        ("deploy/{env}", "this placeholder means nothing"),
        ("deploy/${environment}", "this placeholder means nothing"),
        ("deploy/con/{environment}", "Windows can have no `con`"),
    ] {
        let layout = format!("layout: {{ aws: \"{folder}\" }}\ncatalogues: [./kinds/]\n");
        let app = super::app(&project(environments, &layout), &[]);
        let told: Vec<_> = app.diagnostics();
        let [one] = told.as_slice() else { panic!("{folder}: {}", super::told(&app)) };
        assert_eq!(one.message, expected, "{folder}");
        let place = app.sources().position(one.span.unwrap());
        assert_eq!((place.path.as_str(), place.line), ("mlgen.yaml", 8), "{folder}");
        assert!(one.help.is_some());
    }
}

#[test]
fn names_that_are_no_files() {
    let environments = "  staging: { targets: [aws], prefix: \"a b${x}\", names: { folder: ../x, tfvars: a/b, values: con, namespace: A_b, variable: \"a b\" } }
  eu: { targets: [aws], names: { folder: eu/staging } }
";
    check(
        &project(environments, ""),
        &expect![[r#"
        error: names of things cannot begin like this
         --> mlgen.yaml:3:38
          |
        3 |   staging: { targets: [aws], prefix: "a b${x}", names: { folder: ../x, tfvars: a/b, values: con, namespace: A_b, variable: "a b" } }
          |                                      ^^^^^^^^^
          |
          = help: begin with a letter, then use a-z, 0-9 and -

        error: this cannot be the name of a file
         --> mlgen.yaml:3:66
          |
        3 |   staging: { targets: [aws], prefix: "a b${x}", names: { folder: ../x, tfvars: a/b, values: con, namespace: A_b, variable: "a b" } }
          |                                                                  ^^^^
          |
          = help: use letters, digits, `_`, `-` and `.`, and none of the names of devices of Windows

        error: this cannot be the name of a file
         --> mlgen.yaml:3:80
          |
        3 |   staging: { targets: [aws], prefix: "a b${x}", names: { folder: ../x, tfvars: a/b, values: con, namespace: A_b, variable: "a b" } }
          |                                                                                ^^^
          |
          = help: use letters, digits, `_`, `-` and `.`, and none of the names of devices of Windows

        error: this cannot be the name of a file
         --> mlgen.yaml:3:93
          |
        3 |   staging: { targets: [aws], prefix: "a b${x}", names: { folder: ../x, tfvars: a/b, values: con, namespace: A_b, variable: "a b" } }
          |                                                                                             ^^^
          |
          = help: use letters, digits, `_`, `-` and `.`, and none of the names of devices of Windows

        error: this cannot be the name of a namespace
         --> mlgen.yaml:3:109
          |
        3 |   staging: { targets: [aws], prefix: "a b${x}", names: { folder: ../x, tfvars: a/b, values: con, namespace: A_b, variable: "a b" } }
          |                                                                                                             ^^^
          |
          = help: use at most 63 of a-z, 0-9 and -, and no - at either end

        error: this cannot be the name of a file
         --> mlgen.yaml:3:124
          |
        3 |   staging: { targets: [aws], prefix: "a b${x}", names: { folder: ../x, tfvars: a/b, values: con, namespace: A_b, variable: "a b" } }
          |                                                                                                                            ^^^^^
          |
          = help: use letters, digits, `_`, `-` and `.`, and none of the names of devices of Windows
    "#]],
    );
    let device = "//- configs/base/x.yaml\ncomponents: { con: { kind: bucket }, com1: { kind: bucket }, com: { kind: bucket } }\n";
    check(
        device,
        &expect![[r#"
        error: `con` cannot be the name of a component
         --> configs/base/x.yaml:1:15
          |
        1 | components: { con: { kind: bucket }, com1: { kind: bucket }, com: { kind: bucket } }
          |               ^^^
          |
          = help: Windows has a device of this name, and no files

        error: `com1` cannot be the name of a component
         --> configs/base/x.yaml:1:38
          |
        1 | components: { con: { kind: bucket }, com1: { kind: bucket }, com: { kind: bucket } }
          |                                      ^^^^
          |
          = help: Windows has a device of this name, and no files
    "#]],
    );
}

#[test]
fn errors_of_the_project_come_alone() {
    let spec =
        "//- configs/base/x.yaml\ncomponents: { bucket: { nmae: x }, cdn: { kind: nothing } }\n";
    check(
        &project("  Bad: { targets: [aws] }\n", spec),
        &expect![[r#"
        error: this cannot be the name of an environment
         --> mlgen.yaml:3:3
          |
        3 |   Bad: { targets: [aws] }
          |   ^^^
          |
          = help: begin with a letter, then use a-z, 0-9 and -
    "#]],
    );
    check(
        &project("  staging: { targets: [aws], class: stagin }\n", spec),
        &expect![[r#"
        error: no component has anything for a class `stagin`
         --> mlgen.yaml:3:37
          |
        3 |   staging: { targets: [aws], class: stagin }
          |                                     ^^^^^^
          |
          = help: did you mean `staging`?
    "#]],
    );
}
