//! Work pools and queues of Prefect's own provider become ours by `moved` blocks, and nothing is replaced.

use mlassets::backend::prefect::{NewWorkPool, NewWorkQueue};
use serde_json::{Value as Json, json};

use crate::harness::{Workspace, unique};
use crate::meddle::{prefect, wait};
use crate::messages::Expected;

/// A state as Terraform stores it, with one resource of another provider.
fn state(provider: &str, kind: &str, attributes: &Json) -> String {
    json!({
        "version": 4,
        "terraform_version": "1.9.8",
        "serial": 7,
        "lineage": "0b2c5d1e-7b7c-4f0e-9d52-3f6b1f6f0a01",
        "outputs": {},
        "resources": [{
            "mode": "managed",
            "type": kind,
            "name": "this",
            "provider": format!("provider[\"{provider}\"]"),
            "instances": [{
                "schema_version": 0,
                "attributes": attributes,
                "sensitive_attributes": [],
                "private": "bnVsbA==",
            }],
        }],
        "check_results": null,
    })
    .to_string()
}

const PREFECT: &str = "registry.terraform.io/prefecthq/prefect";

/// Moves what the state holds to ours, which a plan finds unchanged.
#[track_caller]
fn moves(from: &str, to: &str, attributes: &Json, configuration: &str) -> Workspace {
    let workspace = Workspace::new(configuration);
    // Terraform wants every provider of the state, but asks it nothing: the new one reads the old state.
    let overrides = workspace.path("prefect");
    std::fs::create_dir(&overrides).expect("a fresh folder has room");
    let binary = env!("CARGO_BIN_EXE_terraform-provider-mlassets");
    std::os::unix::fs::symlink(binary, overrides.join("terraform-provider-prefect"))
        .expect("a fresh folder has room");
    let cli = std::fs::read_to_string(workspace.path("cli.tfrc")).expect("it was written");
    let line = format!("    \"prefecthq/prefect\" = \"{}\"\n", overrides.display());
    workspace
        .write("cli.tfrc", &cli.replace("dev_overrides {\n", &format!("dev_overrides {{\n{line}")));
    workspace.write("terraform.tfstate", &state(PREFECT, from, attributes));
    let moved = format!("moved {{\n  from = {from}.this\n  to   = {to}.this\n}}\n");
    workspace.write("moved.tf", &moved);
    let planned = workspace.run(&["plan", "-no-color", "-input=false"]).ok();
    let text = planned.text();
    assert!(text.contains(&format!("{from}.this has moved to {to}.this")), "{planned}");
    assert!(text.contains("Plan: 0 to add, 0 to change, 0 to destroy."), "{planned}");
    workspace.apply().ok();
    std::fs::remove_file(workspace.path("moved.tf")).expect("it was just written");
    workspace.plan_is_empty();
    assert_eq!(workspace.state(&format!("{to}.this"))["id"], attributes["id"]);
    workspace
}

#[test]
fn a_work_pool_of_prefects_provider() {
    let name = unique("moved");
    let new = NewWorkPool {
        name: name.clone(),
        pool_type: "process".to_owned(),
        description: Some("of the other provider".to_owned()),
        concurrency_limit: Some(4),
        ..NewWorkPool::default()
    };
    let pool = wait(prefect().create_work_pool(&new)).expect("the server takes it");
    // As that provider stores it; an account and a workspace stand only in older states.
    let attributes = json!({
        "account_id": null,
        "base_job_template": format!("{}\n", pool.base_job_template),
        "concurrency_limit": 4,
        "created": pool.created,
        "default_queue_id": pool.default_queue_id,
        "description": "of the other provider",
        "id": pool.id,
        "name": name,
        "paused": false,
        "type": "process",
        "updated": pool.updated,
        "workspace_id": null,
    });
    let configuration = format!(
        "resource \"mlassets_work_pool\" \"this\" {{\n  name = {name:?}\n  description = \"of the other provider\"\n  \
         concurrency_limit = 4\n}}\n"
    );
    let workspace = moves("prefect_work_pool", "mlassets_work_pool", &attributes, &configuration);
    workspace.destroy().ok();
}

#[test]
fn a_work_queue_of_prefects_provider() {
    let pool = unique("moved");
    let new = NewWorkPool {
        name: pool.clone(),
        pool_type: "process".to_owned(),
        ..NewWorkPool::default()
    };
    wait(prefect().create_work_pool(&new)).expect("the server takes it");
    let new = NewWorkQueue {
        name: "urgent".to_owned(),
        is_paused: Some(true),
        ..NewWorkQueue::default()
    };
    let queue = wait(prefect().create_work_queue(&pool, &new)).expect("the pool is there");
    let attributes = json!({
        "account_id": null,
        "concurrency_limit": null,
        "created": queue.created,
        "description": "",
        "id": queue.id,
        "is_paused": true,
        "name": "urgent",
        "priority": queue.priority,
        "updated": queue.updated,
        "work_pool_name": pool,
        "workspace_id": null,
    });
    let configuration = format!(
        "resource \"mlassets_work_queue\" \"this\" {{\n  work_pool_name = {pool:?}\n  name = \"urgent\"\n  paused = \
         true\n}}\n"
    );
    moves("prefect_work_queue", "mlassets_work_queue", &attributes, &configuration);
    assert!(wait(prefect().delete_work_pool(&pool)).expect("the server answers"));
}

#[test]
fn what_is_no_work_pool_is_not_moved() {
    let workspace = Workspace::new(
        "resource \"mlassets_work_pool\" \"this\" {\n  name = \"never-made\"\n}\n\nmoved {\n  from = \
         terraform_data.this\n  to = mlassets_work_pool.this\n}\n",
    );
    let attributes = json!({ "id": "a", "input": null, "output": null, "triggers_replace": null });
    let builtin = "terraform.io/builtin/terraform";
    workspace.write("terraform.tfstate", &state(builtin, "terraform_data", &attributes));
    workspace.run(&["plan", "-json", "-input=false"]).fails().errs(&[Expected {
        at: "",
        summary: "Cannot be moved here",
        detail: "`mlassets_work_pool` cannot take the place of `terraform_data` of terraform.io/builtin/terraform; it \
                 takes over `prefect_work_pool` of prefecthq/prefect. Remove the `moved` block, and import the resource \
                 if it is the same thing.",
    }]);
}
