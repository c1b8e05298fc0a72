//! How fast provider and generator are; `cargo xtask bench` builds and starts this.
//!
//! It takes the part of Terraform: starts the provider, connects with certificates as Terraform does, and makes
//! calls. Nothing here is a test: figures are shown, none is asserted.

mod calls;
mod codec;
mod connect;
mod distribute;
mod engine;
mod handshake;
mod host;
mod identity;
mod load;
mod nothing;
mod plugin;
mod promote;
mod render;
mod report;
mod sample;
mod start;
mod terraform;
mod usage;
mod worm;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::{Parser, ValueEnum};

use crate::calls::Scope;
use crate::identity::Identity;
use crate::report::Figure;

/// Measure a provider.
#[derive(Debug, Parser)]
#[command(name = "bench")]
struct Arguments {
    /// What to measure
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["start", "plan", "apply", "engine", "codec", "terraform", "render", "worm", "distribute", "promote"])]
    only: Vec<Benchmark>,
    /// How to show the figures
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// Seconds for which each setting is measured
    #[arg(long, default_value_t = 2.0, value_name = "SECONDS")]
    time: f64,
    /// A program of a provider of any make
    #[arg(long, value_name = "PROGRAM")]
    provider: PathBuf,
    /// The resource to be planned; it is applied, too, if there is no `--bench-provider`
    #[arg(long = "type", value_name = "TYPE")]
    type_name: String,
    /// A provider whose `bench_model_version` can be applied without anything behind it
    #[arg(long, value_name = "PROGRAM")]
    bench_provider: Option<PathBuf>,
    /// The program `mlgen`, without which no rendering is measured
    #[arg(long, value_name = "PROGRAM")]
    mlgen: Option<PathBuf>,
    /// The address of a registry in which to deploy, beside a SQLite file
    #[arg(long, value_name = "URL")]
    registry: Vec<String>,
    /// The program `terraform`, without which nothing is measured with it
    #[arg(long, value_name = "PROGRAM")]
    terraform: Option<PathBuf>,
    /// URL of an S3 server with its keys, without which the archive is measured in a directory only
    #[arg(long, value_name = "URL")]
    s3: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Benchmark {
    Start,
    Plan,
    Apply,
    Engine,
    Codec,
    Terraform,
    Render,
    Worm,
    Distribute,
    Promote,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut figures = machine();
    let measured = measure(&arguments, &mut figures).await;
    let text = match arguments.format {
        Format::Table => report::table(&figures),
        Format::Json => report::json(&figures),
    };
    // A reader that went away is no error.
    let _ = std::io::stdout().write_all(text.as_bytes());
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("stopped: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Adds all figures that are wanted; what was measured before an error stays.
async fn measure(arguments: &Arguments, figures: &mut Vec<Figure>) -> Result<()> {
    let time = Duration::try_from_secs_f64(arguments.time).context("`--time` is no time")?;
    let identity = Identity::new()?;
    let Arguments { provider, type_name, .. } = arguments;
    let name = file_name(provider);
    let wants = |benchmark| arguments.only.contains(&benchmark);
    if wants(Benchmark::Start) {
        say("starting the provider");
        figures.extend(start::run(&name, provider, &identity).await?);
    }
    let mut scope = Scope { plan: wants(Benchmark::Plan), apply: wants(Benchmark::Apply), time };
    if let Some(program) = &arguments.bench_provider {
        let (name, type_name) = (file_name(program), "bench_model_version");
        if scope.apply {
            say(&format!("calling {name}"));
            figures.extend(calls::run(&name, program, type_name, scope, &identity).await?);
        }
        scope.apply = false;
    }
    if scope.plan || scope.apply {
        say(&format!("calling {name}"));
        figures.extend(calls::run(&name, provider, type_name, scope, &identity).await?);
    }
    if wants(Benchmark::Engine) {
        say("planning and applying without a connection");
        figures.extend(engine::run(time).await?);
    }
    if wants(Benchmark::Codec) {
        say("reading and writing values");
        figures.extend(codec::run(time)?);
    }
    if let (true, Some(program)) = (wants(Benchmark::Terraform), &arguments.terraform) {
        say("running Terraform");
        figures.extend(terraform::run(program, provider)?);
    }
    if let (true, Some(program)) = (wants(Benchmark::Render), &arguments.mlgen) {
        say("rendering environments");
        figures.extend(render::run(program)?);
    }
    if wants(Benchmark::Distribute) {
        say("publishing an artifact of 5 GiB");
        figures.extend(distribute::run().await?);
    }
    if wants(Benchmark::Promote) {
        say("deploying models");
        figures.extend(promote::run(&arguments.registry, time).await?);
    }
    if wants(Benchmark::Worm) {
        say("appending records, and checking a hundred thousand");
        figures.extend(worm::run(arguments.s3.as_deref(), time).await?);
    }
    Ok(())
}

/// On what all figures depend.
fn machine() -> Vec<Figure> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let processors = u32::try_from(processors).unwrap_or(u32::MAX);
    let mut figures =
        vec![Figure::new("machine", "processors", processors.into(), report::Unit::Count)];
    figures.extend(
        usage::load().map(|load| Figure::new("machine", "load before", load, report::Unit::Count)),
    );
    figures
}

fn file_name(program: &Path) -> String {
    program.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn say(text: &str) {
    // When nobody reads it, nobody misses it.
    let _ = writeln!(std::io::stderr(), "[bench] {text}");
}
