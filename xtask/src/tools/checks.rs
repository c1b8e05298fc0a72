//! The checkers of Kubernetes manifests, Compose files and workflows, in one virtual environment of their own.
//!
//! Several small programs and not one: what they check is published as JSON schemas and as rules, which they carry
//! with them, so nothing is looked up while tests run.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::{Package, Store, Tool, venv};
use crate::process;
use crate::version::{Version, Wanted};

/// `checks PROGRAM ARGUMENTS`, with `kubernetes-validate`, `check-jsonschema` or `actionlint` as the program.
pub(crate) const CHECKS: Tool = Tool {
    name: "checks",
    purpose: "the checkers of manifests, Compose files and workflows",
    wanted: Wanted { from: Version(1, 0, 0), below: Version(2, 0, 0) },
    // An environment of these very packages: no machine has it.
    candidates: Vec::new,
    version: |program| {
        // The version of what counts most, which is that of the Kubernetes it knows.
        let mut command = Command::new(program);
        let text = process::capture(command.args(["kubernetes-validate", "--version"]))?;
        Version::find(&text).with_context(|| format!("no version in `{}`", text.trim()))
    },
    package: Some(Package {
        pin: "kubernetes-validate, check-jsonschema and actionlint, as locked",
        recipe: concat!(include_str!("checks.sh"), include_str!("checks.lock.txt")),
        program: "checks",
        build,
    }),
};

fn build(store: &Store, _pin: &str, folder: &Path) -> Result<()> {
    let (lock, launcher) = (include_str!("checks.lock.txt"), include_str!("checks.sh"));
    venv::build(store, folder, CHECKS.name, lock, launcher)
}
