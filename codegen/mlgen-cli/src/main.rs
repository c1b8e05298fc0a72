//! `mlgen`: renders one spec per system into the stacks of every environment.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use anstream::ColorChoice;
use clap::{CommandFactory as _, Parser as _};
use mlgen_cli::args::{Arguments, Command};
use mlgen_cli::job::{ExplainJob, RenderJob, SchemaJob};
use mlgen_cli::render::{self, Exit, Streams};
use mlgen_cli::{explain, init, schema};

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(exit) => ExitCode::from(exit as u8),
        // Whoever read the result has seen enough of it.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            drop(writeln!(anstream::stderr(), "error: {error:#}"));
            ExitCode::from(Exit::Refused as u8)
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let (mut out, mut err) = (anstream::stdout(), anstream::stderr());
    // Whoever wants no colours has no use for what moves the cursor either.
    let live = io::stderr().is_terminal() && err.current_choice() != ColorChoice::Never;
    let mut streams = Streams { out: &mut out, err: &mut err, live };
    match arguments.command {
        Command::Render(typed) => {
            render::run(&RenderJob::new(typed, &std::env::current_dir()?)?, &mut streams)
        }
        Command::Init(typed) => init::run(&typed, &std::env::current_dir()?, &mut streams),
        Command::Schema(typed) => {
            schema::run(&SchemaJob::new(&typed, &std::env::current_dir()?)?, &mut streams)
        }
        Command::Explain(typed) => {
            explain::run(&ExplainJob::new(typed, &std::env::current_dir()?)?, &mut streams)
        }
        Command::Completions(completions) => {
            let mut script = Vec::new();
            let mut command = Arguments::command();
            clap_complete::generate(completions.shell, &mut command, "mlgen", &mut script);
            io::stdout().write_all(&script)?;
            Ok(Exit::Fine)
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
