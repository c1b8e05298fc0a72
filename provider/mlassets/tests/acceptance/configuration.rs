//! The `provider` block: what may be left out, what is missing, what is not known yet.

use crate::harness::{Workspace, unique};
use crate::messages::Expected;

const ONE_OF_EACH_BACKEND: &str = r#"
resource "mlassets_work_pool" "this" {
  name = "never-made"
}

resource "mlassets_model_registry" "this" {}

resource "mlassets_worm_bucket" "this" {
  name           = "audit"
  retention_days = 1
}
"#;

#[test]
fn a_missing_block_is_named_in_the_plan() {
    let workspace = Workspace::new(ONE_OF_EACH_BACKEND)
        .without("PREFECT_API_URL")
        .without("MLASSETS_REGISTRY_URL")
        .without("MLASSETS_WORM_DIRECTORY");
    workspace.run(&["plan", "-json", "-input=false"]).fails().errs(&[
        Expected {
            at: "",
            summary: "No `prefect` block in the provider configuration",
            detail: "This resource needs it. Add `prefect { … }` to `provider \"mlassets\"`, or set PREFECT_API_URL.",
        },
        Expected {
            at: "",
            summary: "No `registry` block in the provider configuration",
            detail: "This resource needs it. Add `registry { … }` to `provider \"mlassets\"`, or set \
                     MLASSETS_REGISTRY_URL.",
        },
        Expected {
            at: "",
            summary: "No `worm` block in the provider configuration",
            detail: "This resource needs it. Add `worm { … }` to `provider \"mlassets\"`, or set \
                     MLASSETS_WORM_DIRECTORY.",
        },
    ]);
}

#[test]
fn what_is_wrong_is_told_at_once() {
    let workspace = Workspace::new(
        r#"
provider "mlassets" {
  prefect {
    endpoint       = "http://127.0.0.1:1/api"
    api_key        = "a"
    basic_auth_key = "b:c"
  }
  registry {
    url = "mysql://db"
  }
  worm {
    directory = "/../archive"
  }
}

resource "mlassets_model_registry" "this" {}
"#,
    );
    workspace.run(&["plan", "-json", "-input=false"]).fails().errs(&[
        Expected {
            at: "basic_auth_key = ",
            summary: "Two ways to authenticate",
            detail: "Set `api_key` for Prefect Cloud or `basic_auth_key` for a server, not both. The environment variables \
                     PREFECT_API_KEY and PREFECT_API_AUTH_STRING count, too.",
        },
        Expected {
            at: "url = ",
            summary: "Registry address not usable",
            detail: "The registry's address has the scheme `mysql`, which is not known; use postgres://, postgresql:// or \
                     sqlite://.",
        },
        Expected {
            at: "directory = ",
            summary: "Archive not usable",
            detail: "The archive root `/../archive` must be an absolute path without `..`.",
        },
    ]);
}

#[test]
fn values_are_checked_before_anything_runs() {
    let workspace = Workspace::new(
        r#"
provider "mlassets" {
  actor = ""
  prefect {
    max_parallel_writes = 0
    timeout_seconds     = 601
  }
  worm {
    directory = "archive"
  }
}

resource "mlassets_model_registry" "this" {}
"#,
    );
    let invalid = |at, detail| Expected { at, summary: "Invalid value", detail };
    workspace.run(&["validate", "-json"]).fails().errs(&[
        invalid("actor = ", "The value must have 1 to 128 characters, found \"\"."),
        invalid("max_parallel_writes = ", "The value must be between 1 and 64, found 0."),
        invalid("timeout_seconds     = ", "The value must be between 1 and 600, found 601."),
        invalid("directory = ", "The value must be an absolute path, found \"archive\"."),
    ]);
}

/// Where the backend is known only after something else is applied, new resources are planned nevertheless.
#[test]
fn an_address_may_be_unknown_while_nothing_must_be_read() {
    let name = unique("late");
    let configuration = |version: u32| {
        format!(
            r#"
variable "endpoint" {{
  type = string
}}

resource "terraform_data" "server" {{
  input            = var.endpoint
  triggers_replace = {version}
}}

provider "mlassets" {{
  prefect {{
    endpoint = terraform_data.server.output
  }}
}}

resource "mlassets_work_pool" "this" {{
  name = "{name}"
}}
"#
        )
    };
    let endpoint = crate::harness::told("MLASSETS_TEST_PREFECT_API_URL");
    let workspace = Workspace::new(&configuration(1))
        .without("PREFECT_API_URL")
        .env("TF_VAR_endpoint", endpoint);
    workspace.run(&["validate", "-no-color"]).ok();
    workspace.apply().ok().says("2 added, 0 changed, 0 destroyed.");
    workspace.plan_is_empty();

    // Now something must be read, and from where is unknown.
    workspace.configure(&configuration(2));
    workspace.run(&["plan", "-json", "-input=false"]).fails().errs(&[Expected {
        at: "",
        summary: "The `prefect` block of the provider configuration is not known yet",
        detail: "It depends on something that is still to be applied. Apply that first, for instance with `-target`.",
    }]);
    workspace.run(&["apply", "-auto-approve", "-no-color", "-target=terraform_data.server"]).ok();
    workspace.plan_is_empty();
    workspace.destroy().ok();
}

#[test]
fn an_unreachable_server_is_named() {
    let workspace =
        Workspace::new("resource \"mlassets_work_pool\" \"this\" {\n  name = \"never-made\"\n}\n")
            .env("PREFECT_API_URL", "http://127.0.0.1:9/api");
    workspace.run(&["apply", "-auto-approve", "-json", "-input=false"]).fails().errs(&[Expected {
        at: "",
        summary: "Prefect did not do as asked",
        detail: "GET /csrf-token on the Prefect server 127.0.0.1:9: no connection (…) in … tries; check that the server runs \
                 and that host and port are right.",
    }]);
}

#[test]
fn the_schema_has_what_pages_are_made_from() {
    let shown = Workspace::new("").run(&["providers", "schema", "-json"]).ok();
    let schemas: serde_json::Value = serde_json::from_str(&shown.stdout).expect("it is JSON");
    let schema = &schemas["provider_schemas"]["registry.terraform.io/mlassets/mlassets"];
    assert!(schema["provider"]["block"]["block_types"]["registry"].is_object());
    for key in ["resource_schemas", "data_source_schemas"] {
        let kinds = schema[key].as_object().expect("there are kinds");
        assert!(kinds.len() >= 7, "{kinds:?}");
        for (kind, schema) in kinds {
            let text = |json: &serde_json::Value| json.as_str().unwrap_or_default().to_owned();
            assert_ne!(text(&schema["block"]["description"]), "", "{kind}");
            let attributes = schema["block"]["attributes"].as_object();
            for (name, attribute) in attributes.expect("a kind has attributes") {
                assert_ne!(text(&attribute["description"]), "", "{kind}.{name}");
            }
        }
    }
    let identities = schema["resource_identity_schemas"].as_object().expect("there are identities");
    assert_eq!(
        identities.len(),
        schema["resource_schemas"].as_object().map_or(0, serde_json::Map::len)
    );
    assert!(schema["functions"]["worm_path"]["parameters"][0]["description"].is_string());
}
