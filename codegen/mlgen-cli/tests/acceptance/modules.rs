//! Each Terraform module alone: initialized, validated and tested by Terraform itself, without a warning.

use std::process::Command;

use super::host::{self, Stack};
use super::tools;
use crate::repository::{self, Module, modules};
use crate::{Trial, test};

pub(super) fn trials() -> Vec<Trial> {
    let modules = modules().into_iter().filter(Module::is_terraform);
    let each =
        modules.map(|module| test(format!("modules::{}", module.name()), move || check(&module)));
    each.chain([test("modules::are_formatted", formatted)]).collect()
}

fn check(module: &Module) {
    let stack = Stack::at(host::folder().join("modules").join(module.name()));
    stack.install(&["-backend=false"]);
    stack.validate();
    let run = stack.run(&["test", "-no-color"]).ok();
    let warnings = run.stdout.lines().filter_map(|line| line.strip_prefix("Warning: "));
    let unknown: Vec<&str> = warnings.filter(|title| !LEFT_BEHIND.contains(title)).collect();
    assert!(unknown.is_empty(), "it warns: {run}");
}

/// What the provider `mlassets` says when a test forgets what no destroy may remove.
const LEFT_BEHIND: [&str; 5] = [
    "The artifacts stay",
    "The bucket stays",
    "The record stays",
    "The registry's data stays",
    "The version stays",
];

fn formatted() {
    let mut terraform = Command::new(tools::told("MLASSETS_TEST_TERRAFORM"));
    terraform.args(["fmt", "-check", "-diff", "-recursive", "-no-color", "modules"]);
    tools::run(terraform.current_dir(repository::root())).ok();
}
