//! `cargo xtask`: the one entrance for every chore of the repository.
//!
//! A machine with a Rust toolchain and Python 3.10 or newer is enough: what else a chore needs is taken from
//! `PATH` when its version fits and is otherwise installed below `.tools`. Each chore is a module of its own;
//! this file only reads arguments. Nothing here is part of the provider.

mod bench;
mod completions;
mod demo;
mod environment;
mod format;
mod generate;
mod http;
mod process;
mod repository;
mod servers;
mod test;
mod tidy;
mod tools;
mod ui;
mod version;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Every chore of this repository.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    disable_help_subcommand = true,
    after_help = "Start with:\n  cargo xtask demo         see the provider at work\n  cargo xtask test         what CI runs\n  cargo xtask test --quick no servers, no documentation"
)]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    Demo(demo::Arguments),
    Test(test::Arguments),
    Bench(bench::Arguments),
    Format(format::Arguments),
    Tidy(tidy::Arguments),
    Gen(generate::Arguments),
    Servers(servers::Arguments),
    Tools(tools::Arguments),
    Completions(completions::Arguments),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().chore {
        Chore::Demo(arguments) => demo::run(&arguments),
        Chore::Test(arguments) => test::run(&arguments),
        Chore::Bench(arguments) => bench::run(&arguments),
        Chore::Format(arguments) => format::run(&arguments),
        Chore::Tidy(arguments) => tidy::run(&arguments),
        Chore::Gen(arguments) => generate::run(&arguments),
        Chore::Servers(arguments) => servers::run(&arguments),
        Chore::Tools(arguments) => tools::run(&arguments),
        Chore::Completions(arguments) => {
            completions::run(&arguments);
            Ok(())
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            ui::failure(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Arguments;

    #[test]
    fn arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn each_chore_shows_examples() {
        for chore in Arguments::command().get_subcommands() {
            let text = chore.get_after_help().map(ToString::to_string).unwrap_or_default();
            let call = format!("cargo xtask {}", chore.get_name());
            assert!(text.contains(&call), "`{call} --help` has no example");
        }
    }
}
