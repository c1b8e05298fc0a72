//! Data sources: each kind looked up where it is, and where it is not.

use crate::harness::{Workspace, unique};
use crate::meddle::{deploy, set_paused};
use crate::messages::Expected;

/// One of each kind, under this name.
fn world(name: &str) -> String {
    format!(
        r#"
resource "mlassets_work_pool" "this" {{
  name              = "{name}"
  concurrency_limit = 7
}}

resource "mlassets_work_queue" "this" {{
  work_pool_name = mlassets_work_pool.this.name
  name           = "urgent"
  description    = "first"
}}

resource "mlassets_deployment_pause" "this" {{
  work_pool_name = mlassets_work_pool.this.name
  reason         = "data"
}}

resource "mlassets_variable" "this" {{
  name  = "{name}"
  value = {{ threshold = 0.85, models = ["ranker"] }}
}}

resource "mlassets_concurrency_limit" "this" {{
  name  = "{name}"
  limit = 3
}}

resource "mlassets_model_registry" "this" {{}}

resource "mlassets_model_version" "this" {{
  model           = "ranker"
  version         = "2025-01-15-v1"
  artifact_uri    = "s3://models/ranker/"
  artifact_sha256 = sha256("")
  metadata        = {{ git_sha = "abc" }}
  depends_on      = [mlassets_model_registry.this]
}}

resource "mlassets_model_deployment" "this" {{
  model       = mlassets_model_version.this.model
  environment = "dev"
  version     = mlassets_model_version.this.version
}}

resource "mlassets_worm_bucket" "this" {{
  name            = "audit"
  retention_days  = 1
  keep_on_destroy = true
}}

resource "mlassets_worm_record" "this" {{
  bucket          = mlassets_worm_bucket.this.name
  record_type     = "release"
  name            = "note.txt"
  content         = "it was released"
  event_time      = "2025-01-15T04:00:00Z"
  keep_on_destroy = true
}}
"#
    )
}

const LOOKUPS: &str = r#"
data "mlassets_work_pool" "this" {
  name = mlassets_work_pool.this.name
}

data "mlassets_work_queue" "this" {
  work_pool_name = mlassets_work_pool.this.name
  name           = mlassets_work_queue.this.name
}

data "mlassets_deployment_pause" "this" {
  id = mlassets_deployment_pause.this.id
}

data "mlassets_work_pools" "this" {
  depends_on = [mlassets_work_pool.this]
}

data "mlassets_variable" "this" {
  name = mlassets_variable.this.name
}

data "mlassets_concurrency_limit" "this" {
  name = mlassets_concurrency_limit.this.name
}

data "mlassets_model_registry" "this" {
  id = mlassets_model_registry.this.id
}

data "mlassets_model_version" "this" {
  model   = mlassets_model_version.this.model
  version = mlassets_model_version.this.version
}

data "mlassets_model_deployment" "this" {
  model       = mlassets_model_deployment.this.model
  environment = mlassets_model_deployment.this.environment
}

data "mlassets_worm_bucket" "this" {
  name       = mlassets_worm_bucket.this.name
  depends_on = [mlassets_worm_record.this]
}

data "mlassets_worm_record" "this" {
  bucket = mlassets_worm_record.this.bucket
  path   = mlassets_worm_record.this.path
}

output "found" {
  value = [
    data.mlassets_work_pool.this.concurrency_limit,
    data.mlassets_work_pool.this.id == mlassets_work_pool.this.id,
    data.mlassets_work_queue.this.description,
    [for pool in data.mlassets_work_pools.this.work_pools :
      pool.concurrency_limit if pool.id == mlassets_work_pool.this.id],
    data.mlassets_deployment_pause.this.reason,
    data.mlassets_variable.this.value,
    data.mlassets_concurrency_limit.this.limit,
    data.mlassets_model_registry.this.schema_version == mlassets_model_registry.this.schema_version,
    data.mlassets_model_version.this.metadata.git_sha,
    data.mlassets_model_deployment.this.version,
    data.mlassets_worm_bucket.this.record_count,
    data.mlassets_worm_record.this.content,
  ]
}
"#;

const MISSING: &str = r#"
data "mlassets_work_pool" "none" {
  name = "never-made"
}

data "mlassets_work_queue" "none" {
  work_pool_name = "never-made"
  name           = "default"
}

data "mlassets_deployment" "none" {
  flow_name = "never"
  name      = "made"
}

data "mlassets_deployment_pause" "none" {
  id    = "pool/never-made"
}

data "mlassets_variable" "none" {
  name  = "never_made"
}

data "mlassets_concurrency_limit" "none" {
  name   = "never-made"
}

data "mlassets_model_registry" "none" {
  id = "other"
}

data "mlassets_model_version" "none" {
  model   = "ranker"
  version = "v0"
}

data "mlassets_model_deployment" "none" {
  model       = "ranker"
  environment = "moon"
}

data "mlassets_worm_bucket" "none" {
  name = "none"
}

data "mlassets_worm_record" "none" {
  bucket = "audit"
  path   = "release/2025/202501/none"
}

data "mlassets_worm_record" "odd" {
  bucket = "audit"
  path   = "../../etc/passwd"
}
"#;

