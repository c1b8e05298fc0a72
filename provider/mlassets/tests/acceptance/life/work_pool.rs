//! `mlassets_work_pool`.

use mlassets::backend::prefect::{Change, NewWorkPool, NewWorkQueue, WorkPoolPatch, json_eq};
use serde_json::{Value as Json, json};

use super::{Life, with_each_program};
use crate::harness::unique;
use crate::meddle::{post, prefect, wait};
use crate::messages::Expected;

const ADDRESS: &str = "mlassets_work_pool.this";

fn pool(name: &str, more: &str) -> String {
    format!("resource \"mlassets_work_pool\" \"this\" {{\n  name = {name:?}\n{more}\n}}\n")
}

fn patch(name: &str, patch: &WorkPoolPatch) {
    wait(prefect().update_work_pool(name, patch)).expect("the pool is there");
}

const TEMPLATE: &str = r#"
  base_job_template = jsonencode({
    variables         = { type = "object", properties = { command = { type = "string" } } }
    job_configuration = { command = "{{ command }}", env = { A = 1 } }
  })"#;

const SAME_TEMPLATE: &str = r#"
  base_job_template = <<-EOT
    { "job_configuration": { "env": { "A": 1.0 }, "command": "{{ command }}" },
      "variables": { "properties": { "command": { "type": "string" } }, "type": "object" } }
  EOT"#;

#[test]
fn lives() {
    with_each_program(|program| {
        let name = unique("pool");
        let pool = |more: &str| pool(&name, more);
        let life = Life::new(program, ADDRESS, "");
        let created = json!({
            "name": name, "type": "process", "description": null, "paused": false,
            "concurrency_limit": null, "storage_configuration": null, "force_destroy": false,
            "status": "NOT_READY",
        });
        life.becomes("it is created", &pool(""), "create", &created);
        life.becomes(
            "settings change in place",
            &pool(
                "  description = \"nightly\"\n  concurrency_limit = 3\n  paused = true\n  \
                 storage_configuration = { bundle_upload_step = jsonencode({ step = { b = 1 } }) }",
            ),
            "update",
            &json!({ "description": "nightly", "concurrency_limit": 3, "paused": true, "status": "PAUSED" }),
        );
        life.becomes("settings are left out again", &pool(""), "update", &created);
        life.becomes(
            "a setting that Prefect never sees",
            &pool("  force_destroy = true"),
            "update",
            &json!({ "force_destroy": true }),
        );
        let stored = |id: &str, step: &str| {
            pool(&format!(
                "  storage_configuration = {{\n    default_result_storage_block_id = {id:?}\n    \
                 bundle_upload_step = jsonencode({step})\n  }}"
            ))
        };
        let block = uuid::Uuid::new_v4().to_string();
        life.becomes(
            "it has a block for results",
            &stored(&block.to_uppercase(), "{}"),
            "update",
            &json!({ "force_destroy": false }),
        );
        life.stays("the same block in lower case", &stored(&block, "{}"));
        let limited = "  concurrency_limit = 4\n  description = \"mine\"";
        life.becomes("it is limited", &pool(limited), "update", &json!({ "concurrency_limit": 4 }));
        life.meddled(
            "somebody else has other ideas",
            || {
                let theirs = WorkPoolPatch {
                    description: Change::Set("theirs".to_owned()),
                    concurrency_limit: Change::Clear,
                    is_paused: Some(true),
                    ..WorkPoolPatch::default()
                };
                patch(&name, &theirs);
            },
            "update",
            &json!({ "concurrency_limit": 4, "description": "mine", "paused": false }),
        );
        life.is_imported(&name, &format!("{{ name = {name:?} }}"));
        life.becomes(
            "its type changes",
            &pool("  type = \"docker\""),
            "replace",
            &json!({ "type": "docker" }),
        );
        life.meddled(
            "it is deleted",
            || assert!(wait(prefect().delete_work_pool(&name)).expect("the server answers")),
            "create",
            &json!({ "name": name, "type": "docker" }),
        );
        life.cannot_import(
            "resource \"mlassets_work_pool\" \"this_missing\" {\n  name = \"never-made\"\n}\n",
            "never-made",
            "There is nothing with the import ID \"never-made\", which has the form `{name}`.",
        );
        life.ends();
        assert_eq!(wait(prefect().find_work_pool(&name)).expect("the server answers"), None);
    });
}

