//! `cargo xtask completions`: a completion script for a shell, on standard output.

use clap::CommandFactory as _;
use clap_complete::Shell;

/// Write a completion script for a shell to standard output.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example (for a shell function or alias named `xtask` that calls `cargo xtask`):\n  cargo xtask completions bash > ~/.local/share/bash-completion/completions/xtask"
)]
pub(crate) struct Arguments {
    shell: Shell,
}

pub(crate) fn run(arguments: &Arguments) {
    let mut command = crate::Arguments::command();
    clap_complete::generate(arguments.shell, &mut command, "xtask", &mut std::io::stdout());
}
