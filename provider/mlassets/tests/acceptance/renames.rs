//! An object that is destroyed under one address and created under another in the same apply is still there
//! afterwards, in whichever order Terraform runs the two.

use mlassets::backend::registry::{Location, Options, Registry};

use crate::harness::{Workspace, unique};
use crate::meddle::{prefect, wait};

/// One of each kind, all called `name` in Terraform, with `more` in each block.
fn resources(pool: &str, name: &str, more: &str) -> String {
    format!(
        r#"
resource "mlassets_work_pool" "{name}" {{
  name = "{pool}"
{more}}}

resource "mlassets_work_queue" "{name}" {{
  work_pool_name = mlassets_work_pool.{name}.name
  name           = "urgent"
{more}}}

resource "mlassets_variable" "{name}" {{
  name  = "{pool}"
  value = 1
{more}}}

resource "mlassets_concurrency_limit" "{name}" {{
  name  = "{pool}"
  limit = 1
{more}}}

resource "mlassets_model_registry" "this" {{}}

resource "mlassets_model_version" "{name}" {{
  model           = "ranker"
  version         = "v1"
  artifact_uri    = "s3://models/ranker/"
  artifact_sha256 = sha256("a")
  depends_on      = [mlassets_model_registry.this]
{more}}}

resource "mlassets_model_deployment" "{name}" {{
  model       = mlassets_model_version.{name}.model
  environment = "production"
  version     = mlassets_model_version.{name}.version
{more}}}

resource "mlassets_worm_bucket" "{name}" {{
  name           = "audit"
  retention_days = 1
{more}}}
"#
    )
}

#[track_caller]
fn all_are_there(workspace: &Workspace, pool: &str) {
    workspace.plan_is_empty();
    let found = wait(prefect().find_work_queue(pool, "urgent")).expect("the server answers");
    assert!(found.is_some(), "the queue is gone");
    let found = wait(prefect().find_variable(pool)).expect("the server answers");
    assert!(found.is_some(), "the variable is gone");
    let found = wait(prefect().find_concurrency_limit(pool)).expect("the server answers");
    assert!(found.is_some(), "the limit is gone");
    let file = workspace.path("registry.db").display().to_string();
    let location = Location::parse(&file).expect("a path is an address");
    let registry = Registry::new(location, Options::new("test")).expect("the names are good");
    let deployed = wait(registry.find_deployment("ranker", "production"));
    assert!(deployed.expect("the registry is there").is_some(), "nothing is deployed");
    assert!(workspace.path("worm/audit/.chain").exists(), "the bucket is gone");
}

#[test]
fn ten_renames_without_moved_destroy_nothing() {
    let pool = unique("renamed");
    let workspace = Workspace::new(&resources(&pool, "r0", ""));
    workspace.apply().ok();
    for round in 1..=10 {
        workspace.configure(&resources(&pool, &format!("r{round}"), ""));
        workspace.apply().ok();
        all_are_there(&workspace, &pool);
    }
    workspace.destroy().ok();
    assert_eq!(wait(prefect().find_work_pool(&pool)).expect("the server answers"), None);
}

#[test]
fn a_replacement_that_creates_first_destroys_nothing() {
    let pool = unique("replaced");
    let before = "  lifecycle {\n    create_before_destroy = true\n  }\n";
    let workspace = Workspace::new(&resources(&pool, "this", before));
    workspace.apply().ok();
    let bucket = workspace.path("worm/audit/.chain/000000000001.json");
    let chain = std::fs::read(&bucket).expect("the bucket was created");
    let kinds = ["work_pool", "work_queue", "model_version", "model_deployment", "worm_bucket"];
    let replace = kinds.map(|kind| format!("-replace=mlassets_{kind}.this"));
    let mut command = vec!["apply", "-auto-approve", "-input=false", "-no-color"];
    command.extend(replace.iter().map(String::as_str));
    let applied = workspace.run(&command).ok();
    for what in [
        format!("The work pool \"{pool}\" stays"),
        format!("The work queue \"{pool}/urgent\" stays"),
        "The model deployment \"ranker@production\" stays".to_owned(),
        "The worm bucket \"audit\" stays".to_owned(),
    ] {
        assert!(applied.text().contains(&what), "{what}: {applied}");
    }
    all_are_there(&workspace, &pool);
    assert_eq!(std::fs::read(&bucket).ok(), Some(chain));
    workspace.destroy().ok();
    assert_eq!(wait(prefect().find_work_pool(&pool)).expect("the server answers"), None);
}
