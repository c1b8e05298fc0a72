//! The end of `mlgen render`: what was rendered is compared, written, and shown.

use std::io::{self, BufWriter, Write};

use mlgen::Literal;

use crate::args::Format;
use crate::emit::{self, Output, Plan, Scope};
use crate::job::{Mode, RenderJob};
use crate::project;
use crate::report::{self, Progress};

/// How a command ended, as its exit code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done, or nothing would change.
    Fine = 0,
    /// `--check` found a difference.
    WouldChange = 1,
    /// Nothing was done.
    Refused = 2,
}

/// Where a command writes. Both get colours; it is the streams that take them out where nobody could see them.
#[expect(missing_debug_implementations, reason = "a stream has nothing to show")]
pub struct Streams<'a> {
    /// Results.
    pub out: &'a mut dyn Write,
    /// Errors.
    pub err: &'a mut (dyn Write + Send),
    /// Whether `err` is a terminal that can take a line back.
    pub live: bool,
}

/// Why a command could not say how it ended.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The project could not be read or written.
    #[error(transparent)]
    Emit(#[from] emit::Error),
    /// The result could not be shown.
    #[error("cannot write the result: {0}")]
    Show(#[from] io::Error),
}

/// Reads the project, renders what the job asks for, and writes or compares it.
pub fn run(job: &RenderJob, streams: &mut Streams<'_>) -> anyhow::Result<Exit> {
    let app = project::read(&job.root, &job.set)?;
    if job.format == Format::Json && app.has_errors() {
        report::Refusal::of_app(&app).write(streams.out)?;
        return Ok(Exit::Refused);
    }
    if project::show_diagnostics(&app, streams.err)? {
        return Ok(Exit::Refused);
    }
    let (choice, scope) = project::choose(&app, job).map_err(anyhow::Error::msg)?;
    let literals = app.literals(&choice);
    let live = streams.live && job.format == Format::Human;
    let progress = Progress::new(app.chosen(&choice).len(), &mut *streams.err, live);
    let outputs = project::outputs(&app, &choice, &progress);
    drop(progress);
    // Nothing waits for thousands of trees to be taken apart.
    rayon::spawn(move || drop(app));
    Ok(finish(job, &scope, outputs, &literals, streams)?)
}

/// Compares what was rendered with the project, and writes it if the job says so.
///
/// `scope` is what was really rendered: aliases are names by now. `literals` are shown beside what changes.
pub fn finish(
    job: &RenderJob,
    scope: &Scope,
    outputs: Vec<Output>,
    literals: &[Literal],
    streams: &mut Streams<'_>,
) -> Result<Exit, Error> {
    let waiting = || {
        // Nobody misses a line that cannot be shown.
        drop(streams.err.write_all(b"waiting for another mlgen in this project\n"));
    };
    match job.mode {
        Mode::Check => {
            let plan = emit::look(&job.root, waiting)?.plan(outputs, scope, false)?;
            show(job, &plan, literals, streams)?;
            Ok(checked(&plan))
        }
        Mode::Write { force } => {
            let writer = emit::lock(&job.root, waiting)?;
            let plan = writer.existing().plan(outputs, scope, force)?;
            let sound = plan.problems.is_empty();
            if sound {
                writer.apply(&plan)?;
            }
            show(job, &plan, literals, streams)?;
            Ok(if sound { Exit::Fine } else { Exit::Refused })
        }
    }
}

/// A file that was changed by hand is a difference like any other; what `--force` could not solve is not.
fn checked(plan: &Plan) -> Exit {
    if plan.is_clean() {
        Exit::Fine
    } else if plan.problems.iter().all(emit::Problem::is_modified) {
        Exit::WouldChange
    } else {
        Exit::Refused
    }
}

/// A reader that has seen enough changes nothing about how the run ended.
fn show(
    job: &RenderJob,
    plan: &Plan,
    literals: &[Literal],
    streams: &mut Streams<'_>,
) -> io::Result<()> {
    let mut out = BufWriter::new(&mut *streams.out);
    let shown = show_all(job, plan, literals, &mut out, streams.err).and_then(|()| out.flush());
    match shown {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        shown => shown,
    }
}

fn show_all(
    job: &RenderJob,
    plan: &Plan,
    literals: &[Literal],
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<()> {
    let check = job.mode == Mode::Check;
    match job.format {
        Format::Json => report::json(plan, literals, check, out),
        Format::Human => {
            report::problems(plan, err)?;
            if plan.problems.is_empty() || check {
                report::human(plan, literals, check, out)
            } else {
                let count = plan.problems.len();
                let s = if count == 1 { "" } else { "s" };
                writeln!(err, "{count} problem{s}, nothing was written")
            }
        }
    }
}

#[cfg(test)]
mod tests;
