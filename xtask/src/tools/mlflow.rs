//! MLflow: in a virtual environment made by uv, with what its server needs and no more.
//!
//! All of MLflow is 850 MB, most of it for training. What its server imports is 240 MB and is there in seconds; the
//! lock file names it, so a machine's own MLflow is not looked for.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::{Package, Store, Tool, venv};
use crate::process;
use crate::version::{Version, Wanted};

pub(crate) const MLFLOW: Tool = Tool {
    name: "mlflow",
    purpose: "the other server that model registries live in",
    wanted: Wanted { from: Version(3, 0, 0), below: Version(4, 0, 0) },
    candidates: Vec::new,
    version,
    package: Some(Package {
        pin: "mlflow 3 and what its server needs, as locked",
        recipe: concat!(include_str!("mlflow.sh"), include_str!("mlflow.lock.txt")),
        program: "mlflow",
        build,
    }),
};

fn version(program: &Path) -> Result<Version> {
    // MLflow itself takes ten seconds to say it.
    let python = program.with_file_name("venv").join("bin/python");
    let asked = "import importlib.metadata; print(importlib.metadata.version('mlflow'))";
    let text = process::capture(Command::new(python).args(["-c", asked]))?;
    Version::find(&text).with_context(|| format!("no version in `{}`", text.trim()))
}

fn build(store: &Store, _pin: &str, folder: &Path) -> Result<()> {
    venv::build(
        store,
        folder,
        MLFLOW.name,
        include_str!("mlflow.lock.txt"),
        include_str!("mlflow.sh"),
    )
}
