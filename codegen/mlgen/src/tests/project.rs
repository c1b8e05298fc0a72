//! `mlgen.yaml` and `target.yaml`.

use expect_test::expect;

use super::{check, check_rendered};

#[test]
fn settings_of_targets() {
    check(
        r"//- mlgen.yaml
system: toys
environments: { staging: { targets: [aws] } }
targets:
  aws: { region: 3, state: { buckt: x }, stat: 1 }
",
        &expect![[r#"
            error: `aws.region` must be a string
             --> mlgen.yaml:4:18
              |
            4 |   aws: { region: 3, state: { buckt: x }, stat: 1 }
              |                  ^ a number

            error: `aws.state` needs `bucket`, a string
             --> mlgen.yaml:4:28
              |
            4 |   aws: { region: 3, state: { buckt: x }, stat: 1 }
              |                            ^^^^^^^^^^^^

            error: `aws.state` has no `buckt`
             --> mlgen.yaml:4:30
              |
            4 |   aws: { region: 3, state: { buckt: x }, stat: 1 }
              |                              ^^^^^
              |
              = help: did you mean `bucket`?

            error: target `aws` has no `stat`
             --> mlgen.yaml:4:42
              |
            4 |   aws: { region: 3, state: { buckt: x }, stat: 1 }
              |                                          ^^^^
              |
              = help: did you mean `state`?
        "#]],
    );
    check(
        r"//- mlgen.yaml
system: toys
environments: { staging: { targets: [azure] } }
targets: { azure: {} }
",
        &expect![[r#"
            error: the catalogue has no `azure`
             --> mlgen.yaml:3:12
              |
            3 | targets: { azure: {} }
              |            ^^^^^
              |
              = help: it has `aws` and `compose`
        "#]],
    );
}

#[test]
fn there_must_be_one() {
    check(
        r"//- mlgen.yaml
(none)
",
        &expect![[r#"
    error: there is no mlgen.yaml
     |
     = help: run `mlgen init` to begin a project
"#]],
    );
}

#[test]
fn what_it_needs() {
    check(
        r"//- mlgen.yaml
sytem: toys
targets: []
",
        &expect![[r#"
    error: mlgen.yaml has no `sytem`
     --> mlgen.yaml:1:1
      |
    1 | sytem: toys
      | ^^^^^
      |
      = help: did you mean `system`?

    error: mlgen.yaml needs `environments`
     --> mlgen.yaml:1:1
      |
    1 | sytem: toys
      | ^

    error: mlgen.yaml needs `system`
     --> mlgen.yaml:1:1
      |
    1 | sytem: toys
      | ^
"#]],
    );
}

#[test]
fn fields_and_names() {
    check(
        r"//- mlgen.yaml
system: Toys
title: 3
environments:
  Staging: { targets: [asw], clas: x, class: stagin, names: { folder: 3, foldr: x }, settings: { aws: { regon: x }, asw: {}, compose: 3 } }
  empty:
  production: { targets: [aws] }
targets:
  aws: { region: 3, state: { buckt: x }, stat: 1 }
  azure: {}
  compose: 1
layout: { awz: x }
",
        &expect![[r#"
    error: this cannot be the name of a system
     --> mlgen.yaml:1:9
      |
    1 | system: Toys
      |         ^^^^
      |
      = help: begin with a letter, then use a-z, 0-9 and -

    error: `title` must be a string
     --> mlgen.yaml:2:8
      |
    2 | title: 3
      |        ^ a number
      |
      = help: put it in quotes

    error: this cannot be the name of an environment
     --> mlgen.yaml:4:3
      |
    4 |   Staging: { targets: [asw], clas: x, class: stagin, names: { folder: 3, foldr: x }, settings: { aws: { regon: x }, asw: {}, compose:...
      |   ^^^^^^^
      |
      = help: begin with a letter, then use a-z, 0-9 and -

    error: `targets` has no `asw`
     --> mlgen.yaml:4:24
      |
    4 |   Staging: { targets: [asw], clas: x, class: stagin, names: { folder: 3, foldr: x }, settings: { aws: { regon: x }, asw: {}, compose:...
      |                        ^^^
      |
      = help: did you mean `aws`?

    error: environment `Staging` has no `clas`
     --> mlgen.yaml:4:30
      |
    4 |   Staging: { targets: [asw], clas: x, class: stagin, names: { folder: 3, foldr: x }, settings: { aws: { regon: x }, asw: {}, compose:...
      |                              ^^^^
      |
      = help: did you mean `class`?

    error: `folder` must be a string
     --> mlgen.yaml:4:71
      |
    4 |   Staging: { targets: [asw], clas: x, class: stagin, names: { folder: 3, foldr: x }, settings: { aws: { regon: x }, asw: {}, compose:...
      |                                                                       ^ a number
      |
      = help: put it in quotes

    error: `names` has no `foldr`
     --> mlgen.yaml:4:74
      |
    4 |   Staging: { targets: [asw], clas: x, class: stagin, names: { folder: 3, foldr: x }, settings: { aws: { regon: x }, asw: {}, compose:...
      |                                                                          ^^^^^
      |
      = help: did you mean `folder`?

    error: `targets` of mlgen.yaml has no `asw`
     --> mlgen.yaml:4:117
      |
    4 |   Staging: { targets: [asw], clas: x, class: stagin, names: { folder: 3, foldr: x }, settings: { aws: { regon: x }, asw: {}, compose:...
      |                                                                                                                     ^^^
      |
      = help: did you mean `aws`?

    error: settings of `compose` must be a map
     --> mlgen.yaml:4:135
      |
    4 | ...oldr: x }, settings: { aws: { regon: x }, asw: {}, compose: 3 } }
      |                                                                ^ a number

    error: environment `empty` has no `targets`
     --> mlgen.yaml:5:3
      |
    5 |   empty:
      |   ^^^^^
      |
      = help: write for instance `targets: [aws]`

    error: settings of `compose` must be a map
      --> mlgen.yaml:10:12
       |
    10 |   compose: 1
       |            ^ a number

    error: `targets` has no `awz`
      --> mlgen.yaml:11:11
       |
    11 | layout: { awz: x }
       |           ^^^
       |
       = help: did you mean `aws`?
"#]],
    );
}

#[test]
fn circles_and_aliases() {
    check(
        r"//- mlgen.yaml
system: toys
environments:
  a: { extends: b, targets: [compose], aliases: [x, c] }
  b: { extends: a, targets: [compose], aliases: [x] }
  c: { extends: c, targets: [compose] }
  d: { extends: e2, targets: [compose] }
targets: { compose: {} }
",
        &expect![[r#"
    error: `extends` goes in a circle: a -> b -> a
     --> mlgen.yaml:4:17
      |
    4 |   b: { extends: a, targets: [compose], aliases: [x] }
      |                 ^

    error: `x` already names an environment
     --> mlgen.yaml:4:50
      |
    4 |   b: { extends: a, targets: [compose], aliases: [x] }
      |                                                  ^
      |
    note: here
     --> mlgen.yaml:3:50
      |
    3 |   a: { extends: b, targets: [compose], aliases: [x, c] }
      |                                                  -

    error: `c` already names an environment
     --> mlgen.yaml:5:3
      |
    5 |   c: { extends: c, targets: [compose] }
      |   ^
      |
    note: here
     --> mlgen.yaml:3:53
      |
    3 |   a: { extends: b, targets: [compose], aliases: [x, c] }
      |                                                     -

    error: `extends` goes in a circle: c -> c
     --> mlgen.yaml:5:17
      |
    5 |   c: { extends: c, targets: [compose] }
      |                 ^

    error: there is no environment `e2`
     --> mlgen.yaml:6:17
      |
    6 |   d: { extends: e2, targets: [compose] }
      |                 ^^
"#]],
    );
}

#[test]
fn settings_that_are_not_given() {
    check(
        r"//- mlgen.yaml
system: toys
environments: { staging: { targets: [aws] } }
targets: { aws: }
",
        &expect![[r#"
    error: target `aws` needs the setting `region`
     --> mlgen.yaml:3:12
      |
    3 | targets: { aws: }
      |            ^^^
      |
      = help: Region of everything. Write it under `targets.aws` of mlgen.yaml

    error: target `aws` needs the setting `state`
     --> mlgen.yaml:3:12
      |
    3 | targets: { aws: }
      |            ^^^
      |
      = help: Where the state is kept. Write it under `targets.aws` of mlgen.yaml
"#]],
    );
}

#[test]
fn a_broken_target() {
    check(
        r"//- modules/aws/target.yaml
writer: terrafrm
//- modules/compose/target.yaml
writter: compose
",
        &expect![[r#"
    error: there is no such writer
     --> modules/aws/target.yaml:1:9
      |
    1 | writer: terrafrm
      |         ^^^^^^^^
      |
      = help: write terraform, helm or compose

    error: target.yaml has no `writter`
     --> modules/compose/target.yaml:1:1
      |
    1 | writter: compose
      | ^^^^^^^
      |
      = help: did you mean `writer`?

    error: target.yaml needs a `writer`
     --> modules/compose/target.yaml:1:1
      |
    1 | writter: compose
      | ^
      |
      = help: write terraform, helm or compose
"#]],
    );
}

#[test]
fn prefix_names_and_layout() {
    check_rendered(
        r#"//- mlgen.yaml
$schema: x
system: toys
environments:
  production:
    targets: [aws]
    prefix: pp
    names: { folder: prd, tfvars: prod, variable: PROD }
    settings: { aws: { region: us-east-1 } }
targets:
  aws: { region: r, state: { bucket: b } }
layout: { aws: "./infra/{environment}/" }
//- configs/base/x.yaml
components:
  network: {}
  api: { kind: service, environment: { E: "${environment}", R: "${region}", S: "in ${settings.region}", B: "${settings.state.bucket}" } }
"#,
        &[""],
        &expect![[r#"
    //- infra/prd/api.tf
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    variable "api_environment_b" {
      description = "B: What the program reads."
      type        = string
    }

    module "api" {
      source = "../../modules/aws/service"

      name = "${var.prefix}-api"

      environment = {
        B = var.api_environment_b
        E = var.environment
        R = var.aws_region
        S = "in ${var.aws_region}"
      }
    }
    //- infra/prd/network.tf
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    module "network" {
      source = "../../modules/aws/network"

      name = "${var.prefix}-network"
    }
    //- infra/prd/prod.s3.tfbackend
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    bucket = "b"
    key    = "toys/production/aws.tfstate"
    region = "us-east-1"
    //- infra/prd/prod.tfvars
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    environment = "PROD"
    prefix      = "pp"
    aws_region  = "us-east-1"

    # api: service
    api_environment_b = "b"
    //- infra/prd/terraform.tf
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    terraform {
      required_version = ">= 1.11"

      # The rest is in <environment>.s3.tfbackend.
      backend "s3" {
        encrypt = true
      }
    }
    //- infra/prd/variables.tf
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    variable "environment" {
      description = "Environment that this stack is."
      type        = string
    }

    variable "prefix" {
      description = "Prefix of the names of everything in this environment."
      type        = string
    }

    variable "aws_region" {
      description = "Region of everything."
      type        = string
    }
"#]],
    );
}

#[test]
fn a_setting_without_a_variable_differs_by_a_variable() {
    check_rendered(
        r#"//- mlgen.yaml
system: toys
environments:
  staging: { targets: [aws] }
  production: { targets: [aws], settings: { aws: { state: { bucket: p } } } }
targets:
  aws: { region: r, state: { bucket: b } }
//- configs/base/x.yaml
components:
  api: { kind: service, environment: { B: "${settings.state.bucket}" } }
"#,
        &["api.tf", ".tfvars"],
        &expect![[r#"
    //- deploy/production/aws/api.tf
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    variable "api_environment_b" {
      description = "B: What the program reads."
      type        = string
    }

    module "api" {
      source = "../../../modules/aws/service"

      name        = "${var.prefix}-api"
      environment = { B = var.api_environment_b }
    }
    //- deploy/production/aws/production.tfvars
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    environment = "production"
    prefix      = "toys-production"
    aws_region  = "r"

    # api: service
    api_environment_b = "p"
    //- deploy/staging/aws/api.tf
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    variable "api_environment_b" {
      description = "B: What the program reads."
      type        = string
    }

    module "api" {
      source = "../../../modules/aws/service"

      name        = "${var.prefix}-api"
      environment = { B = var.api_environment_b }
    }
    //- deploy/staging/aws/staging.tfvars
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    environment = "staging"
    prefix      = "toys-staging"
    aws_region  = "r"

    # api: service
    api_environment_b = "b"
"#]],
    );
}
