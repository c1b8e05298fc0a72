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
    let warnings = warnings(&run.stdout);
    assert!(warnings.is_empty(), "{run}");
}

/// The warnings of tests. What a provider leaves behind on purpose it says when a test tears down.
fn warnings(output: &str) -> Vec<&str> {
    let mut tearing_down = false;
    let mut warnings = Vec::new();
    for line in output.lines() {
        if line.ends_with("... in progress") || line.ends_with("... tearing down") {
            tearing_down = line.ends_with("... tearing down");
        } else if line.contains("Warning:") && !tearing_down {
            warnings.push(line);
        }
    }
    warnings
}

fn formatted() {
    let mut terraform = Command::new(tools::told("MLASSETS_TEST_TERRAFORM"));
    terraform.args(["fmt", "-check", "-diff", "-recursive", "-no-color", "modules"]);
    tools::run(terraform.current_dir(repository::root())).ok();
}
