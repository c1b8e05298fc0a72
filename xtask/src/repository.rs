//! Where the repository and its folders are, and which files belong to it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::process;

/// The folder of the workspace's `Cargo.toml`.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in a folder of the workspace")
}

/// The folder into which tools are installed; git ignores it.
pub(crate) fn tools_folder() -> PathBuf {
    root().join(".tools")
}

/// The folder into which cargo builds, wherever the machine's configuration puts it.
pub(crate) fn target_folder() -> Result<PathBuf> {
    let text = process::capture(cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: serde_json::Value = serde_json::from_str(&text)?;
    metadata["target_directory"].as_str().map(PathBuf::from).context("cargo names no target folder")
}

/// `cargo` as it was called, at the root of the repository.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// The files that are committed or would be, as sorted paths relative to `root` with `/` between the parts.
pub(crate) fn files(root: &Path) -> Result<Vec<String>> {
    let listed = process::capture(Command::new("git").current_dir(root).args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]))?;
    let files: BTreeSet<&str> = listed.split('\0').filter(|name| !name.is_empty()).collect();
    Ok(files.into_iter().filter(|name| root.join(name).is_file()).map(str::to_owned).collect())
}
