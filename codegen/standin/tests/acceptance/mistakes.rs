//! Mistakes planted into a stack: each is found, and by the command that the [table](crate::table) says.

use std::panic::catch_unwind;
use std::sync::OnceLock;

use crate::harness::Stack;
use crate::table::{By, MISTAKES, Mistake};

/// The stack without a mistake, initialized.
fn sound(case: &'static str) -> Stack {
    static AWS: OnceLock<Stack> = OnceLock::new();
    static AZURE: OnceLock<Stack> = OnceLock::new();
    static HELM: OnceLock<Stack> = OnceLock::new();
    let initialized = || {
        let stack = Stack::of(case);
        stack.init().ok();
        stack
    };
    match case {
        "aws" => AWS.get_or_init(initialized).twin(),
        "azure" => AZURE.get_or_init(initialized).twin(),
        "helm" => HELM.get_or_init(initialized).twin(),
        other => panic!("there is no stack {other}"),
    }
}

fn check(mistake: &Mistake) {
    let Mistake { case, file, old, new, by, says, .. } = *mistake;
    let stack = sound(case);
    stack.edit(file, old, new);
    if by == By::Init {
        stack.init().fails().says(says);
        return;
    }
    let validated = stack.validate();
    if by == By::Validate {
        validated.fails().says(says);
        return;
    }
    validated.ok();
    let mut plan = vec!["plan", "-no-color"];
    if case == "aws" {
        plan.push("-var-file=dev.tfvars");
    }
    let planned = stack.run(&plan);
    match by {
        By::Plan => planned.fails().says(says),
        By::Warning => planned.ok().says("Warning:").says(says),
        _ => planned.ok(),
    };
}

/// Tries all mistakes of one sort and names those that are not found as they should be.
#[track_caller]
fn check_all(by: By) {
    let mistakes = MISTAKES.iter().filter(|mistake| mistake.by == by);
    let missed: Vec<&str> = mistakes
        .filter(|mistake| catch_unwind(|| check(mistake)).is_err())
        .map(|mistake| mistake.what)
        .collect();
    assert_eq!(missed, Vec::<&str>::new(), "see above for each");
}

#[test]
fn found_by_init() {
    check_all(By::Init);
}

#[test]
fn found_by_validate() {
    check_all(By::Validate);
}

#[test]
fn found_by_plan() {
    check_all(By::Plan);
}

#[test]
fn warned_of_by_plan() {
    check_all(By::Warning);
}

#[test]
fn what_only_the_service_knows_is_not_found() {
    check_all(By::Nobody);
}
