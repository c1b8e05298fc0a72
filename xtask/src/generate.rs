//! `cargo xtask gen`: writes every committed file that a program makes, or checks that none is stale.
//!
//! A generator is a crate of the workspace that knows `--check`; adding one is an entry in [`GENERATORS`].

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::{process, repository, ui};

struct Generator {
    /// What it writes, as the reader knows it.
    writes: &'static str,
    /// The program, which a crate of the workspace builds.
    program: &'static str,
    arguments: &'static [&'static str],
}

const GENERATORS: [Generator; 4] = [
    Generator {
        writes: "the Rust form of the plugin protocol",
        program: "protogen",
        arguments: &[],
    },
    Generator { writes: "the provider's pages", program: "docgen", arguments: &[] },
    Generator {
        writes: "the tables of the modules' pages, and mlgen's schemas",
        program: "modgen",
        arguments: &[],
    },
    // From themselves: what modules no longer use goes away. A type that is new needs the full schemas, as the
    // stand-in's README says.
    Generator {
        writes: "the schemas that the stand-in carries",
        program: "mlassets-standin",
        arguments: &[
            "trim",
            "--from=codegen/standin/data/aws.json",
            "--from=codegen/standin/data/azurerm.json",
            "--from=codegen/standin/data/helm.json",
            "--from=codegen/standin/data/kubernetes.json",
            "--from=codegen/standin/data/random.json",
            "--modules=modules",
            "--examples=codegen/standin/tests/cases",
            "--out=codegen/standin/data",
        ],
    },
];

/// Write every generated file anew.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  cargo xtask gen           write\n  cargo xtask gen --check   say what is stale, write nothing"
)]
pub(crate) struct Arguments {
    /// Write nothing; fail if a file is not what its generator would write
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    each(&[], if arguments.check { &["--check"] } else { &[] })
}

/// Fails if a committed file is not what its generator would write. The generators are built with these `features`, so
/// that what a build of the tests has compiled is not compiled again.
pub(crate) fn check(features: &[&str]) -> Result<()> {
    each(features, &["--check"])
}

fn each(features: &[&str], further: &[&str]) -> Result<()> {
    let programs = build(features)?;
    let mut stale = Vec::new();
    for generator in &GENERATORS {
        let mut command = Command::new(programs.join(generator.program));
        command.current_dir(repository::root()).args(generator.arguments).args(further);
        ui::command(&process::shown(&command));
        if !process::status(&mut command)?.success() {
            stale.push(generator.writes);
        }
    }
    match stale.as_slice() {
        [] => Ok(()),
        stale if further.is_empty() => bail!("could not be written: {}", stale.join(", ")),
        stale => bail!("stale: {}; run `cargo xtask gen` and commit the result", stale.join(", ")),
    }
}

/// Builds the generators and gives the folder that they are in.
fn build(features: &[&str]) -> Result<PathBuf> {
    let mut command = repository::cargo();
    // With an example among them cargo chooses the features of dependencies as it does for tests.
    command.args(["build", "--workspace", "--example", "hello"]).args(features);
    command.args(GENERATORS.iter().flat_map(|generator| ["--bin", generator.program]));
    ui::command(&process::shown(&command));
    process::run(&mut command)?;
    Ok(repository::target_folder()?.join("debug"))
}
