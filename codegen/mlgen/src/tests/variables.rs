//! Which leaves are root variables, and what they are called.

use expect_test::expect;

use super::{check, check_rendered};

#[test]
fn names_that_meet() {
    check(
        r#"//- configs/base/x.yaml
inputs: { api_image_tag: x, prefix: y }
components:
  api:
    kind: service
    environment: { A: "${input.api_image_tag}", B: "${input.prefix}", K: "1", k: "2" }
//- configs/envs/staging/x.yaml
components:
  api: { image_tag: x, environment: { K: "3", k: "4" } }
"#,
        &expect![[r#"
    error: input `prefix` and what every stack has would both be the variable `prefix`
     --> configs/base/x.yaml:1:29
      |
    1 | inputs: { api_image_tag: x, prefix: y }
      |                             ^^^^^^
      |
      = help: give one of them another name

    error: `api.image_tag` and input `api_image_tag` would both be the variable `api_image_tag`
     --> configs/envs/staging/x.yaml:2:10
      |
    2 |   api: { image_tag: x, environment: { K: "3", k: "4" } }
      |          ^^^^^^^^^
      |
      = help: give one of them another name
    note: the other one
     --> configs/base/x.yaml:1:11
      |
    1 | inputs: { api_image_tag: x, prefix: y }
      |           -------------

    error: `api.environment.k` and `api.environment.K` would both be the variable `api_environment_k`
     --> configs/envs/staging/x.yaml:2:47
      |
    2 |   api: { image_tag: x, environment: { K: "3", k: "4" } }
      |                                               ^
      |
      = help: give one of them another name
    note: the other one
     --> configs/envs/staging/x.yaml:2:39
      |
    2 |   api: { image_tag: x, environment: { K: "3", k: "4" } }
      |                                       -
"#]],
    );
}

#[test]
fn leaves_of_environments_and_classes() {
    check_rendered(
        r#"//- configs/base/x.yaml
inputs: { image_tag: Which image. , shift: { description: Hours., type: "map(number)" } }
components:
  database: { network: { id: x } }
  api:
    kind: service
    image_tag: ${input.image_tag}
    environment: { HOST: "${database.host}", MODE: x, SHIFT: "${input.shift}" }
  web: { kind: service, image_tag: "${input.image_tag}" }
//- configs/envs/staging/x.yaml
components:
  api: { environment: { MODE: y, ONLY: here } }
  database: { backups: { days: 3 }, zones: [z], tags: { team: x } }
"#,
        &[".tf", ".tfvars"],
        &expect![[r#"
    //- deploy/production/aws/api.tf
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    variable "api_environment_mode" {
      description = "MODE: What the program reads."
      type        = string
    }

    variable "shift" {
      description = "Hours."
      type        = map(number)
    }

    module "api" {
      source = "../../../modules/aws/service"

      name      = "${var.prefix}-api"
      image_tag = var.image_tag

      environment = {
        HOST  = module.database.host
        MODE  = var.api_environment_mode
        SHIFT = var.shift
      }
    }
    //- deploy/production/aws/database.tf
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    variable "database_multi" {
      description = "Whether there are several."
      type        = bool
    }

    variable "database_zones" {
      type = list(string)
    }

    module "database" {
      source = "../../../modules/aws/database"

      name    = "${var.prefix}-database"
      network = { id = "x" }
      multi   = var.database_multi
      zones   = var.database_zones
    }
    //- deploy/production/aws/production.tfvars
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    environment = "production"
    prefix      = "toys"
    aws_region  = "eu-central-1"

    # api: service
    api_environment_mode = "x"

    # database
    database_multi = true
    database_zones = ["a", "b"]
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

    variable "image_tag" {
      description = "Which image."
      type        = string
    }
    //- deploy/production/aws/web.tf
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    module "web" {
      source = "../../../modules/aws/service"

      name      = "${var.prefix}-web"
      image_tag = var.image_tag
    }
    //- deploy/staging/aws/api.tf
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    variable "api_environment_mode" {
      description = "MODE: What the program reads."
      type        = string
    }

    variable "shift" {
      description = "Hours."
      type        = map(number)
    }

    module "api" {
      source = "../../../modules/aws/service"

      name      = "${var.prefix}-api"
      image_tag = var.image_tag

      environment = {
        HOST  = module.database.host
        MODE  = var.api_environment_mode
        ONLY  = "here"
        SHIFT = var.shift
      }
    }
    //- deploy/staging/aws/database.tf
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    variable "database_multi" {
      description = "Whether there are several."
      type        = bool
    }

    variable "database_zones" {
      type = list(string)
    }

    module "database" {
      source = "../../../modules/aws/database"

      name    = "${var.prefix}-database"
      network = { id = "x" }
      multi   = var.database_multi

      tags = {
        team = "x"
        tier = "1"
      }

      backups = { days = 3 }
      zones   = var.database_zones
    }
    //- deploy/staging/aws/staging.tfvars
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    environment = "staging"
    prefix      = "toys-staging"
    aws_region  = "eu-central-1"

    # api: service
    api_environment_mode = "y"

    # database
    database_multi = false
    database_zones = ["z"]
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

    variable "image_tag" {
      description = "Which image."
      type        = string
    }
    //- deploy/staging/aws/web.tf
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    module "web" {
      source = "../../../modules/aws/service"

      name      = "${var.prefix}-web"
      image_tag = var.image_tag
    }
"#]],
    );
}
