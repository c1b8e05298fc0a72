//! The modules of the catalogue for this provider, applied on real servers.

use std::path::Path;

use serde_json::json;

use crate::harness::{Workspace, unique};
use crate::meddle::{deploy, paused_in, redis};

/// A workspace with a module of `modules/mlassets`, called with these inputs.
fn module(name: &str, inputs: &str) -> Workspace {
    let workspace = Workspace::new("");
    configure(&workspace, name, inputs);
    workspace.run(&["init", "-input=false", "-no-color"]).ok();
    workspace
}

fn configure(workspace: &Workspace, name: &str, inputs: &str) {
    workspace.configure(&format!(
        "module \"this\" {{\n  source = \"{}\"\n{inputs}}}\noutput \"this\" {{\n  value = module.this\n}}\n",
        source(name)
    ));
}

/// Where a module of the catalogue is.
fn source(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../modules/mlassets").join(name);
    folder.canonicalize().expect("the module is there").display().to_string()
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

/// The registry, two releases with their artifacts, and a deployment that stops a pool and raises a signal while it is rolled
/// back.
fn releases(pool: &str, signal: &str, deployed: &str) -> String {
    let release = |name: &str, version: &str| {
        format!(
            "module \"{name}\" {{\n  source = \"{}\"\n  model = \"ranker\"\n  release = \"{version}\"\n  \
             environment = \"production\"\n  artifacts = {{ model_ai1 = \"{name}/ai1.pkl\" }}\n  \
             depends_on = [module.registry]\n}}\n",
            source("artifact-release")
        )
    };
    format!(
        "resource \"mlassets_work_pool\" \"this\" {{\n  name = \"{pool}\"\n  force_destroy = true\n}}\n\
         module \"registry\" {{\n  source = \"{}\"\n}}\n{}{}\
         module \"this\" {{\n  source = \"{}\"\n  model = \"ranker\"\n  environment = \"production\"\n  \
         release = module.{deployed}.release\n  signal = {{ name = \"{signal}\" }}\n  \
         pause = {{ work_pool = mlassets_work_pool.this.name }}\n  depends_on = [module.first, module.second]\n}}\n\
         output \"this\" {{\n  value = module.this\n}}\n",
        source("model-registry"),
        release("first", "2025-01-15-v1"),
        release("second", "2025-01-15-v2"),
        source("model-deployment"),
    )
}

#[test]
fn a_release_is_published_deployed_and_rolled_back() {
    let (pool, signal) = (unique("release"), unique("halt").replace('-', "_"));
    let workspace = Workspace::new("");
    workspace.write("first/ai1.pkl", "one");
    workspace.write("second/ai1.pkl", "two");
    workspace.configure(&releases(&pool, &signal, "second"));
    workspace.run(&["init", "-input=false", "-no-color"]).ok();
    workspace.apply().ok();
    workspace.plan_is_empty();
    deploy(&pool, "nightly", Some(&pool));
    assert_eq!(given(&workspace)["release"], json!("2025-01-15-v2"));

    // The old version's artifacts are damaged: all is stopped, and stays so until they are whole again.
    let damaged = workspace.path("store/production/ranker/2025-01-15-v1/ai1.pkl");
    std::fs::remove_file(&damaged).expect("the folder can be written");
    std::fs::write(&damaged, "0ne").expect("the folder can be written");
    workspace.configure(&releases(&pool, &signal, "first"));
    let target = ["apply", "-auto-approve", "-input=false", "-no-color", "-target=module.this"];
    let targets = [&target[..], &["-refresh=false"]].concat();
    workspace.run(&targets).fails().says("ai1.pkl");
    assert_eq!(paused_in(&pool), ["nightly"]);
    assert_eq!(active(&signal), "1");

    // The whole apply mends the artifacts from their source, and goes on where it stopped.
    workspace.apply().ok();
    workspace.plan_is_empty();
    let now = given(&workspace);
    assert_eq!(
        (&now["release"], &now["previous_release"]),
        (&json!("2025-01-15-v1"), &json!("2025-01-15-v2"))
    );
    assert_eq!(paused_in(&pool), [""; 0]);
    assert_eq!(active(&signal), "0");
    workspace.destroy().ok();
}

/// Whether a signal is raised, as its consumers read it.
fn active(signal: &str) -> String {
    redis(&["HGET", &format!("{{mlassets:ops}}:{signal}"), "active"])
}
