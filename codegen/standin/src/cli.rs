//! The command line, and the environment by which Terraform's wrappers say what to serve.

use std::collections::BTreeSet;
use std::env;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::{Args, Parser, Subcommand};

use crate::catalog::Catalog;
use crate::mirror::{self, Mirror, Plugin};
use crate::provider;
use crate::trim::{self, Trim};
use crate::values::Values;

/// Names the provider to be served; the wrappers in a mirror set it.
pub const SERVES: &str = "MLASSETS_STANDIN_SERVES";
/// Documents of the user, separated as in `PATH`.
pub const SCHEMAS: &str = "MLASSETS_STANDIN_SCHEMAS";
/// A file with values of the user.
pub const VALUES: &str = "MLASSETS_STANDIN_VALUES";

/// Stands in for Terraform providers: real schemas, no cloud.
#[derive(Debug, Parser)]
#[command(name = "mlassets-standin", version, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  Plan a stack without an account:
    $ mlassets-standin mirror /tmp/mirror
    $ export TF_CLI_CONFIG_FILE=/tmp/mirror/terraform.rc
    $ terraform init -backend=false && terraform validate && terraform test

  The same with the schemas of the very providers that you use:
    $ terraform providers schema -json > schemas.json
    $ mlassets-standin mirror /tmp/mirror --schemas schemas.json

  See what can be planned:
    $ mlassets-standin types registry.terraform.io/hashicorp/aws";

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a folder from which Terraform installs the stand-ins, and the configuration that names it.
    Mirror(MirrorArgs),
    /// List the types that are served.
    Types(TypesArgs),
    /// Write the documents that are part of this program, from full ones and the modules that use them.
    Trim(TrimArgs),
}

#[derive(Debug, Args)]
struct Sources {
    /// A document of the shape of `terraform providers schema -json`, beside the embedded ones.
    #[arg(long = "schemas", value_name = "FILE", env = SCHEMAS, value_delimiter = LIST)]
    schemas: Vec<PathBuf>,
}

/// What separates files in an environment variable.
const LIST: char = if cfg!(windows) { ';' } else { ':' };

#[derive(Debug, Args)]
struct MirrorArgs {
    /// The folder; what is there of an earlier call is replaced.
    dir: PathBuf,
    #[command(flatten)]
    sources: Sources,
    /// A JSON file of values that are not to be made up, by type and attribute.
    #[arg(long, value_name = "FILE")]
    values: Option<PathBuf>,
    /// A real provider to be installed as well.
    #[arg(long = "plugin", value_name = "ADDRESS=VERSION=PATH")]
    plugins: Vec<Plugin>,
}

#[derive(Debug, Args)]
struct TypesArgs {
    /// Only the types of this provider.
    address: Option<String>,
    #[command(flatten)]
    sources: Sources,
}

#[derive(Debug, Args)]
struct TrimArgs {
    /// A full document; of a type that several have, the last one counts.
    #[arg(long, value_name = "FILE", required = true)]
    from: Vec<PathBuf>,
    /// A folder with modules: the types in their files are kept.
    #[arg(long, value_name = "DIR")]
    modules: Vec<PathBuf>,
    /// A folder with examples, tests or stacks, read in the same way.
    #[arg(long, value_name = "DIR")]
    examples: Vec<PathBuf>,
    /// Where `facts.json` and `additions/` are and the documents go.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Write nothing, and fail if a document is not what it would become.
    #[arg(long)]
    check: bool,
}

/// All that the program does.
pub fn main() -> ExitCode {
    let done = match env::var(SERVES) {
        Ok(address) => serve(&address),
        Err(_) => run(Cli::parse()),
    };
    done.unwrap_or_else(|error| {
        // When nobody reads stderr any more there is nobody to tell.
        let _ = writeln!(io::stderr(), "mlassets-standin: {error:#}");
        ExitCode::from(2)
    })
}

fn serve(address: &str) -> Result<ExitCode> {
    let files: Vec<PathBuf> =
        env::var_os(SCHEMAS).map(|list| env::split_paths(&list).collect()).unwrap_or_default();
    let values = match env::var_os(VALUES) {
        Some(file) => Values::read(file.as_ref())?,
        None => Values::default(),
    };
    let entry = Catalog::load(&files)?.entry(address)?;
    Ok(tfplug::provider::serve_any(provider::served(&entry, values)?))
}

fn run(cli: Cli) -> Result<ExitCode> {
    match cli.command {
        Command::Mirror(args) => {
            let program = env::current_exe().context("cannot tell where this program is")?;
            let catalog = Catalog::load(&args.sources.schemas)?;
            let written = mirror::write(
                &Mirror {
                    dir: args.dir,
                    program,
                    schemas: args.sources.schemas,
                    values: args.values,
                    plugins: args.plugins,
                },
                &catalog,
            )?;
            print(&format!(
                "export TF_CLI_CONFIG_FILE={}\n",
                mirror::quoted(&written.configuration)
            ))?;
        }
        Command::Types(args) => print(&types(&args)?)?,
        Command::Trim(args) => {
            let done = trim::run(&Trim {
                from: args.from,
                used_in: [args.modules, args.examples].concat(),
                out: args.out,
                check: args.check,
            })?;
            print(&done.to_string())?;
            if args.check && done.is_stale() {
                return Ok(ExitCode::FAILURE);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A line for each type, with `data.` or `ephemeral.` before those that are no resources.
fn types(args: &TypesArgs) -> Result<String> {
    let catalog = Catalog::load(&args.sources.schemas)?;
    let addresses = match &args.address {
        Some(address) => BTreeSet::from([address.clone()]),
        None => catalog.addresses()?,
    };
    let mut lines = String::new();
    for address in addresses {
        let entry = catalog.entry(&address)?;
        for name in entry.schemas.types() {
            let _ = writeln!(lines, "{address} {} {name}", entry.version);
        }
    }
    if lines.is_empty() {
        bail!("there is nothing to be served");
    }
    Ok(lines)
}

/// Writes to stdout. A reader that has had enough is no failure.
fn print(text: &str) -> Result<()> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).context("cannot write the output")
        }
        _ => Ok(()),
    }
}
