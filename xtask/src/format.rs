//! `cargo xtask format`: rustfmt over every Rust file of the repository.
//!
//! `cargo fmt` follows `mod` lines only; it does not see the modules that the list of assets declares.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::{process, repository, ui};

/// Format every Rust file, also those that a macro declares.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  cargo xtask format\n  cargo xtask format --check   show what would change, and fail if anything would"
)]
pub(crate) struct Arguments {
    /// Change nothing
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if arguments.check { check() } else { rustfmt(&[]) }
}

/// Fails and shows the difference if rustfmt would change a file.
pub(crate) fn check() -> Result<()> {
    rustfmt(&["--check"])
}

fn rustfmt(arguments: &[&str]) -> Result<()> {
    let root = repository::root();
    let mut files = repository::files(root)?;
    files.retain(|file| Path::new(file).extension().is_some_and(|name| name == "rs"));
    ui::command(&format!("rustfmt {} ({} files)", arguments.join(" "), files.len()));
    // The edition stands in `rustfmt.toml`.
    process::run(Command::new("rustfmt").current_dir(root).args(arguments).args(files))
}
