//! What is to be done: arguments with their folder found and their choices made.

use std::path::{Path, PathBuf};

use crate::args::{Assignment, Explain, Format, Project, Render, Schema, SchemaKind};
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
    /// The folder of `mlgen.yaml`, absolute; without one the schema is that of any project.
    pub root: Option<PathBuf>,
    /// Which files it is for.
    pub kind: SchemaKind,
}

impl RenderJob {
    /// The job of a command line that was typed in `current`, which is absolute.
    pub fn new(args: Render, project: &Project, current: &Path) -> Result<Self, Unreadable> {
        let Render { env, all, target, set, check, force, format } = args;
        Ok(Self {
            root: root(project, current)?,
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
    pub fn new(args: Explain, project: &Project, current: &Path) -> Result<Self, Unreadable> {
        let Explain { environment, path, set, format } = args;
        Ok(Self { root: root(project, current)?, environment, path, set, format })
    }
}

impl SchemaJob {
    /// The job of a command line that was typed in `current`, which is absolute.
    pub fn new(args: &Schema, project: &Project, current: &Path) -> Result<Self, Unreadable> {
        let found = root(project, current);
        let root = match (found, &project.folder) {
            (Err(error), Some(_)) => return Err(error),
            (found, _) => found.ok(),
        };
        Ok(Self { root, kind: args.kind })
    }
}

fn root(project: &Project, current: &Path) -> Result<PathBuf, Unreadable> {
    match &project.folder {
        Some(folder) => files::root_at(&current.join(folder)),
        None => files::root_above(current),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Alone {
        #[command(flatten)]
        project: Project,
        #[command(flatten)]
        render: Render,
    }

    fn job(folder: &Path, typed: &[&str]) -> Result<RenderJob, Unreadable> {
        let typed = ["mlgen"].iter().chain(typed);
        let Alone { project, render } = Alone::try_parse_from(typed).unwrap();
        RenderJob::new(render, &project, folder)
    }

    #[test]
    fn a_run_is_what_was_typed_in_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let (root, below) = (folder.path(), folder.path().join("configs/base"));
        fs::create_dir_all(&below).unwrap();
        fs::write(root.join("mlgen.yaml"), "").unwrap();
        let all = RenderJob {
            root: root.to_owned(),
            environments: Names::All,
            targets: Names::All,
            set: Vec::new(),
            mode: Mode::Write { force: false },
            format: Format::Human,
        };
        assert_eq!(job(&below, &["--all"]).unwrap(), all);
        let forced = RenderJob { mode: Mode::Write { force: true }, ..all.clone() };
        assert_eq!(job(root, &["--all", "--force", "--project", "."]).unwrap().mode, forced.mode);
        let some = RenderJob {
            environments: Names::only(["staging", "production"]),
            targets: Names::only(["aws"]),
            mode: Mode::Check,
            format: Format::Json,
            ..all
        };
        let typed = "--env staging --env production --target aws --check --format json";
        assert_eq!(job(&below, &typed.split(' ').collect::<Vec<_>>()).unwrap(), some);
    }

    #[test]
    fn a_given_folder_is_not_searched_from() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("mlgen.yaml"), "").unwrap();
        fs::create_dir(folder.path().join("configs")).unwrap();
        let error = job(folder.path(), &["--all", "--project", "configs"]).unwrap_err();
        let shown = folder.path().join("configs");
        assert_eq!(error.to_string(), format!("`mlgen.yaml` is not in {}", shown.display()));
    }
}
