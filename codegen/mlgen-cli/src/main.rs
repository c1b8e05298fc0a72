//! `mlgen`: renders one spec per system into the stacks of every environment.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use anstream::ColorChoice;
use anyhow::bail;
use clap::{CommandFactory as _, Parser as _};
use mlgen_cli::args::{Arguments, Command, Format};
use mlgen_cli::job::{ExplainJob, RenderJob, SchemaJob};
use mlgen_cli::render::{self, Exit, Streams};
use mlgen_cli::report::Refusal;
use mlgen_cli::{explain, init, schema};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let format = arguments.command.format();
    match run(arguments) {
        Ok(exit) => ExitCode::from(exit as u8),
        // Whoever read the result has seen enough of it.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // There is nobody left to tell when that fails, too.
            drop(match format {
                Format::Human => writeln!(anstream::stderr(), "error: {error:#}"),
                Format::Json => Refusal::of_error(&error).write(&mut io::stdout()),
            });
            ExitCode::from(Exit::Refused as u8)
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let (mut out, mut err) = (anstream::stdout(), anstream::stderr());
    // Whoever wants no colours has no use for what moves the cursor either.
    let live = io::stderr().is_terminal() && err.current_choice() != ColorChoice::Never;
    let mut streams = Streams { out: &mut out, err: &mut err, live };
    let Arguments { project, command } = arguments;
    let current = std::env::current_dir()?;
    match command {
        Command::Render(typed) => {
            render::run(&RenderJob::new(typed, &project, &current)?, &mut streams)
        }
        Command::Init(typed) => {
            if project.folder.is_some() {
                bail!("there is no project yet for --project: write the folder behind `init`");
            }
            init::run(&typed, &current, &mut streams)
        }
        Command::Schema(typed) => {
            schema::run(&SchemaJob::new(&typed, &project, &current)?, &mut streams)
        }
        Command::Explain(typed) => {
            explain::run(&ExplainJob::new(typed, &project, &current)?, &mut streams)
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
