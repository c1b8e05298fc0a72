//! `cargo xtask bench`: builds everything with optimisation and measures it. Nothing here passes or fails.
//!
//! What is measured and how is the business of the crate `bench`, which only this chore compiles.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::servers::{Mlflow, Postgres, SeaweedFs};
use crate::tools::{Store, TERRAFORM};
use crate::{process, repository};

/// The kind of resource that is measured.
const TYPE: &str = "mlassets_model_version";

/// Measure the provider (start, memory, calls per second, plans of real Terraform, records of evidence, artifacts,
/// deployments of models) and the generator.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  cargo xtask bench                        all of it, as a table; a few minutes\n  cargo xtask bench --only start,plan      a part of it\n  cargo xtask bench --format json > new    for a program\n  cargo xtask bench --provider ./terraform-provider-other --type other_thing\n                                           another provider under the same calls"
)]
pub(crate) struct Arguments {
    /// What to measure, of: start, plan, apply, engine, codec, terraform, render, worm, distribute, promote
    #[arg(long, value_name = "WHAT")]
    only: Option<String>,
    /// How to show the figures
    #[arg(long, value_parser = ["table", "json"], default_value = "table")]
    format: String,
    /// Seconds for which each setting is measured
    #[arg(long, value_name = "SECONDS")]
    time: Option<String>,
    /// Measure this provider instead: start, plan and apply of a resource with nothing behind it
    #[arg(long, value_name = "PROGRAM", requires = "type_name")]
    provider: Option<PathBuf>,
    /// The resource of `--provider`
    #[arg(long = "type", value_name = "TYPE", requires = "provider", id = "type_name")]
    type_name: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    // One call, so that the framework is compiled once.
    process::run(repository::cargo().args([
        "build",
        "--release",
        "--package",
        "bench",
        "--package",
        "mlassets",
        "--package",
        "mlgen-cli",
    ]))?;
    let built = repository::target_folder()?.join("release");
    let mut command = Command::new(built.join("bench"));
    command.args(["--format", &arguments.format]);
    for (option, value) in [("--time", &arguments.time), ("--only", &arguments.only)] {
        if let Some(value) = value {
            command.args([option, value]);
        }
    }
    if let (Some(provider), Some(type_name)) = (&arguments.provider, &arguments.type_name) {
        command.arg("--provider").arg(provider).args(["--type", type_name]);
        return process::run(&mut command);
    }
    command
        .arg("--provider")
        .arg(built.join("terraform-provider-mlassets"))
        .args(["--type", TYPE])
        .arg("--bench-provider")
        .arg(built.join("terraform-provider-bench"))
        .arg("--mlgen")
        .arg(built.join("mlgen"));
    let wants = |what| arguments.only.as_ref().is_none_or(|only| only.contains(what));
    if wants("terraform") {
        command.arg("--terraform").arg(Store::new().need(&TERRAFORM)?.program);
    }
    // The servers end with this function.
    let s3 = if wants("worm") { Some(SeaweedFs::start(&Store::new())?) } else { None };
    if let Some(s3) = &s3 {
        command.arg("--s3").arg(s3.url());
    }
    let databases = if wants("promote") {
        let store = Store::new();
        let postgres = Postgres::start(&store)?;
        Some((Mlflow::start(&store, &postgres)?, postgres))
    } else {
        None
    };
    if let Some((mlflow, postgres)) = &databases {
        command.args(["--registry", &postgres.url()]);
        command.args(["--registry", &format!("mlflow+{}", mlflow.url())]);
    }
    process::run(&mut command)
}
