//! The `provider` block: what may be left out, what is missing, what is not known yet.

use crate::azure::Blobs;
use crate::harness::{Workspace, told, unique};
use crate::messages::Expected;
use crate::registries::postgres;

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
        // A line that may hold a secret is not shown.
        Expected {
            at: "",
            summary: "Two ways to authenticate",
            detail: "Set `api_key` for Prefect Cloud or `basic_auth_key` for a server, not both.",
        },
        Expected {
            at: "",
            summary: "Registry address not usable",
            detail: "The registry's address has a scheme that is not known; use postgres://, postgresql://, sqlite://, \
                     mlflow+http:// or mlflow+https://.",
        },
        Expected {
            at: "directory = ",
            summary: "Archive not usable",
            detail: "The archive root must be an absolute path without `..`.",
        },
    ]);
}

#[test]
fn settings_are_named_as_they_are_written() {
    #[track_caller]
    fn check(setting: &str, at: &str, detail: &str) {
        let workspace = Workspace::new(&format!(
            "provider \"mlassets\" {{\n  prefect {{\n    {setting}\n  }}\n}}\n{ONE_OF_EACH_BACKEND}"
        ));
        let summary = "Prefect configuration not usable";
        let expected = Expected { at, summary, detail };
        let run = workspace.run(&["plan", "-json", "-input=false"]).fails().errs(&[expected]);
        assert!(!run.text().contains("hunter2"), "{run}");
    }
    check(
        "endpoint = \"http://127.0.0.1\"",
        "endpoint = ",
        "`endpoint` must end in `/api` (a server, like `http://localhost:4200/api`) or in …",
    );
    check(
        "endpoint = \"http://me:hunter2@127.0.0.1/api\"",
        "",
        "`endpoint` contains credentials; give them as authentication instead.",
    );
    check(
        "basic_auth_key = \"hunter2\"",
        "",
        "`basic_auth_key` must have the form `user:password`.",
    );
    check(
        "headers = { \"hunter2 \" = \"hunter2\" }",
        "",
        "`headers` has a name that no HTTP header can have.",
    );
    check(
        "account_id = \"x\"\n    workspace_id = \"0b2c5d1e-7b7c-4f0e-9d52-3f6b1f6f0a01\"",
        "account_id = ",
        "`account_id` is not a UUID; copy it from the address of the workspace in Prefect Cloud.",
    );
}

/// Clouds are named as their own providers name them; secrets are shown by no line.
#[test]
fn settings_of_clouds_are_named_as_they_are_written() {
    #[track_caller]
    fn check(block: &str, backend: &str, setting: &str, at: &str, summary: &str, detail: &str) {
        let workspace = Workspace::new(&format!(
            "provider \"mlassets\" {{\n  worm {{\n    backend = {backend:?}\n  }}\n  {block} {{\n    {setting}\n  }}\n}}\n\
             resource \"mlassets_worm_bucket\" \"this\" {{\n  name = \"audit\"\n  retention_days = 1\n}}\n"
        ));
        let expected = Expected { at, summary, detail };
        let run = workspace.run(&["plan", "-json", "-input=false"]).fails().errs(&[expected]);
        assert!(!run.text().contains("hunter2"), "{run}");
    }
    let aws = |setting, at, detail| {
        check("aws", "s3", setting, at, "AWS configuration not usable", detail);
    };
    aws(
        "region = \"eu central\"",
        "region = ",
        "`region` is no name of a region; expected one such as eu-central-1.",
    );
    aws(
        "endpoint = \"https://me:hunter2@127.0.0.1\"",
        "",
        "`endpoint` must not hold credentials; set access_key and secret_key.",
    );
    aws(
        "secret_key = \"hunter2\"",
        "",
        "Set both `access_key` and `secret_key`, or neither of them.",
    );
    let azure = |setting, at, detail| {
        check("azure", "azure", setting, at, "Azure configuration not usable", detail);
    };
    azure(
        "storage_account_name = \"ml-evidence\"",
        "storage_account_name = ",
        "`storage_account_name` must have 3 to 24 lower case letters and digits.",
    );
    azure(
        "storage_account_name = \"mlevidence\"\n    sas_token = \"hunter2\"",
        "",
        "`sas_token` must be the query of a signed URL, with `sig=`.",
    );
    check(
        "aws",
        "azure",
        "region = \"eu-central-1\"",
        "",
        "Archive not usable",
        "Its `backend` needs another block. Add `azure { … }` to `provider \"mlassets\"`.",
    );
}

