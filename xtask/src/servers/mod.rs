//! `cargo xtask servers`: real servers on loopback, each on a port that the system gave, gone when xtask is.
//!
//! A server is a [`Guard`]: dropping it ends the process and removes its folder. For an xtask that is interrupted
//! or killed and drops nothing, a watchdog does the same: see `guard.rs`.

mod azurite;
mod guard;
mod mlflow;
mod port;
mod postgres;
mod prefect;
mod redis;
mod seaweedfs;

use std::process::Command;

use anyhow::Result;

pub(crate) use self::azurite::Azurite;
pub(crate) use self::mlflow::Mlflow;
pub(crate) use self::postgres::Postgres;
pub(crate) use self::prefect::Prefect;
pub(crate) use self::redis::Redis;
pub(crate) use self::seaweedfs::SeaweedFs;
use crate::environment::{self, Acceptance};
use crate::{process, repository, ui};

/// Start the servers that acceptance tests use, and run a command or wait.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  cargo xtask servers                   start, print the variables, wait for Enter\n  cargo xtask servers -- cargo test -p mlassets --all-features work_pool"
)]
pub(crate) struct Arguments {
    /// A command to run with the servers' addresses in its environment; they stop when it ends
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let acceptance = Acceptance::prepare()?;
    let Some((program, rest)) = arguments.command.split_first() else {
        ui::heading("The servers run. In another shell:");
        for (name, value) in acceptance.variables() {
            ui::line(&format!("export {name}={}", process::quoted(value)));
        }
        ui::heading("Press Enter to stop them.");
        std::io::stdin().read_line(&mut String::new())?;
        return Ok(());
    };
    let mut command = Command::new(program);
    command.args(rest).current_dir(repository::root());
    environment::clean(&mut command);
    command.envs(acceptance.variables().iter().map(|(name, value)| (name, value)));
    ui::command(&process::shown(&command));
    process::run(&mut command)
}
