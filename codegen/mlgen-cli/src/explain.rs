//! `mlgen explain`: the winning line, all that it overrode, and where the value goes.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use mlgen::diag;
use mlgen::explain::{Explanation, Setting};
use mlgen::merge::Path;

use crate::args::Format;
use crate::job::ExplainJob;
use crate::project;
use crate::render::{Exit, Streams};
use crate::report::Refusal;

/// Explains a value of the project.
pub fn run(job: &ExplainJob, streams: &mut Streams<'_>) -> anyhow::Result<Exit> {
    let app = project::read(&job.root, &job.set)?;
    if job.format == Format::Json && app.has_errors() {
        Refusal::of_app(&app).write(streams.out)?;
        return Ok(Exit::Refused);
    }
    if app.has_errors() {
        project::show_diagnostics(&app, streams.err)?;
        return Ok(Exit::Refused);
    }
    let path: Path =
        job.path.parse().map_err(|error| anyhow::anyhow!("`{}`: {error}", job.path))?;
    match app.explain(&job.environment, &path) {
        Ok(found) => {
            match job.format {
                Format::Json => writeln!(streams.out, "{}", serde_json::to_string_pretty(&found)?)?,
                Format::Human => human(&found, streams.out)?,
            }
            Ok(Exit::Fine)
        }
        Err(error) if job.format == Format::Json => {
            Refusal::of_diagnostic(&error, app.sources()).write(streams.out)?;
            Ok(Exit::Refused)
        }
        Err(error) => {
            writeln!(streams.err, "{}", diag::render(&error, app.sources(), true))?;
            Ok(Exit::Refused)
        }
    }
}

/// One block for each target; the target is named where there are several.
fn human(found: &[Explanation], out: &mut dyn Write) -> io::Result<()> {
    let bold = Style::new().bold();
    let dim = AnsiColor::BrightBlack.on_default();
    let mut targets = found.iter().map(|one| &one.target).collect::<Vec<_>>();
    targets.dedup();
    let several = found.len() > targets.len();
    let mut last = None;
    for one in found {
        if targets.len() > 1 && last != Some(&one.target) {
            let gap = if last.is_some() { "\n" } else { "" };
            writeln!(out, "{gap}{dim}{}:{dim:#}", one.target)?;
        }
        last = Some(&one.target);
        if several {
            write!(out, "{} = ", one.path)?;
        }
        writeln!(out, "{bold}{}{bold:#}    {}", one.value, said(&one.set))?;
        for before in &one.over {
            let value = before.value.as_ref().map_or("nothing".to_owned(), ToString::to_string);
            writeln!(out, "  over  {value}    {}", said(&before.set))?;
        }
        if let Some(place) = &one.goes_to {
            writeln!(out, "  goes to  {}:{}    {}", place.file, place.line, place.name)?;
        }
    }
    Ok(())
}

fn said(set: &Setting) -> String {
    format!("{}:{}    {}", set.file, set.line, set.layer)
}
