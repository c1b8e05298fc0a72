//! Many resources at once, on a Prefect server that keeps its data in SQLite.

use mlassets::backend::prefect::{Config, Prefect, WorkPoolFilter};

use crate::harness::{Run, Workspace, told, unique};
use crate::registries::wait;

const POOLS: usize = 60;
const QUEUES: usize = 120;

fn resources(prefix: &str, round: usize) -> String {
    format!(
        "resource \"mlassets_work_pool\" \"this\" {{\n  count             = {POOLS}\n  \
         name              = \"{prefix}-${{count.index}}\"\n  description       = \"round {round}\"\n  \
         concurrency_limit = {round}\n}}\n\
         resource \"mlassets_work_queue\" \"this\" {{\n  count             = {QUEUES}\n  \
         work_pool_name    = mlassets_work_pool.this[count.index % {POOLS}].name\n  \
         name              = \"queue-${{count.index}}\"\n  description       = \"round {round}\"\n  \
         concurrency_limit = {round}\n}}\n"
    )
}

/// Terraform's only warning is the one about how the tests find the provider.
fn is_quiet(run: Run) -> Run {
    let text = run.text();
    assert!(!text.contains("Error"), "{run}");
    let warnings = text.matches("Warning: ").count();
    let expected = text.matches("Warning: Provider development overrides").count();
    assert_eq!(warnings, expected, "{run}");
    run
}

/// How many pools of the test and queues in them there are with this description.
fn there(prefix: &str, description: &str) -> (usize, usize) {
    let prefect = Prefect::new(&Config::new(told("MLASSETS_TEST_PREFECT_API_URL")))
        .expect("the test's server has an address");
    let names = (0..POOLS).map(|index| format!("{prefix}-{index}")).collect();
    let filter = WorkPoolFilter { names, ..WorkPoolFilter::default() };
    wait(async {
        let pools = prefect.list_work_pools(&filter).await.expect("pools can be listed");
        let mut queues = 0;
        for pool in &pools {
            let found = prefect.list_work_queues(&pool.name).await.expect("queues can be listed");
            let ours = |text: &Option<String>| text.as_deref() == Some(description);
            queues += found.iter().filter(|queue| ours(&queue.description)).count();
        }
        let ours = pools.iter().filter(|pool| pool.description.as_deref() == Some(description));
        (ours.count(), queues)
    })
}

#[test]
fn sixty_pools_and_their_queues_come_change_and_go() {
    let prefix = unique("load");
    let apply = ["apply", "-auto-approve", "-input=false", "-no-color", "-parallelism=10"];
    let destroy = ["destroy", "-auto-approve", "-input=false", "-no-color", "-parallelism=10"];
    let workspace = Workspace::new(&resources(&prefix, 1));

    is_quiet(workspace.run(&apply).ok()).says("180 added, 0 changed, 0 destroyed");
    workspace.plan_is_empty();
    assert_eq!(there(&prefix, "round 1"), (POOLS, QUEUES));

    workspace.configure(&resources(&prefix, 2));
    is_quiet(workspace.run(&apply).ok()).says("0 added, 180 changed, 0 destroyed");
    workspace.plan_is_empty();
    assert_eq!(there(&prefix, "round 2"), (POOLS, QUEUES));

    is_quiet(workspace.run(&destroy).ok()).says("180 destroyed");
    assert_eq!(there(&prefix, "round 2"), (0, 0));
}
