//! `cargo xtask gen`: writes every committed file that a program makes, or checks that none is stale.
//!
//! A generator is a crate of the workspace that knows `--check`; adding one is an entry in [`GENERATORS`].

use anyhow::{Result, bail};

use crate::{process, repository, ui};

struct Generator {
    /// What it writes, as the reader knows it.
    writes: &'static str,
    /// The arguments of `cargo run`.
    run: &'static [&'static str],
}

const GENERATORS: [Generator; 4] = [
    Generator {
        writes: "the Rust form of the plugin protocol",
        run: &["--package", "protogen", "--"],
    },
    Generator { writes: "the provider's pages", run: &["--package", "docgen", "--"] },
    Generator {
        writes: "the tables of the modules' pages, and mlgen's schemas",
        run: &["--package", "modgen", "--"],
    },
    // From themselves: what modules no longer use goes away. A type that is new needs the full schemas, as the
    // stand-in's README says.
    Generator {
        writes: "the schemas that the stand-in carries",
        run: &[
            "--package",
            "standin",
            "--",
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
    if arguments.check { check() } else { each(&[]) }
}

/// Fails if a committed file is not what its generator would write.
pub(crate) fn check() -> Result<()> {
    each(&["--check"])
}

fn each(further: &[&str]) -> Result<()> {
    let mut stale = Vec::new();
    for generator in &GENERATORS {
        let mut command = repository::cargo();
        command.args(["run", "--quiet"]).args(generator.run).args(further);
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
