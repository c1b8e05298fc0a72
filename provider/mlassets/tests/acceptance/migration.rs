//! The guide for those who come from the Prefect provider: what it says is to be changed is all that is to be changed,
//! and the result does what theirs did.

use std::path::Path;

use crate::harness::{Workspace, unique};

/// The two configurations of the guide, theirs and ours.
fn configurations() -> [String; 2] {
    let page = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs/guide/migrate-from-the-prefect-provider.md");
    let page = std::fs::read_to_string(page).expect("the guide is there");
    ["# theirs", "# here"].map(|head| {
        let (_, rest) =
            page.split_once(&format!("```terraform\n{head}\n")).expect("the guide has it");
        rest.split_once("```").expect("a block ends").0.to_owned()
    })
}

/// The words of each line, so that alignment does not count.
fn words(configuration: &str) -> Vec<Vec<&str>> {
    configuration.lines().map(|line| line.split_whitespace().collect()).collect()
}

#[test]
fn little_more_than_the_prefix_changes() {
    let [theirs, ours] = configurations();
    let kept: Vec<&str> = theirs.lines().filter(|line| !line.contains("workspace_id")).collect();
    let replaced = kept.join("\n").replace("prefect_", "mlassets_").replace("is_paused", "paused");
    assert_eq!(words(&replaced), words(&ours));
}

#[test]
fn the_configuration_of_the_guide_is_applied() {
    let [_, ours] = configurations();
    // Names of its own, as other tests share the server.
    let name = unique("m");
    let ours = ours
        .replace("\"migrated-", &format!("\"{name}-"))
        .replace("\"migrated_", &format!("\"{}_", name.replace('-', "_")));
    let outputs = r#"
output "found" {
  value = [
    data.mlassets_work_pool.pool.type,
    contains(data.mlassets_work_pools.all.work_pools[*].name, mlassets_work_pool.default_template.name),
    data.mlassets_variable.by_name.value,
    mlassets_variable.object.value.sizes[2],
    mlassets_work_queue.queue.paused,
    jsondecode(mlassets_work_pool.own_template.base_job_template).job_configuration.image,
  ]
}
"#;
    let workspace = Workspace::new(&format!("{ours}{outputs}"));
    let template = r#"{
  "variables": { "type": "object", "properties": { "image": { "type": "string" } } },
  "job_configuration": { "image": "{{ image }}" }
}
"#;
    workspace.write("base-job-template.json", template);
    workspace.apply().ok();
    workspace.plan_is_empty();
    let shown = workspace.run(&["output", "-json", "found"]).ok();
    let found: serde_json::Value = serde_json::from_str(&shown.stdout).expect("an output is JSON");
    let expected =
        serde_json::json!(["process", true, "variable value goes here", 3, true, "{{ image }}"]);
    assert_eq!(found, expected);
    workspace.destroy().ok();
}