#[test]
fn has_a_template() {
    with_each_program(|program| {
        let name = unique("template");
        let pool = |more: &str| pool(&name, more);
        let life = Life::new(program, ADDRESS, "");
        let template = |life: &Life| -> Json {
            serde_json::from_str(&life.text("base_job_template")).expect("a template is JSON")
        };
        let types = wait(prefect().worker_types()).expect("the server knows its types");
        let of = |kind: &str| {
            let found = types.iter().find(|known| known.pool_type == kind);
            found.expect("Prefect knows the type").default_base_job_template.clone()
        };

        life.becomes("it has none of its own", &pool(""), "create", &json!({}));
        assert!(json_eq(&template(&life), &of("process")));
        life.becomes("it gets one", &pool(TEMPLATE), "update", &json!({}));
        assert_eq!(template(&life)["job_configuration"]["env"], json!({ "A": 1 }));
        life.stays("the same template in other words", &pool(SAME_TEMPLATE));
        life.meddled(
            "somebody empties it",
            || {
                let empty =
                    WorkPoolPatch { base_job_template: Change::Clear, ..WorkPoolPatch::default() };
                patch(&name, &empty);
            },
            "update",
            &json!({}),
        );
        assert_eq!(template(&life)["job_configuration"]["env"], json!({ "A": 1.0 }));
        life.undisturbed("a worker polls", || {
            let path = format!("/work_pools/{name}/workers/heartbeat");
            post(&path, &json!({ "name": "worker" }));
        });
        life.becomes("it is left out", &pool(""), "update", &json!({ "status": "READY" }));
        assert!(json_eq(&template(&life), &of("process")));
        // An import knows nothing of the configuration, the first apply after it does.
        life.becomes("it gets one again", &pool(TEMPLATE), "update", &json!({}));
        life.is_imported(&name, &format!("{{ name = {name:?} }}"));
        let described = format!("{TEMPLATE}\n  description = \"d\"");
        life.becomes("it is described", &pool(&described), "update", &json!({}));
        life.becomes("it is left out again", &pool(""), "update", &json!({ "description": null }));
        assert!(json_eq(&template(&life), &of("process")));
        life.becomes(
            "another type has another one",
            &pool("  type = \"docker\""),
            "replace",
            &json!({}),
        );
        assert!(json_eq(&template(&life), &of("docker")));
        life.ends();
    });
}

#[test]
fn stays_while_deployments_point_at_it() {
    let name = unique("used");
    let life = Life::new(crate::harness::told("MLASSETS_TEST_TERRAFORM"), ADDRESS, "");
    life.becomes("it is created", &pool(&name, ""), "create", &json!({}));
    let flow = post("/flows/", &json!({ "name": name }));
    for deployment in ["morning", "nightly"] {
        let new = json!({ "name": deployment, "flow_id": flow["id"], "work_pool_name": name });
        post("/deployments/", &new);
    }
    let in_use = Expected {
        at: "name = ",
        summary: "Work pool is in use",
        detail: "Deployments point at it and would never run again: morning, nightly. Move them to another pool \
                 first, or set `force_destroy = true` and apply that.",
    };
    life.workspace.run(&["plan", "-destroy", "-json", "-input=false"]).fails().errs(&[in_use]);
    // The plan of a replacement does not ask, so the apply does.
    life.workspace.configure(&pool(&name, "  type = \"docker\""));
    life.workspace
        .run(&["apply", "-auto-approve", "-json", "-input=false"])
        .fails()
        .errs(&[Expected { at: "", ..in_use }]);
    let forced = pool(&name, "  force_destroy = true");
    life.becomes("it may go", &forced, "update", &json!({ "force_destroy": true }));
    life.ends();
    assert_eq!(wait(prefect().find_work_pool(&name)).expect("the server answers"), None);
}