#[test]
fn each_kind_can_be_looked_up() {
    let workspace = Workspace::new(&format!("{}{LOOKUPS}", world(&unique("data"))));
    workspace.apply().ok();
    workspace.plan_is_empty();
    let shown = workspace.run(&["output", "-json", "found"]).ok();
    let found: serde_json::Value = serde_json::from_str(&shown.stdout).expect("an output is JSON");
    let expected = serde_json::json!([
        7, true, "first", [7], "data", { "threshold": 0.85, "models": ["ranker"] }, 3, true, "abc", "2025-01-15-v1", 1,
        "it was released",
    ]);
    assert_eq!(found, expected);

    workspace.write("missing.tf", MISSING);
    let none = |at, detail| Expected { at, summary: "Not found", detail };
    workspace.run(&["plan", "-json", "-input=false"]).fails().errs(&[
        none("name = ", "There is no work pool \"never-made\". Create it first, or manage it as a resource."),
        none(
            "name           = \"default\"",
            "There is no work queue \"never-made/default\". Create it first, or manage it as a resource.",
        ),
        none("name      = \"made\"", "There is no deployment \"never/made\". Deploy the flow first."),
        none(
            "id    = ",
            "There is no deployment pause \"pool/never-made\". Create it first, or manage it as a resource.",
        ),
        none(
            "name  = \"never_made\"",
            "There is no variable \"never_made\". Create it first, or manage it as a resource.",
        ),
        none(
            "name   = \"never-made\"",
            "There is no concurrency limit \"never-made\". Create it first, or manage it as a resource.",
        ),
        none("id = ", "There is no model registry \"other\". Create it first, or manage it as a resource."),
        none("version = ", "There is no model version \"ranker@v0\". Create it first, or manage it as a resource."),
        none(
            "environment = ",
            "There is no model deployment \"ranker@moon\". Create it first, or manage it as a resource.",
        ),
        none("name = ", "There is no worm bucket \"none\". Create it first, or manage it as a resource."),
        none(
            "path   = \"release",
            "There is no worm record \"audit/release/2025/202501/none\". Create it first, or manage it as a resource.",
        ),
        Expected {
            at: "path   = \"..",
            summary: "Invalid value",
            detail: "The record type is not allowed: only `a` to `z`, `0` to `9` and `_` are allowed.",
        },
    ]);
    std::fs::remove_file(workspace.path("missing.tf")).expect("the file was just written");
    workspace.destroy().ok();
}

/// A registry that was never made is not an error of the database.
#[test]
fn nothing_is_found_where_nothing_was_made() {
    let workspace = Workspace::new(
        "data \"mlassets_model_registry\" \"none\" {\n  id = \"core\"\n}\n\
         data \"mlassets_model_version\" \"none\" {\n  model = \"m\"\n  version = \"v\"\n}\n",
    );
    let none = |at, detail| Expected { at, summary: "Not found", detail };
    workspace.run(&["plan", "-json", "-input=false"]).fails().errs(&[
        none(
            "id = ",
            "There is no model registry \"core\". Create it first, or manage it as a resource.",
        ),
        none(
            "version = ",
            "There is no model version \"m@v\". Create it first, or manage it as a resource.",
        ),
    ]);
    assert!(!workspace.path("registry.db").exists(), "looking made a file");
}

/// Prefect's own tools make deployments, so they can be looked at alone.
#[test]
fn deployments_are_found_by_what_is_said_of_them() {
    let (pool, train, score) = (unique("found"), unique("train"), unique("score"));
    let workspace = Workspace::new(&format!(
        "resource \"mlassets_work_pool\" \"this\" {{\n  name = {pool:?}\n  force_destroy = true\n}}\n"
    ));
    workspace.apply().ok();
    let nightly = deploy(&train, "nightly", Some(&pool));
    deploy(&train, "hourly", Some(&pool));
    deploy(&score, "nightly", Some(&pool));
    deploy(&score, "elsewhere", None);
    set_paused(&nightly, true);

    workspace.write(
        "look.tf",
        &format!(
            r#"
locals {{
  filters = {{
    pool    = {{ work_pool_name = {pool:?} }}
    flow    = {{ flow_name = {score:?} }}
    name    = {{ work_pool_name = {pool:?}, name = "nightly" }}
    tags    = {{ flow_name = {train:?}, tags = ["hourly", "deployed"] }}
    paused  = {{ work_pool_name = {pool:?}, paused = true }}
    running = {{ work_pool_name = {pool:?}, paused = false }}
    none    = {{ work_pool_name = "never-made" }}
  }}
}}

data "mlassets_deployments" "these" {{
  for_each       = local.filters
  work_pool_name = lookup(each.value, "work_pool_name", null)
  flow_name      = lookup(each.value, "flow_name", null)
  name           = lookup(each.value, "name", null)
  tags           = lookup(each.value, "tags", null)
  paused         = lookup(each.value, "paused", null)
}}

data "mlassets_deployment" "one" {{
  flow_name = {train:?}
  name      = "nightly"
}}

output "found" {{
  value = {{
    for filter, data in data.mlassets_deployments.these :
    filter => [for found in data.deployments : "${{found.flow_name}} ${{found.name}} ${{found.paused}}"]
  }}
}}

output "one" {{
  value = [for name in ["id", "paused", "work_pool_name", "work_queue_name", "tags"] : data.mlassets_deployment.one[name]]
}}
"#
        ),
    );
    workspace.apply().ok();
    workspace.plan_is_empty();
    let output = |name: &str| -> serde_json::Value {
        let shown = workspace.run(&["output", "-json", name]).ok();
        serde_json::from_str(&shown.stdout).expect("an output is JSON")
    };
    let first = format!("{score} nightly false");
    let (second, third) = (format!("{train} hourly false"), format!("{train} nightly true"));
    let expected = serde_json::json!({
        "pool": [first, second, third],
        "flow": [format!("{score} elsewhere false"), first],
        "name": [first, third],
        "tags": [second],
        "paused": [third],
        "running": [first, second],
        "none": [],
    });
    assert_eq!(output("found"), expected);
    assert_eq!(
        output("one"),
        serde_json::json!([nightly, true, pool, "default", ["deployed", "nightly"]])
    );
    workspace.destroy().ok();
}
