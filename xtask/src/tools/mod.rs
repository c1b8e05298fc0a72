//! `cargo xtask tools`: the programs that tests and the demo need, from this machine or installed below `.tools`.
//!
//! A [`Tool`] says which versions fit, where this machine may have it, and which Python wheel holds it otherwise.
//! A new tool is a file beside this one and an entry in [`ALL`]. Nothing outside `.tools` is ever changed.

mod azurite;
mod checks;
mod helm;
mod mlflow;
mod node;
mod opentofu;
mod postgres;
mod prefect;
mod python;
mod redis;
mod seaweedfs;
mod store;
mod terraform;
mod uv;
mod venv;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

pub(crate) use self::azurite::AZURITE;
pub(crate) use self::checks::CHECKS;
pub(crate) use self::helm::HELM;
pub(crate) use self::mlflow::MLFLOW;
pub(crate) use self::opentofu::OPENTOFU;
pub(crate) use self::postgres::POSTGRES;
pub(crate) use self::prefect::PREFECT;
pub(crate) use self::redis::REDIS;
pub(crate) use self::seaweedfs::SEAWEEDFS;
pub(crate) use self::store::Store;
pub(crate) use self::terraform::TERRAFORM;
use crate::ui;
use crate::version::{Version, Wanted};

/// Every tool that tests or the demo use. What only installs others, such as uv, is not among them.
const ALL: [&Tool; 10] = [
    &TERRAFORM, &OPENTOFU, &PREFECT, &POSTGRES, &REDIS, &SEAWEEDFS, &AZURITE, &MLFLOW, &HELM,
    &CHECKS,
];

/// Show the tools that tests and the demo use, and install what is missing into `.tools`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  cargo xtask tools                    install what is missing\n  cargo xtask tools --list             look only, install nothing\n  $(cargo xtask tools --path terraform) version"
)]
pub(crate) struct Arguments {
    /// Look only, install nothing
    #[arg(long, conflicts_with = "path")]
    list: bool,
    /// Print the path of one tool and nothing else, installing it first if it is missing
    #[arg(long, value_name = "TOOL")]
    path: Option<String>,
}

/// A program, the versions of it that fit, and how to get one.
#[derive(Debug)]
pub(crate) struct Tool {
    /// The name of the program, of its folder below `.tools`, and the one that people see.
    pub(crate) name: &'static str,
    pub(crate) purpose: &'static str,
    pub(crate) wanted: Wanted,
    /// Where this machine may have it, the best place first.
    pub(crate) candidates: fn() -> Vec<PathBuf>,
    pub(crate) version: fn(&Path) -> Result<Version>,
    /// How to install it; a tool without this is used only where the machine has it.
    pub(crate) package: Option<Package>,
}

/// How a tool is installed.
#[derive(Debug)]
pub(crate) struct Package {
    /// What is installed. When it differs from what was installed, the tool is installed anew.
    pub(crate) pin: &'static str,
    /// Further text that shapes the result, for the same comparison.
    pub(crate) recipe: &'static str,
    /// The program, relative to the tool's folder.
    pub(crate) program: &'static str,
    /// Fills an empty folder from the pin. The folder is renamed afterwards: nothing in it may hold its path.
    pub(crate) build: fn(&Store, pin: &str, folder: &Path) -> Result<()>,
}

/// A tool that can be used.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) program: PathBuf,
    pub(crate) version: Version,
}

/// What this machine has of a tool.
#[derive(Debug)]
struct Search {
    found: Option<Found>,
    /// Why the others do not fit, a sentence each.
    rejected: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let store = Store::new();
    if let Some(name) = &arguments.path {
        let Some(tool) = ALL.iter().find(|tool| tool.name == name) else {
            let names: Vec<_> = ALL.iter().map(|tool| tool.name).collect();
            bail!("no tool is called `{name}`; there are: {}", names.join(", "));
        };
        let Some(found) = store.get(tool)? else {
            bail!("{} is not on PATH, and xtask cannot install it", tool.name);
        };
        ui::line(&found.program.display().to_string());
        return Ok(());
    }
    for tool in ALL {
        ui::heading(&format!("{}: {}", tool.name, tool.purpose));
        ui::line(&format!("wanted: {}", tool.wanted));
        let found = if arguments.list { store.look(tool) } else { store.get(tool)? };
        match (found, &tool.package) {
            (Some(found), _) => {
                ui::line(&format!("used: {} {}", found.version, found.program.display()));
            }
            (None, Some(package)) => {
                ui::line(&format!("missing: `cargo xtask tools` installs {}", package.pin));
            }
            (None, None) => ui::line("not here: what needs it is left out"),
        }
    }
    Ok(())
}

impl Tool {
    /// Looks for a fitting one on this machine, outside `.tools`.
    fn search(&self) -> Search {
        let mut rejected = Vec::new();
        for program in (self.candidates)() {
            match (self.version)(&program) {
                Ok(version) if self.wanted.fits(version) => {
                    return Search { found: Some(Found { program, version }), rejected };
                }
                Ok(version) => rejected.push(format!(
                    "{} is version {version}; wanted is {}",
                    program.display(),
                    self.wanted
                )),
                Err(error) => {
                    let error = format!("{error:#}");
                    let reason = error.lines().next().unwrap_or_default();
                    rejected
                        .push(format!("{} does not tell its version: {reason}", program.display()));
                }
            }
        }
        Search { found: None, rejected }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn names_are_unique() {
        let names: BTreeSet<_> = ALL.iter().map(|tool| tool.name).collect();
        assert_eq!(names.len(), ALL.len());
    }

    fn script(folder: &Path, name: &str, text: &str) -> PathBuf {
        let path = folder.join(name);
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[test]
    fn the_first_fitting_candidate_is_used_and_the_others_are_explained() {
        // A `fn` pointer captures nothing: the scripts lie where both it and the test can name them.
        fn folder() -> PathBuf {
            std::env::temp_dir().join(format!("xtask-search-{}", std::process::id()))
        }
        let tool = Tool {
            name: "demo",
            purpose: "a test",
            wanted: Wanted { from: Version(1, 14, 0), below: Version(2, 0, 0) },
            candidates: || ["old", "broken", "good"].map(|name| folder().join(name)).to_vec(),
            version: terraform::version,
            package: None,
        };
        fs::create_dir_all(folder()).unwrap();
        script(&folder(), "old", "echo '{\"terraform_version\": \"1.11.4\"}'");
        script(&folder(), "broken", "exit 7");
        let good = script(&folder(), "good", "echo '{\"terraform_version\": \"1.15.5\"}'");

        let search = tool.search();
        let found = search.found.unwrap();
        assert_eq!((found.program, found.version), (good, Version(1, 15, 5)));
        let at = folder().display().to_string();
        assert_eq!(
            search.rejected,
            [
                format!("{at}/old is version 1.11.4; wanted is 1.14.0 or newer, below 2.0.0"),
                format!(
                    "{at}/broken does not tell its version: `{at}/broken version -json` failed: exit status: 7"
                ),
            ]
        );
        fs::remove_dir_all(folder()).unwrap();
    }
}
