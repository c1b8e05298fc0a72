//! The modules of the catalogue for this provider, applied on real servers.

use std::path::Path;

use serde_json::json;

use crate::harness::{Workspace, unique};
use crate::meddle::{deploy, paused_in};

/// A workspace with a module of `modules/mlassets`, called with these inputs.
fn module(name: &str, inputs: &str) -> Workspace {
    let workspace = Workspace::new("");
    configure(&workspace, name, inputs);
    workspace.run(&["init", "-input=false", "-no-color"]).ok();
    workspace
}

fn configure(workspace: &Workspace, name: &str, inputs: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../modules/mlassets").join(name);
    let folder = folder.canonicalize().expect("the module is there");
    workspace.configure(&format!(
        "module \"this\" {{\n  source = {:?}\n{inputs}}}\noutput \"this\" {{\n  value = module.this\n}}\n",
        folder.display().to_string()
    ));
}

/// What the module gives out.
fn given(workspace: &Workspace) -> serde_json::Value {
    let shown = workspace.run(&["output", "-json", "this"]).ok();
    serde_json::from_str(&shown.stdout).expect("an output is JSON")
}

#[test]
fn a_work_pool_is_held_back_and_let_go() {
    let (pool, signal) = (unique("module"), unique("halt").replace('-', "_"));
    let at_work = format!(
        "  name = \"{pool}\"\n  force_destroy = true\n  queues = {{ urgent = {{ priority = 1 }} }}\n  \
         signals = {{ {signal} = {{}} }}\n"
    );
    let workspace = module("work-pool", &at_work);
    workspace.apply().ok();
    workspace.plan_is_empty();
    deploy(&pool, "nightly", Some(&pool));
    assert_eq!(paused_in(&pool), [""; 0]);

    let stopped = format!(
        "{}  deployment_pause = {{ reason = \"rollback\", ticket = \"OPS-42\" }}\n",
        at_work.replace("= {}", "= { active = true, reason = \"rollback\" }")
    );
    configure(&workspace, "work-pool", &stopped);
    workspace.apply().ok();
    workspace.plan_is_empty();
    assert_eq!(paused_in(&pool), ["nightly"]);
    let given_out = given(&workspace);
    let names: Vec<_> =
        given_out["paused_deployments"].as_object().expect("a map").values().collect();
    assert_eq!(names, [&json!("nightly")]);
    assert_eq!(given_out["signal_keys"][&signal], json!(format!("{{mlassets:ops}}:{signal}")));

    configure(&workspace, "work-pool", &at_work);
    workspace.apply().ok();
    assert_eq!(paused_in(&pool), [""; 0]);
    assert_eq!(given(&workspace)["paused_deployments"], json!({}));
    workspace.destroy().ok();
}
