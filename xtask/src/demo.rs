//! `cargo xtask demo`: provider and generator at work on this machine, each step with its command and a plain
//! sentence. What is shown is in `provider` and `generator`; this file builds the programs that both need.

mod generator;
mod provider;
mod workspace;

use std::path::PathBuf;
use std::thread;

use anyhow::{Result, anyhow};

use crate::servers::Prefect;
use crate::tools::{Found, Store, TERRAFORM};
use crate::{process, repository, ui};

/// Build provider and generator, and see real Terraform work with both on this machine.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  cargo xtask demo                    from nothing to nothing\n  cargo xtask demo --debug            the same, built in less time\n  cargo xtask demo --only generator   one spec becomes a stack, and Terraform plans it without a cloud\n  cargo xtask demo --keep             leave everything running, to try things out"
)]
pub(crate) struct Arguments {
    /// Leave the workspaces and the Prefect server, and print how to go on
    #[arg(long)]
    keep: bool,
    /// Build without optimisation, which is quicker
    #[arg(long)]
    debug: bool,
    /// Show one of the two parts
    #[arg(long, value_name = "PART")]
    only: Option<Part>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Assets that Terraform owns: a Prefect work pool, a model registry, evidence
    Provider,
    /// Stacks of a system, rendered from its spec and planned
    Generator,
}

impl Arguments {
    fn shows(&self, part: Part) -> bool {
        self.only.is_none_or(|only| only == part)
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    say("Building the programs. Meanwhile Terraform and what else is needed are made ready.");
    let with_prefect = arguments.shows(Part::Provider);
    let tools = thread::spawn(move || tools(with_prefect));
    let built = build(arguments);
    let tools = tools.join().map_err(|_| anyhow!("bug in xtask: the thread panicked"));
    let (programs, (terraform, prefect)) = (built?, tools??);

    if let Some(prefect) = prefect {
        let provider = programs.join(workspace::PROVIDER);
        provider::show(&provider, &terraform.program, prefect, arguments.keep)?;
    }
    if arguments.shows(Part::Generator) {
        generator::show(&programs, &terraform.program, arguments.keep)?;
    }
    Ok(())
}

fn tools(with_prefect: bool) -> Result<(Found, Option<Prefect>)> {
    let store = Store::new();
    let terraform = store.need(&TERRAFORM)?;
    let prefect = with_prefect.then(|| Prefect::start(&store)).transpose()?;
    Ok((terraform, prefect))
}

/// Builds what is shown and gives the folder of the programs.
fn build(arguments: &Arguments) -> Result<PathBuf> {
    let mut command = repository::cargo();
    // Its modules may use the provider, so the generator is shown with it.
    command.args(["build", "--package", "mlassets"]);
    if arguments.shows(Part::Generator) {
        command.args(["--package", "mlgen-cli", "--package", "standin"]);
    }
    let profile = if arguments.debug {
        "debug"
    } else {
        command.arg("--release");
        "release"
    };
    process::run(&mut command)?;
    Ok(repository::target_folder()?.join(profile))
}

fn say(text: &str) {
    ui::heading(text);
}
