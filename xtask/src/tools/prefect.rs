//! Prefect: from `PATH`, else in a virtual environment made by uv from a lock file.
//!
//! The lock file is made with an override: the newest Prefect asks for a newer `certifi` than it needs.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::{Package, Store, Tool, venv};
use crate::version::{Version, Wanted};
use crate::{environment, process};

pub(crate) const PREFECT: Tool = Tool {
    name: "prefect",
    purpose: "the server that work pools live in",
    wanted: Wanted { from: Version(3, 4, 0), below: Version(4, 0, 0) },
    candidates: || process::on_path("prefect"),
    version,
    package: Some(Package {
        pin: "prefect 3 and all that it needs, as locked",
        recipe: concat!(include_str!("prefect.sh"), include_str!("prefect.lock.txt")),
        program: "prefect",
        build,
    }),
};

fn version(program: &Path) -> Result<Version> {
    let mut command = Command::new(program);
    command.arg("--version");
    environment::clean(&mut command);
    let text = process::capture(&mut command)?;
    Version::find(&text).with_context(|| format!("no version in `{}`", text.trim()))
}

fn build(store: &Store, _pin: &str, folder: &Path) -> Result<()> {
    venv::build(
        store,
        folder,
        PREFECT.name,
        include_str!("prefect.lock.txt"),
        include_str!("prefect.sh"),
    )
}
