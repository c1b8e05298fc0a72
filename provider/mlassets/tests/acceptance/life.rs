//! The life of each kind of resource, from its creation to its end.

use crate::harness::{Workspace, unique};

#[test]
fn a_work_pool_lives() {
    let name = unique("pool");
    let pool = |more: &str| {
        format!("resource \"mlassets_work_pool\" \"this\" {{\n  name = \"{name}\"\n{more}}}\n")
    };
    let workspace = Workspace::new(&pool(""));
    workspace.apply().ok().says("1 added");
    workspace.plan_is_empty();

    workspace.configure(&pool("  concurrency_limit = 3\n  description = \"nightly\"\n"));
    workspace.apply().ok().says("1 changed");
    workspace.plan_is_empty();

    workspace.configure(&pool("  type = \"docker\"\n"));
    let plan = workspace.plan();
    assert_eq!(plan["mlassets_work_pool.this"], "delete+create");
    workspace.apply().ok();
    workspace.plan_is_empty();

    workspace.run(&["state", "rm", "mlassets_work_pool.this"]).ok();
    workspace.run(&["import", "-no-color", "mlassets_work_pool.this", &name]).ok();
    workspace.plan_is_empty();

    workspace.destroy().ok().says("1 destroyed");
}
