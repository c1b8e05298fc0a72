//! Stacks from `init` to `destroy`, with a plan in between that finds nothing to do.

use crate::harness::Stack;

/// Leads the stack through its life, and its tests as well.
#[track_caller]
fn check(stack: &Stack, variables: &[&str], resources: usize) {
    let with = |words: &[&'static str]| {
        words.iter().copied().chain(variables.iter().copied()).collect::<Vec<&str>>()
    };
    stack.init().ok();
    stack.validate().ok().says("The configuration is valid.");
    stack
        .run(&with(&["apply", "-no-color", "-auto-approve"]))
        .ok()
        .says(&format!("Resources: {resources} added, 0 changed, 0 destroyed."));
    let again = stack.run(&with(&["plan", "-no-color", "-detailed-exitcode"]));
    assert_eq!(again.code, Some(0), "the second plan is not empty: {again}");
    stack
        .run(&with(&["destroy", "-no-color", "-auto-approve"]))
        .ok()
        .says(&format!("Resources: {resources} destroyed."));
    stack.run(&["test", "-no-color"]).ok().says(" 0 failed.");
}

#[test]
fn aws() {
    check(&Stack::of("aws"), &["-var-file=dev.tfvars"], 25);
}

#[test]
fn azure() {
    check(&Stack::of("azure"), &[], 8);
}

#[test]
fn helm_and_kubernetes() {
    check(&Stack::of("helm"), &[], 7);
}

#[test]
fn values_that_are_taken_apart() {
    let stack = Stack::of("traps");
    let values = stack.path("values.json").display().to_string();
    check(&stack.env("MLASSETS_STANDIN_VALUES", values), &[], 15);
}

#[test]
fn what_is_write_only_is_stored_nowhere() {
    let stack = Stack::of("helm");
    stack.init().ok();
    stack.run(&["plan", "-no-color", "-out=plan"]).ok();
    let shown = stack.run(&["show", "-json", "plan"]).ok();
    let mut shown: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
    // What stands in the files as it is stands there, too.
    shown.as_object_mut().unwrap().remove("configuration");
    stack.run(&["apply", "-no-color", "plan"]).ok();
    let (state, release) = stack.state("helm_release.prometheus");
    assert_eq!(release["set_wo"], serde_json::Value::Null);
    assert_eq!(release["set_wo_revision"], 1);
    for text in [&state, &shown.to_string()] {
        assert!(!text.contains("write-only-token") && !text.contains("write-only-password"));
    }
}

#[test]
fn an_update_changes_what_the_configuration_changes_and_no_more() {
    let stack = Stack::of("azure");
    stack.init().ok();
    stack.run(&["apply", "-no-color", "-auto-approve"]).ok();
    let (_, before) = stack.state("azurerm_storage_account.this");
    stack.edit("main.tf", "\"ZRS\"", "\"GRS\"");
    stack
        .run(&["apply", "-no-color", "-auto-approve"])
        .ok()
        .says("Resources: 0 added, 1 changed, 0 destroyed.");
    let (_, mut after) = stack.state("azurerm_storage_account.this");
    assert_eq!(after["account_replication_type"], "GRS");
    after["account_replication_type"] = "ZRS".into();
    assert_eq!(after, before);
}

#[test]
fn changed_default_tags_are_an_update() {
    let stack = Stack::of("aws");
    stack.init().ok();
    let apply = ["apply", "-no-color", "-auto-approve", "-var-file=dev.tfvars"];
    stack.run(&apply).ok();
    stack.edit("main.tf", "System      = \"shop\"", "System      = \"mall\"");
    stack.run(&apply).ok().says("0 destroyed.").says("tags_all");
    let (_, vpc) = stack.state("aws_vpc.this");
    assert_eq!(vpc["tags_all"]["System"], "mall");
    assert_eq!(vpc["tags"], serde_json::json!({ "Name": "shop" }));
}
