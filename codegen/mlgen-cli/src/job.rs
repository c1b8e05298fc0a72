//! What is to be done: arguments with their folder found and their choices made.

use std::path::{Path, PathBuf};

use crate::args::{Assignment, Explain, Format, Project, Render, Schema};
use crate::emit::Names;
use crate::files::{self, Unreadable};

/// To render, and to write or to compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderJob {
    /// The folder of `mlgen.yaml`, absolute.
    pub root: PathBuf,
    /// As they were typed; an alias is not yet a name.
    pub environments: Names,
    /// Which targets.
    pub targets: Names,
    /// Values above all files, the later above the earlier.
    pub set: Vec<Assignment>,
    /// What becomes of it.
    pub mode: Mode,
    /// How it is shown.
    pub format: Format,
}

/// What becomes of what is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It is compared.
    Check,
    /// It is written.
    Write {
        /// Also over changes that were made by hand.
        force: bool,
    },
}

/// To say where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainJob {
    /// The folder of `mlgen.yaml`, absolute.
    pub root: PathBuf,
    /// As it was typed; an alias is not yet a name.
    pub environment: String,
    /// Keys with dots between.
    pub path: String,
    /// Values above all files, the later above the earlier.
    pub set: Vec<Assignment>,
    /// How it is shown.
    pub format: Format,
}

/// To write the schema of a project's specs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaJob {
    /// The folder of `mlgen.yaml`, absolute.
    pub root: PathBuf,
}

impl RenderJob {
    /// The job of a command line that was typed in `current`, which is absolute.
    pub fn new(args: Render, current: &Path) -> Result<Self, Unreadable> {
        let Render { project, env, all, target, set, check, force, format } = args;
        Ok(Self {
            root: root(&project, current)?,
            environments: if all { Names::All } else { Names::only(env) },
            targets: if target.is_empty() { Names::All } else { Names::only(target) },
            set,
            mode: if check { Mode::Check } else { Mode::Write { force } },
            format,
        })
    }
}

impl ExplainJob {
    /// The job of a command line that was typed in `current`, which is absolute.
    pub fn new(args: Explain, current: &Path) -> Result<Self, Unreadable> {
        let Explain { project, environment, path, set, format } = args;
        Ok(Self { root: root(&project, current)?, environment, path, set, format })
    }
}

impl SchemaJob {
    /// The job of a command line that was typed in `current`, which is absolute.
    pub fn new(args: &Schema, current: &Path) -> Result<Self, Unreadable> {
        Ok(Self { root: root(&args.project, current)? })
    }
}

fn root(project: &Project, current: &Path) -> Result<PathBuf, Unreadable> {
    match &project.folder {
        Some(folder) => files::root_at(&current.join(folder)),
        None => files::root_above(current),
    }
}
