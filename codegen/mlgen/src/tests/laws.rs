//! What holds for every project.

use std::collections::BTreeMap;

use super::{TOYS, app, documents, told};
use crate::merge::fixture;

const PROJECT: &str = r#"
//- configs/base/a.yaml
inputs: { tag: Which image. }
secrets: { jwt: Signs tokens. }
components:
  network: {}
  database: { network: "${network}", size: 50, tags: { b: "2", a: "1" } }
outputs: { host: "${database.host}" }
//- configs/base/b.yaml
components:
  api:
    kind: service
    image_tag: ${input.tag}
    connect: { database: "${database}" }
    environment: { HOST: "${database.host}", SIDE: "${cdn.arn?}", B: "${settings.state.bucket}" }
    secrets: { JWT: "${secret.jwt}" }
  cdn: { bucket: "${bucket}" }
  bucket: { readers: { cdn: "${cdn.arn}" } }
//- configs/envs/staging/a.yaml
components:
  database: { size: 20 }
  network: { cidr: 10.1.0.0/16 }
//- configs/envs/staging/b.yaml
components:
  database: { max_size: 30 }
//- configs/envs/production/a.yaml
components:
  database: { tags: { a: "3" } }
"#;

#[track_caller]
fn rendered(text: &str) -> BTreeMap<String, String> {
    let app = app(text, &[]);
    assert!(!app.has_errors(), "{}", told(&app));
    documents(&app)
}

/// Files of an environment by the rest of their paths.
fn of<'a>(all: &'a BTreeMap<String, String>, environment: &str) -> BTreeMap<&'a str, &'a str> {
    let folder = format!("deploy/{environment}/aws/");
    let files = all.iter();
    files.filter_map(|(path, text)| Some((path.strip_prefix(&folder)?, text.as_str()))).collect()
}

#[test]
fn equal_structure_is_equal_bytes() {
    let all = rendered(PROJECT);
    let (staging, production) = (of(&all, "staging"), of(&all, "production"));
    let stack = |files: &BTreeMap<&str, &str>| -> BTreeMap<String, String> {
        let modules = files
            .iter()
            .filter(|(path, _)| path.rsplit_once('.').is_some_and(|(_, end)| end == "tf"));
        modules.map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    };
    assert!(staging.len() > 6);
    assert_eq!(stack(&staging), stack(&production));
    let names = |text: &str| -> Vec<String> {
        text.lines()
            .map(|line| line.split(" =").next().unwrap_or_default().trim().to_owned())
            .collect()
    };
    let (one, other) = (staging["staging.tfvars"], production["production.tfvars"]);
    assert_eq!(names(one), names(other));
    assert_ne!(one, other);
}

#[test]
fn rendering_twice_is_identical() {
    assert_eq!(rendered(PROJECT), rendered(PROJECT));
}

#[test]
fn the_order_of_files_does_not_matter() {
    let swapped = PROJECT
        .replace("base/a.yaml", "base/z.yaml")
        .replace("staging/a.yaml", "staging/c/z.json.yaml");
    assert_eq!(rendered(PROJECT), rendered(&swapped));
}

#[test]
fn every_stack_is_hcl() {
    for (path, text) in rendered(PROJECT) {
        assert!(hcl_edit::parser::parse_body(&text).is_ok(), "{path}:\n{text}");
    }
}

#[test]
fn a_component_that_goes_takes_its_file_only() {
    let gone = PROJECT.replace("  cdn: {", "  cdn: { environments: [production],");
    let gone = gone.replace("cdn: \"${cdn.arn}\"", "cdn: \"${cdn.arn?}\"");
    let before = rendered(&PROJECT.replace("cdn: \"${cdn.arn}\"", "cdn: \"${cdn.arn?}\""));
    let after = rendered(&gone);
    let changed: Vec<&String> = before
        .iter()
        .filter(|(path, text)| after.get(*path) != Some(text))
        .map(|(path, _)| path)
        .collect();
    // Beside the file itself, those that referred to it with a `?`.
    let folder = "deploy/staging/aws";
    assert_eq!(
        changed,
        [&format!("{folder}/api.tf"), &format!("{folder}/bucket.tf"), &format!("{folder}/cdn.tf")]
    );
    assert!(after.keys().all(|path| before.contains_key(path)));
}

#[test]
fn a_target_is_a_folder() {
    let all = rendered(
        r#"
//- mlgen.yaml
system: toys
environments: { staging: { targets: [gcp] } }
targets: { gcp: { project: p } }
//- modules/gcp/target.yaml
writer: terraform
settings:
  project: { type: string, variable: gcp_project, description: Who pays. }
backend: { type: gcs, settings: { bucket: "${settings.project}-state", prefix: "${system}" } }
conventions: { labels: { system: "${system}", part: "${component}" } }
//- modules/gcp/provider.tf
provider "google" {
  project = var.gcp_project
}
//- modules/gcp/bucket/variables.tf
variable "name" {
  type = string
}
variable "labels" {
  type    = map(string)
  default = {}
}
//- modules/gcp/bucket/versions.tf
terraform {
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 7"
    }
  }
}
//- configs/base/x.yaml
components:
  raw_data: { kind: bucket }
"#,
    );
    let mut shown = String::new();
    for (path, text) in all {
        shown += &format!("//- {path}\n{text}");
    }
    expect_test::expect![[r#"
        //- deploy/staging/gcp/raw_data.tf
        # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

        module "raw_data" {
          source = "../../../modules/gcp/bucket"

          name = "${var.prefix}-raw-data"

          labels = {
            part   = "raw-data"
            system = "toys"
          }
        }
        //- deploy/staging/gcp/staging.gcs.tfbackend
        # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

        bucket = "p-state"
        prefix = "toys"
        //- deploy/staging/gcp/staging.tfvars
        # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

        environment = "staging"
        prefix      = "toys-staging"
        gcp_project = "p"
        //- deploy/staging/gcp/terraform.tf
        # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

        terraform {
          required_providers {
            google = {
              source  = "hashicorp/google"
              version = ">= 7"
            }
          }

          # The rest is in <environment>.gcs.tfbackend.
          backend "gcs" {}
        }

        provider "google" {
          project = var.gcp_project
        }
        //- deploy/staging/gcp/variables.tf
        # Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

        variable "environment" {
          description = "Environment that this stack is."
          type        = string
        }

        variable "prefix" {
          description = "Prefix of the names of everything in this environment."
          type        = string
        }

        variable "gcp_project" {
          description = "Who pays."
          type        = string
        }
    "#]]
    .assert_eq(&shown);
}

#[test]
fn the_toys_are_whole() {
    assert!(fixture::files(TOYS).len() > 15);
    assert_eq!(told(&app("//- configs/base/x.yaml\ncomponents: { network: {} }", &[])), "");
}