#[test]
fn a_store_of_artifacts_says_what_it_needs() {
    #[track_caller]
    fn check(block: &str, at: &str, summary: &str, detail: &str) {
        let workspace = Workspace::new(&format!(
            "provider \"mlassets\" {{\n  artifacts {{\n    backend = \"azure\"\n    {block}\n  }}\n}}\n\
             data \"mlassets_artifact_verification\" \"this\" {{\n  environment = \"prod\"\n  model = \"ranker\"\n  \
             version = \"v1\"\n}}\n"
        ));
        let expected = Expected { at, summary, detail };
        let blobs = Blobs::new();
        let workspace = if block.contains("ml-") { workspace } else { blobs.reach(workspace) };
        workspace.run(&["plan", "-json", "-input=false"]).fails().errs(&[expected]);
    }
    check(
        "",
        "",
        "No store of artifacts",
        "Set `bucket` in the `artifacts` block to the name of an existing bucket or container, or the environment variable \
         MLASSETS_ARTIFACTS_BUCKET.",
    );
    check(
        "bucket = \"ml-models\"",
        "",
        "Store of artifacts not usable",
        "Its `backend` needs another block. Add `azure { … }` to `provider \"mlassets\"`.",
    );
    check(
        "bucket = \"a/b\"",
        "bucket = ",
        "Store of artifacts not usable",
        "The bucket's name must not be empty or hold a `/`.",
    );
    check(
        "bucket = \"ml-models\"\n    prefix = \"a//b\"",
        "prefix = ",
        "Invalid value",
        "It must have no two slashes in a row.",
    );
    let workspace = Workspace::new(
        "provider \"mlassets\" {\n  artifacts {\n    backend = \"azure\"\n    bucket = \"nowhere\"\n  }\n}\n\
         data \"mlassets_artifact_verification\" \"this\" {\n  environment = \"prod\"\n  model = \"ranker\"\n  \
         version = \"v1\"\n}\n",
    );
    let blobs = Blobs::new();
    let refused = blobs.reach(workspace).run(&["plan", "-no-color", "-input=false"]).fails();
    let refused = refused.says(
        "failed at reading `prod/ranker/v1/checksums.json` in container `nowhere`: ContainerNotFound (404); create the \
         container first",
    );
    assert!(!refused.text().contains(blobs.key()), "{refused}");
}

/// What stands in the environment may be meant for other programs.
#[test]
fn variables_matter_only_where_they_are_needed() {
    let bucket = "resource \"mlassets_worm_bucket\" \"this\" {\n  name = \"audit\"\n  retention_days = 1\n}\n";
    let workspace = Workspace::new(bucket)
        .env("PREFECT_API_URL", "http://127.0.0.1:4200")
        .env("PREFECT_API_KEY", "key")
        .env("MLASSETS_REGISTRY_URL", "mysql2://app@db/app")
        .env("DATABASE_URL", "mysql2://app@db/app");
    workspace.apply().ok().says("1 added");
    workspace.plan_is_empty();

    workspace.configure(ONE_OF_EACH_BACKEND);
    let plan = |workspace: &Workspace, expected: &[Expected<'_>]| {
        workspace.run(&["plan", "-json", "-input=false", "-refresh=false"]).fails().errs(expected);
    };
    let registry = Expected {
        at: "",
        summary: "Registry address not usable",
        detail: "The registry's address has a scheme that is not known; use postgres://, postgresql://, sqlite://, \
                 mlflow+http:// or mlflow+https://. It comes from the environment variable MLASSETS_REGISTRY_URL.",
    };
    plan(
        &workspace,
        &[
            Expected {
                at: "",
                summary: "Prefect configuration not usable",
                detail: "`endpoint` must end in `/api` … It comes from the environment variable PREFECT_API_URL.",
            },
            registry,
        ],
    );
    let workspace = workspace.without("PREFECT_API_URL");
    let no_api = Expected {
        at: "",
        summary: "No Prefect API",
        detail: "Set `endpoint` in the `prefect` block, or the environment variable PREFECT_API_URL.",
    };
    plan(&workspace, &[no_api, registry]);
    let workspace = workspace
        .env("PREFECT_API_URL", told("MLASSETS_TEST_PREFECT_API_URL"))
        .env("PREFECT_API_AUTH_STRING", "a:b");
    let two = Expected {
        at: "",
        summary: "Two ways to authenticate",
        detail: "PREFECT_API_KEY is for Prefect Cloud and PREFECT_API_AUTH_STRING for a server: unset one of these \
                 environment variables, or set the right attribute of the `prefect` block.",
    };
    plan(&workspace, &[two, registry]);
    // The database of some application is no registry.
    let workspace = workspace.without("PREFECT_API_KEY").without("MLASSETS_REGISTRY_URL");
    plan(
        &workspace,
        &[Expected {
            at: "",
            summary: "No `registry` block in the provider configuration",
            detail: "This resource needs it. Add `registry { … }` to `provider \"mlassets\"`, or set MLASSETS_REGISTRY_URL.",
        }],
    );
}

