//! What was typed. Nothing here looks at a disk; [`job`](crate::job) says what it means.
//!
//! Each command is a struct of its own that clap reads, and a variant of [`Command`] once it does something.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

const EXIT: &str = "\
Exit codes:
  0  done, or with --check: nothing would change
  1  with --check: something would change
  2  the input or the arguments are wrong, or nothing could be written";

/// Renders one spec per system into the stacks of every environment.
#[derive(Clone, Debug, PartialEq, Eq, Parser)]
#[command(name = "mlgen", version, after_help = EXIT)]
pub struct Arguments {
    #[command(flatten)]
    #[expect(missing_docs, reason = "its own fields have the help")]
    pub project: Project,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What can be done.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
#[expect(missing_docs, reason = "a command's arguments say what it does")]
pub enum Command {
    Init(Init),
    Render(Render),
    Explain(Explain),
    Schema(Schema),
    Completions(Completions),
}

impl Command {
    /// How its result is shown, errors included.
    pub fn format(&self) -> Format {
        match self {
            Self::Render(render) => render.format,
            Self::Explain(explain) => explain.format,
            Self::Init(_) | Self::Schema(_) | Self::Completions(_) => Format::Human,
        }
    }
}

/// Start a project: write an `mlgen.yaml` and a first spec
#[derive(Clone, Debug, PartialEq, Eq, Args)]
#[command(after_help = "Examples:
  mlgen init                                  asks, then writes into the current folder
  mlgen init shop --target aws --target helm  in the folder shop, for two targets
  mlgen init --name shop --region us-east-1   with a name and a region")]
pub struct Init {
    /// The folder, which is made if it is not there
    #[arg(value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
    /// Name of the system; the folder's unless given
    #[arg(long)]
    pub name: Option<String>,
    /// What to render for: aws, azure, helm, compose, mlassets; may be given several times
    #[arg(long, value_name = "NAME")]
    pub target: Vec<String>,
    /// An environment, the most careless first; staging and production unless given
    #[arg(long, value_name = "NAME")]
    pub env: Vec<String>,
    /// Region on AWS
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// Location on Azure
    #[arg(long, value_name = "LOCATION")]
    pub location: Option<String>,
}

/// Render environments, and write what changed
#[derive(Clone, Debug, PartialEq, Eq, Args)]
#[command(group(ArgGroup::new("environments").args(["env", "all"]).required(true)))]
#[command(after_help = format!("Examples:
  mlgen render --env staging                 one environment
  mlgen render --all                         every environment
  mlgen render --env staging --target aws    only its stack for AWS
  mlgen render --all --check                 for pipelines: show what would change, write nothing
  mlgen render --env staging --set database.storage_gb=50
  mlgen render --env staging --set database.aws.multi_az=true    for one target

{EXIT}"))]
pub struct Render {
    /// An environment; may be given several times
    #[arg(long, value_name = "NAME")]
    pub env: Vec<String>,
    /// Every environment of mlgen.yaml
    #[arg(long)]
    pub all: bool,
    /// Only this target; may be given several times
    #[arg(long, value_name = "NAME")]
    pub target: Vec<String>,
    /// Set a value above all files; VALUE is YAML; may be given several times
    #[arg(long, value_name = "PATH=VALUE", value_parser = assignment)]
    pub set: Vec<Assignment>,
    /// Write nothing; show the difference, and exit with 1 if there is one
    #[arg(long)]
    pub check: bool,
    /// Overwrite files of mlgen that were changed by hand; never files of others
    #[arg(long, conflicts_with = "check")]
    pub force: bool,
    /// How to show what changed
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Say where a value comes from, what it overrode, and where it goes
#[derive(Clone, Debug, PartialEq, Eq, Args)]
#[command(after_help = "Examples:
  mlgen explain staging database.storage_gb
  mlgen explain production api.environment.LOG_LEVEL --set api.environment.LOG_LEVEL=debug")]
pub struct Explain {
    /// The environment
    #[arg(value_name = "ENV")]
    pub environment: String,
    /// Path of the value: component, input, and further keys, with dots between
    #[arg(value_name = "PATH", value_parser = path)]
    pub path: String,
    /// Set a value above all files; VALUE is YAML; may be given several times
    #[arg(long, value_name = "PATH=VALUE", value_parser = assignment)]
    pub set: Vec<Assignment>,
    /// How to show it
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Write the JSON schema of mlgen.yaml or of the specs, for editors
#[derive(Clone, Debug, PartialEq, Eq, Args)]
#[command(after_help = "Example:
  mlgen schema configs > .mlgen/configs.schema.json
  mlgen schema project > .mlgen/project.schema.json")]
pub struct Schema {
    /// Which files the schema is for
    #[arg(value_enum, value_name = "FILES")]
    pub kind: SchemaKind,
}

/// Write a completion script for a shell
#[derive(Clone, Debug, PartialEq, Eq, Args)]
#[command(after_help = "Examples:
  mlgen completions bash > ~/.local/share/bash-completion/completions/mlgen
  mlgen completions zsh > ~/.zfunc/_mlgen
  mlgen completions fish > ~/.config/fish/completions/mlgen.fish")]
pub struct Completions {
    /// The shell
    pub shell: Shell,
}

/// Files that have a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaKind {
    /// mlgen.yaml
    Project,
    /// Files under configs/
    Configs,
}

/// Which project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct Project {
    /// The folder of mlgen.yaml; found upwards from the current folder unless given
    #[arg(id = "project", long, value_name = "DIR", global = true)]
    pub folder: Option<PathBuf>,
}

/// How a result is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Human,
    /// For programs
    Json,
}

/// A value that was set on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Keys with dots between.
    pub path: String,
    /// YAML, as it was typed.
    pub value: String,
}

fn assignment(text: &str) -> Result<Assignment, String> {
    let Some((path, value)) = text.split_once('=') else {
        return Err("write path=value, for instance api.desired_count=3".to_owned());
    };
    // Whether it is a path is said elsewhere: what is wrong here is shown with its value, which may be a secret.
    Ok(Assignment { path: path.to_owned(), value: value.to_owned() })
}

fn path(text: &str) -> Result<String, String> {
    let sound = text.split('.').all(|key| !key.is_empty() && key.trim() == key);
    if !sound {
        return Err(format!(
            "`{text}` is no path: write keys with dots between, for instance api.desired_count"
        ));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests;
