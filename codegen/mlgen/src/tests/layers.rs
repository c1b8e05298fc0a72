//! Which file may say what about what.

use expect_test::expect;

use super::{check, check_rendered};

#[test]
fn overriding_nothing() {
    check(
        r"//- configs/base/x.yaml
components:
  network: {}
  cdn: { environments: [production], bucket: { domain: x } }
  local: { kind: service, targets: [compose] }
//- configs/envs/staging/x.yaml
components:
  netwrk: { cidr: x }
  extra: { cidr: x }
  cdn: { name: x }
  local: { image: x }
  network:
    compose: { x: 1 }
",
        &expect![[r#"
    error: no file of configs/base has a component `netwrk`
     --> configs/envs/staging/x.yaml:2:3
      |
    2 |   netwrk: { cidr: x }
      |   ^^^^^^
      |
      = help: did you mean `network`?

    error: no file of configs/base has a component `extra`
     --> configs/envs/staging/x.yaml:3:3
      |
    3 |   extra: { cidr: x }
      |   ^^^^^
      |
      = help: a component that only this environment has needs a `kind`

    error: `cdn` is absent in staging, so there is nothing to override
     --> configs/envs/staging/x.yaml:4:3
      |
    4 |   cdn: { name: x }
      |   ^^^
      |
    note: here it says where the component exists
     --> configs/base/x.yaml:3:25
      |
    3 |   cdn: { environments: [production], bucket: { domain: x } }
      |                         ----------

    error: `local` is absent in staging, so there is nothing to override
     --> configs/envs/staging/x.yaml:5:3
      |
    5 |   local: { image: x }
      |   ^^^^^
      |
    note: here it says where the component exists
     --> configs/base/x.yaml:4:37
      |
    4 |   local: { kind: service, targets: [compose] }
      |                                     -------

    error: staging has no `network` for compose, so nothing reads this
     --> configs/envs/staging/x.yaml:7:5
      |
    7 |     compose: { x: 1 }
      |     ^^^^^^^
"#]],
    );
}

#[test]
fn what_it_is_and_where_is_said_in_the_base() {
    check(
        r"//- configs/base/x.yaml
components:
  network: {}
  api: { source: a/b/aws }
//- configs/envs/staging/x.yaml
components:
  network: { kind: database, environments: [staging] }
  api: { source: c/d/aws }
",
        &expect![[r#"
    error: where a component exists is said where it is declared
     --> configs/envs/staging/x.yaml:2:3
      |
    2 |   network: { kind: database, environments: [staging] }
      |   ^^^^^^^
      |
    note: write `targets` and `environments` here
     --> configs/base/x.yaml:2:3
      |
    2 |   network: {}
      |   -------

    error: the kind of a component is the same in every environment
     --> configs/envs/staging/x.yaml:2:20
      |
    2 |   network: { kind: database, environments: [staging] }
      |                    ^^^^^^^^
      |
    note: it is declared here
     --> configs/base/x.yaml:2:3
      |
    2 |   network: {}
      |   -------

    error: the source of a component is the same in every environment
     --> configs/envs/staging/x.yaml:3:18
      |
    3 |   api: { source: c/d/aws }
      |                  ^^^^^^^
      |
    note: it is declared here
     --> configs/base/x.yaml:3:3
      |
    3 |   api: { source: a/b/aws }
      |   ---
"#]],
    );
}

#[test]
fn components_of_one_environment() {
    check_rendered(
        r#"//- configs/envs/staging/x.yaml
components:
  extra: { kind: network, cidr: 10.9.0.0/16 }
  api: { kind: service, environment: { N: "${extra.id}" } }
"#,
        &[".tf", ".tfvars"],
        &expect![[r#"
    //- deploy/production/aws/production.tfvars
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    environment = "production"
    prefix      = "toys"
    aws_region  = "eu-central-1"
    //- deploy/production/aws/terraform.tf
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    terraform {
      required_version = ">= 1.11"

      # The rest is in <environment>.s3.tfbackend.
      backend "s3" {
        encrypt = true
      }
    }
    //- deploy/production/aws/variables.tf
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
    //- deploy/staging/aws/api.tf
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    module "api" {
      source = "../../../modules/aws/service"

      name        = "${var.prefix}-api"
      environment = { N = module.extra.id }
    }
    //- deploy/staging/aws/extra.tf
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    variable "extra_cidr" {
      description = "Range of its addresses."
      type        = string
    }

    module "extra" {
      source = "../../../modules/aws/network"

      name = "${var.prefix}-extra"
      cidr = var.extra_cidr
    }
    //- deploy/staging/aws/staging.tfvars
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    environment = "staging"
    prefix      = "toys-staging"
    aws_region  = "eu-central-1"

    # extra: network
    extra_cidr = "10.9.0.0/16"
    //- deploy/staging/aws/terraform.tf
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    terraform {
      required_version = ">= 1.11"

      # The rest is in <environment>.s3.tfbackend.
      backend "s3" {
        encrypt = true
      }
    }
    //- deploy/staging/aws/variables.tf
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
fn what_another_environment_alone_has() {
    check(
        r#"//- configs/base/x.yaml
components:
  api: { kind: service, environment: { N: "${extra.id}" } }
//- configs/envs/staging/x.yaml
components:
  extra: { kind: network }
"#,
        &expect![[r#"
    error: `extra` is absent in production
     --> configs/base/x.yaml:2:44
      |
    2 |   api: { kind: service, environment: { N: "${extra.id}" } }
      |                                            ^^^^^^^^^^^
      |
      = help: write ${extra.id?} to leave the value out where there is no `extra`
    note: staging alone has it
     --> configs/envs/staging/x.yaml:2:3
      |
    2 |   extra: { kind: network }
      |   -----
"#]],
    );
}

#[test]
fn one_name_two_kinds() {
    check(
        r"//- configs/envs/staging/x.yaml
components:
  extra: { kind: network }
//- configs/envs/production/x.yaml
components:
  extra: { kind: bucket }
",
        &expect![[r#"
    error: `extra` is something else in staging
     --> configs/envs/production/x.yaml:2:3
      |
    2 |   extra: { kind: bucket }
      |   ^^^^^
      |
      = help: a component of one name is of one kind in every environment
    note: there it is aws/network
     --> configs/envs/staging/x.yaml:2:3
      |
    2 |   extra: { kind: network }
      |   -----
"#]],
    );
}

#[test]
fn two_files_of_one_layer() {
    check(
        r"//- configs/base/a.yaml
targets: [aws]
components:
  network: { cidr: 10.0.0.0/8 }
  api: { kind: service, environments: [staging] }
  web: { source: a/b }
inputs: { tag: x }
//- configs/base/b.yaml
targets: [aws]
components:
  network: { cidr: 10.0.0.0/9 }
  api: { kind: bucket, environments: [production] }
  web: { source: c/d }
inputs: { tag: y }
",
        &expect![[r#"
    error: `cidr` is set by two files of one layer
     --> configs/base/b.yaml:3:14
      |
    3 |   network: { cidr: 10.0.0.0/9 }
      |              ^^^^ again
      |
      = help: keep one of the two; what shall win belongs into a later layer
    note: it is set here already
     --> configs/base/a.yaml:3:14
      |
    3 |   network: { cidr: 10.0.0.0/8 }
      |              ----

    error: this component stands in two files that differ in where it exists
     --> configs/base/b.yaml:4:3
      |
    4 |   api: { kind: bucket, environments: [production] }
      |   ^^^
      |
      = help: say `targets` and `environments` in one place, at the component
    note: here it stands first
     --> configs/base/a.yaml:4:3
      |
    4 |   api: { kind: service, environments: [staging] }
      |   ---

    error: the kind is `service` already
     --> configs/base/b.yaml:4:16
      |
    4 |   api: { kind: bucket, environments: [production] }
      |                ^^^^^^
      |
      = help: say it in one place
    note: here
     --> configs/base/a.yaml:4:16
      |
    4 |   api: { kind: service, environments: [staging] }
      |                -------

    error: the component has a source already
     --> configs/base/b.yaml:5:18
      |
    5 |   web: { source: c/d }
      |                  ^^^
      |
      = help: say it in one place
    note: here
     --> configs/base/a.yaml:5:18
      |
    5 |   web: { source: a/b }
      |                  ---

    error: `tag` is already there
     --> configs/base/b.yaml:6:11
      |
    6 | inputs: { tag: y }
      |           ^^^
      |
    note: here
     --> configs/base/a.yaml:6:11
      |
    6 | inputs: { tag: x }
      |           ---
"#]],
    );
}

#[test]
fn two_files_of_one_layer_that_agree() {
    check_rendered(
        r"//- configs/base/a.yaml
targets: [aws]
components:
  network: { cidr: 10.0.0.0/8 }
//- configs/base/b.yaml
$schema: ../schema.json
targets: [aws]
components:
  network: { name: n }
",
        &["production/aws/network.tf"],
        &expect![[r#"
    //- deploy/production/aws/network.tf
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    module "network" {
      source = "../../../modules/aws/network"

      name = "n"
      cidr = "10.0.0.0/8"
    }
"#]],
    );
}

#[test]
fn files_that_nothing_reads() {
    check(
        r"//- configs/x.yaml
components: {}
//- configs/envs/staging.yaml
components: {}
//- configs/envs/stagin/x.yaml
components: {}
//- configs/envs/prod/x.yaml
components: {}
//- configs/base/README.md
Words.
",
        &expect![[r#"
    error: `configs/envs/prod/x.yaml` is of no environment
     --> configs/envs/prod/x.yaml:1:1
      |
    1 | components: {}
      | ^
      |
      = help: `prod` is an alias: rename the folder to `production`

    error: `configs/envs/stagin/x.yaml` is of no environment
     --> configs/envs/stagin/x.yaml:1:1
      |
    1 | components: {}
      | ^
      |
      = help: did you mean `staging`?

    error: nothing reads `configs/envs/staging.yaml`
     --> configs/envs/staging.yaml:1:1
      |
    1 | components: {}
      | ^
      |
      = help: move it to configs/base/ or to configs/envs/<environment>/

    error: nothing reads `configs/x.yaml`
     --> configs/x.yaml:1:1
      |
    1 | components: {}
      | ^
      |
      = help: move it to configs/base/ or to configs/envs/<environment>/
"#]],
    );
}

#[test]
fn environments_extend_each_other() {
    check_rendered(
        r"//- mlgen.yaml
system: toys
environments:
  staging: { targets: [aws], class: staging }
  canary: { extends: staging, prefix: c }
targets:
  aws: { region: r, state: { bucket: b } }
//- configs/base/x.yaml
components:
  database: { network: { id: x }, size: 50 }
//- configs/envs/staging/x.yaml
components:
  database: { size: 60, max_size: 70 }
//- configs/envs/canary/x.yaml
components:
  database: { aws: { size: 61 } }
",
        &[".tfvars"],
        &expect![[r#"
    //- deploy/canary/aws/canary.tfvars
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    environment = "canary"
    prefix      = "c"
    aws_region  = "r"

    # database
    database_size     = 61
    database_max_size = 70
    database_multi    = true
    //- deploy/staging/aws/staging.tfvars
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    environment = "staging"
    prefix      = "toys-staging"
    aws_region  = "r"

    # database
    database_size     = 60
    database_max_size = 70
    database_multi    = false
"#]],
    );
}