/// What is written wins over what is in the environment, the other way to authenticate included.
#[test]
fn a_written_key_wins_over_the_environment() {
    let server = crate::server::Server::start(|request| {
        let basic = request.head.to_lowercase().contains("authorization: basic yto3");
        let (status, body) = if basic { (200, "[]") } else { (401, "{}") };
        (status, String::new(), body.to_owned())
    });
    let configuration = |key: &str| {
        format!(
            "provider \"mlassets\" {{\n  prefect {{\n    endpoint = {:?}\n    basic_auth_key = {key:?}\n  }}\n}}\n\
             data \"mlassets_work_pool\" \"this\" {{\n  name = \"none\"\n}}\n",
            server.api_url()
        )
    };
    let workspace = Workspace::new(&configuration("a:7")).env("PREFECT_API_KEY", "key");
    // The key was taken: what comes back makes no sense, but it is no refusal.
    let run = workspace.run(&["plan", "-no-color", "-input=false"]).fails();
    assert!(!run.text().contains("401"), "{run}");
    workspace.configure(&configuration("a:wrong"));
    workspace.run(&["plan", "-json", "-input=false"]).fails().errs(&[Expected {
        at: "",
        summary: "Prefect denied access",
        detail: "GET /work_pools/none on the Prefect server …: the credentials are missing or wrong (401). For Prefect Cloud \
                 set `api_key` in the `prefect` block or PREFECT_API_KEY, for a server `basic_auth_key` or \
                 PREFECT_API_AUTH_STRING.",
    }]);
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
    directory = "/archive"
  }
}

resource "mlassets_model_registry" "this" {}
"#,
    );
    let invalid = |at, detail| Expected { at, summary: "Invalid value", detail };
    workspace.run(&["validate", "-json"]).fails().errs(&[
        invalid("actor = ", "`actor` must have 1 to 128 characters, found 0."),
        invalid("max_parallel_writes = ", "`max_parallel_writes` must be between 1 and 64."),
        invalid("timeout_seconds     = ", "`timeout_seconds` must be between 1 and 600."),
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
    let endpoint = told("MLASSETS_TEST_PREFECT_API_URL");
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
        detail: "GET /collections/views/aggregate-worker-metadata on the Prefect server 127.0.0.1:9: no connection (…) in … tries; check that the server runs \
                 and that host and port are right.",
    }]);
}

/// The password of the registry can be given alone.
#[test]
fn a_password_completes_the_address() {
    let url = told("MLASSETS_TEST_POSTGRES_URL");
    let (user, place) = url.split_once('@').expect("the test's server has a user");
    let schema = unique("password").replace('-', "_");
    // The test's server asks this user for a password, and all others for none.
    let role = "DO $$ BEGIN CREATE ROLE guarded LOGIN PASSWORD 'another'; EXCEPTION WHEN duplicate_object OR \
                unique_violation THEN NULL; END $$";
    postgres(&url, "public", role);
    postgres(&url, "public", &format!("CREATE SCHEMA {schema} AUTHORIZATION guarded"));
    let protocol = user.split_once("://").expect("it is a URL").0;
    let workspace = Workspace::new(&format!(
        "provider \"mlassets\" {{\n  registry {{\n    url = \"{protocol}://guarded@{place}\"\n    schema = {schema:?}\n  }}\n}}\n\
         resource \"mlassets_model_registry\" \"this\" {{}}\n"
    ));
    workspace.apply().fails().says("the server asks for one, in the address or in PGPASSWORD");
    let workspace = workspace.env("PGPASSWORD", "another");
    workspace.apply().ok();
    workspace.plan_is_empty();
    postgres(&url, "public", &format!("DROP SCHEMA {schema} CASCADE"));
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