#[test]
fn stays_while_it_has_queues() {
    let name = unique("queued");
    let life = Life::new(crate::harness::told("MLASSETS_TEST_TERRAFORM"), ADDRESS, "");
    let queue = "resource \"mlassets_work_queue\" \"of\" {\n  work_pool_name = mlassets_work_pool.this.name\n  \
                 name = \"urgent\"\n  lifecycle {\n    replace_triggered_by = [mlassets_work_pool.this.id]\n  }\n}\n";
    life.workspace.configure(&format!("{}{queue}", pool(&name, "")));
    life.workspace.apply().ok();
    // Queues that follow their pool are made anew with it.
    life.workspace.configure(&format!("{}{queue}", pool(&name, "  type = \"docker\"")));
    life.plan().ok().warns(&[Expected {
        at: "type = ",
        summary: "The pool is replaced",
        detail: "Another type is another pool, and queues end with theirs: the apply refuses if there are any beside \
                 `default`. Let those in Terraform follow, by `lifecycle { replace_triggered_by = \
                 [mlassets_work_pool.NAME.id] }` in each, or set `force_destroy = true` and apply that.",
    }]);
    life.workspace.apply().ok().says("2 added, 0 changed, 2 destroyed.");
    life.workspace.plan_is_empty();

    // Those of nobody would be lost.
    let theirs = NewWorkQueue { name: "theirs".to_owned(), ..NewWorkQueue::default() };
    wait(prefect().create_work_queue(&name, &theirs)).expect("the pool is there");
    let has = Expected {
        at: "",
        summary: "Work pool has queues",
        detail: "They would end with it: theirs. Destroy them first; those in Terraform must refer to the pool, and follow \
                 its replacement by `lifecycle { replace_triggered_by = [mlassets_work_pool.NAME.id] }`. Or set \
                 `force_destroy = true` and apply that.",
    };
    life.workspace.run(&["destroy", "-auto-approve", "-json", "-input=false"]).fails().errs(&[has]);
    let forced = pool(&name, "  type = \"docker\"\n  force_destroy = true");
    life.workspace.configure(&forced);
    life.workspace.apply().ok();
    life.workspace.run(&["destroy", "-auto-approve", "-json", "-input=false"]).ok().warns(&[
        Expected {
            at: "",
            summary: "Queues ended with their pool",
            detail: &format!("With the pool {name:?} ended its queues: theirs."),
        },
    ]);
}

/// What makes every call fail is told once, and as an error.
#[test]
fn is_not_begun_on_a_server_that_does_not_answer() {
    let server = crate::server::Server::start(|request| {
        let csrf = request.head.contains("/csrf-token");
        (if csrf { 404 } else { 401 }, String::new(), "{\"detail\": \"Not Found\"}".to_owned())
    });
    let workspace = crate::harness::Workspace::new(&pool("never-made", ""))
        .env("PREFECT_API_URL", server.api_url());
    let run = workspace.run(&["apply", "-auto-approve", "-json", "-input=false"]).fails();
    let run = run.warns(&[]);
    run.errs(&[Expected {
        at: "",
        summary: "Prefect denied access",
        detail: "GET /collections/views/aggregate-worker-metadata on the Prefect server …: the credentials are missing or \
                 wrong (401)…",
    }]);
}

#[test]
fn is_not_taken_from_somebody_else() {
    let name = unique("foreign");
    let new = NewWorkPool {
        name: name.clone(),
        pool_type: "process".to_owned(),
        description: Some("theirs".to_owned()),
        ..NewWorkPool::default()
    };
    wait(prefect().create_work_pool(&new)).expect("the name is new");
    let life = Life::new(crate::harness::told("MLASSETS_TEST_TERRAFORM"), ADDRESS, "");
    life.workspace.configure(&pool(&name, ""));
    let detail = format!(
        "POST /work_pools/ on the Prefect server …: the name is taken (409); import the existing object, or choose \
         another name. To manage the existing pool, import it: `terraform import ADDRESS {name:?}`."
    );
    let exists = Expected { at: "name", summary: "Work pool exists", detail: &detail };
    life.workspace
        .run(&["apply", "-auto-approve", "-json", "-input=false"])
        .fails()
        .errs(&[exists]);
    life.workspace.configure(&pool(&name, "  description = \"theirs\""));
    life.imports(&format!("  id = {name:?}"));
}
