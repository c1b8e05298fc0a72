//! Documents in full: quotes, escapes, order.

use expect_test::expect;

use super::check_rendered;

#[test]
fn texts_are_escaped_and_keys_quoted() {
    check_rendered(
        r#"//- configs/base/x.yaml
components:
  api:
    kind: service
    environment:
      A: 'a "quote", a \ and $${not} %{if}'
      b.c: $${x}${prefix}
      "9": "two\nlines"
"#,
        &["production/aws/api.tf"],
        &expect![[r#"
    //- deploy/production/aws/api.tf
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    module "api" {
      source = "../../../modules/aws/service"

      name = "${var.prefix}-api"

      environment = {
        "9"   = "two\nlines"
        A     = "a \"quote\", a \\ and $${not} %%{if}"
        "b.c" = "$${x}${var.prefix}"
      }
    }
"#]],
    );
}

#[test]
fn a_stack() {
    check_rendered(
        r#"//- configs/base/x.yaml
components:
  network: {}
  database: { network: "${network}", backups: { hosts: [{ name: a }, { port: 1, name: b }], days: 1 } }
outputs:
  host: ${database.host}
  zone: { value: "${network.zones.0}", description: The first. }
"#,
        &[
            "staging/aws/network.tf",
            "staging/aws/database.tf",
            "terraform.tf",
            "variables.tf",
            "tfbackend",
            "tfvars",
        ],
        &expect![[r#"
    //- deploy/production/aws/production.s3.tfbackend
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    bucket = "toys-state"
    key    = "toys/production/aws.tfstate"
    region = "eu-central-1"
    //- deploy/production/aws/production.tfvars
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    environment = "production"
    prefix      = "toys"
    aws_region  = "eu-central-1"

    # database
    database_multi = true
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
    //- deploy/staging/aws/database.tf
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    variable "database_multi" {
      description = "Whether there are several."
      type        = bool
    }

    module "database" {
      source = "../../../modules/aws/database"

      name    = "${var.prefix}-database"
      network = module.network
      multi   = var.database_multi

      backups = {
        days = 1

        hosts = [
          { name = "a" },
          {
            name = "b"
            port = 1
          },
        ]
      }
    }

    output "host" {
      description = "Where it is."
      value       = module.database.host
    }
    //- deploy/staging/aws/network.tf
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    module "network" {
      source = "../../../modules/aws/network"

      name = "${var.prefix}-network"
    }

    output "zone" {
      description = "The first."
      value       = module.network.zones[0]
    }
    //- deploy/staging/aws/staging.s3.tfbackend
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    bucket = "toys-state"
    key    = "toys/staging/aws.tfstate"
    region = "eu-central-1"
    //- deploy/staging/aws/staging.tfvars
    # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

    environment = "staging"
    prefix      = "toys-staging"
    aws_region  = "eu-central-1"

    # database
    database_multi = false
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
