//! Runs a real Terraform.

use std::path::Path;
use std::process::{Command, Output};

/// Runs a command in a folder, with nothing from the environment of the test.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Output {
    let program = std::env::var("MLASSETS_TEST_TERRAFORM")
        .expect("MLASSETS_TEST_TERRAFORM is set: run the acceptance tests with `cargo xtask test`");
    let (command, rest) = arguments.split_first().expect("a command is named");
    let mut terraform = Command::new(program);
    terraform.args([command, "-no-color"]).args(rest).current_dir(folder).env_clear();
    // Terraform looks for its settings there, and finds none; for differences it starts `diff`.
    terraform.env("HOME", folder).env("CHECKPOINT_DISABLE", "1");
    terraform.envs(std::env::var("PATH").map(|path| ("PATH", path)));
    terraform.output().expect("terraform starts")
}
