//! `mlassets_work_queue`.

use mlassets::backend::prefect::{NewWorkQueue, WorkQueuePatch};
use serde_json::json;

use super::{Life, with_each_program};
use crate::harness::{told, unique};
use crate::meddle::{prefect, wait};
use crate::messages::Expected;

const ADDRESS: &str = "mlassets_work_queue.this";

fn background(pool: &str) -> String {
    format!("resource \"mlassets_work_pool\" \"pool\" {{\n  name = {pool:?}\n}}\n")
}

fn queue(name: &str, more: &str) -> String {
    format!(
        "resource \"mlassets_work_queue\" \"this\" {{\n  work_pool_name = mlassets_work_pool.pool.name\n  \
         name = {name:?}\n{more}\n}}\n"
    )
}

#[test]
fn lives() {
    with_each_program(|program| {
        let pool = unique("queues");
        let life = Life::new(program, ADDRESS, &background(&pool));
        let created = json!({
            "work_pool_name": pool, "name": "urgent", "description": null, "paused": false,
            "concurrency_limit": null, "priority": 2, "status": "NOT_READY",
        });
        life.becomes("it is created", &queue("urgent", ""), "create", &created);
        let all =
            "  description = \"first\"\n  concurrency_limit = 2\n  paused = true\n  priority = 1";
        let changed = json!({
            "description": "first", "concurrency_limit": 2, "paused": true, "priority": 1,
            "status": "PAUSED",
        });
        life.becomes("it changes in place", &queue("urgent", all), "update", &changed);
        life.meddled(
            "somebody else has other ideas",
            || {
                let theirs = WorkQueuePatch {
                    is_paused: Some(false),
                    priority: Some(9),
                    description: Some("theirs".to_owned()),
                    ..WorkQueuePatch::default()
                };
                wait(prefect().update_work_queue(&pool, "urgent", &theirs)).expect("it is there");
            },
            "update",
            &changed,
        );
        life.is_imported(
            &format!("{pool}/urgent"),
            &format!("{{ work_pool_name = {pool:?}, name = \"urgent\" }}"),
        );
        let plain = json!({
            "description": null, "concurrency_limit": null, "paused": false, "priority": 1,
        });
        life.becomes("only the priority stays as it is", &queue("urgent", ""), "update", &plain);
        life.becomes("it is renamed", &queue("later", ""), "replace", &json!({ "name": "later" }));
        life.meddled(
            "it is deleted",
            || assert!(wait(prefect().delete_work_queue(&pool, "later")).expect("it answers")),
            "create",
            &json!({ "name": "later" }),
        );
        life.cannot_import(
            "resource \"mlassets_work_queue\" \"this_missing\" {\n  work_pool_name = \"none\"\n  name = \"none\"\n}\n",
            "none/none",
            "There is nothing with the import ID \"none/none\", which has the form `{work_pool_name}/{name}`.",
        );
        life.ends();
    });
}

#[test]
fn the_default_queue_is_taken_over_and_stays() {
    let pool = unique("default");
    let life = Life::new(told("MLASSETS_TEST_TERRAFORM"), ADDRESS, &background(&pool));
    let limited = queue("default", "  concurrency_limit = 5\n  description = \"all else\"");
    let expected = json!({ "concurrency_limit": 5, "description": "all else", "priority": 1 });
    life.becomes("it is taken over", &limited, "create", &expected);
    life.workspace.configure("");
    life.workspace.run(&["apply", "-auto-approve", "-json", "-input=false"]).ok().warns(&[Expected {
        at: "",
        summary: "The default queue stays",
        detail: "Prefect cannot delete the default queue of a pool. Terraform has forgotten it; it ends with its pool.",
    }]);
    let there = wait(prefect().find_work_queue(&pool, "default")).expect("the server answers");
    assert_eq!(there.expect("it stays").concurrency_limit, Some(5));
    life.ends();
}

#[test]
fn errors_name_the_way_out() {
    let pool = unique("wrong");
    let life = Life::new(told("MLASSETS_TEST_TERRAFORM"), ADDRESS, &background(&pool));
    let theirs = NewWorkQueue {
        name: "theirs".to_owned(),
        concurrency_limit: Some(1),
        ..NewWorkQueue::default()
    };
    wait(prefect().create_work_queue(&pool, &theirs)).expect("the pool is there");
    let missing = "resource \"mlassets_work_queue\" \"lost\" {\n  work_pool_name = \"no-such-pool\"\n  name = \"q\"\n}\n";
    life.workspace.configure(&format!("{}{missing}", queue("theirs", "")));
    let exists = format!(
        "POST /work_pools/{pool}/queues on the Prefect server …: the name is taken (409); import the existing object, or \
         choose another name. To manage the existing queue, import it: `terraform import ADDRESS \"{pool}/theirs\"`."
    );
    let expected = [
        Expected { at: "name = ", summary: "Work queue exists", detail: &exists },
        Expected {
            at: "work_pool_name = ",
            summary: "No such work pool",
            detail: "There is no work pool \"no-such-pool\". Create it first, and refer to it by \
                     `mlassets_work_pool.NAME.name`.",
        },
    ];
    life.workspace
        .run(&["apply", "-auto-approve", "-json", "-input=false"])
        .fails()
        .errs(&expected);
    // What belongs to nobody goes with its pool only if that is wanted.
    life.workspace.configure("");
    let forced = background(&pool).replace("}\n", "  force_destroy = true\n}\n");
    life.workspace.write("background.tf", &forced);
    life.workspace.apply().ok();
    life.workspace.destroy().ok();
}

/// Terraform writes one queue after the other, and Prefect moves the neighbours each time.
#[test]
fn priorities_come_true_in_one_apply() {
    let pool = unique("ranks");
    let queues = |ranks: &[(&str, Option<u32>)]| -> String {
        let blocks = ranks.iter().map(|(name, priority)| {
            let priority = priority.map_or_else(String::new, |rank| format!("  priority = {rank}\n"));
            format!(
                "resource \"mlassets_work_queue\" {name:?} {{\n  work_pool_name = mlassets_work_pool.pool.name\n  \
                 name = {name:?}\n{priority}}}\n"
            )
        });
        blocks.collect::<Vec<_>>().concat()
    };
    let workspace = crate::harness::Workspace::new(&background(&pool));
    for ranks in [
        // From nothing, with the queue that is born with the pool.
        [("a", Some(1)), ("b", Some(2)), ("c", Some(3)), ("default", Some(4))],
        // Two swap.
        [("a", Some(2)), ("b", Some(1)), ("c", Some(3)), ("default", Some(4))],
        // All are turned round.
        [("a", Some(3)), ("b", Some(4)), ("c", Some(2)), ("default", Some(1))],
        // One has no wish, and is not moved for nothing.
        [("a", Some(3)), ("b", None), ("c", Some(1)), ("default", Some(2))],
    ] {
        workspace.configure(&format!("{}{}", background(&pool), queues(&ranks)));
        workspace.apply().ok();
        workspace.plan_is_empty();
        for (name, priority) in ranks {
            let found = wait(prefect().find_work_queue(&pool, name)).expect("the server answers");
            let found = found.expect("it is there").priority;
            assert_eq!(found, Some(priority.map_or(4, i64::from)), "{name} of {ranks:?}");
        }
    }
    workspace.destroy().ok();
}
