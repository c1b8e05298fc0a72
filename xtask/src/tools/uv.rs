//! uv: installs Prefect's hundred packages in seconds, where pip needs more than a minute.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::{Package, Store, Tool};
use crate::process;
use crate::version::{Version, Wanted};

pub(super) const UV: Tool = Tool {
    name: "uv",
    purpose: "installs Python packages",
    wanted: Wanted { from: Version(0, 5, 0), below: Version(1, 0, 0) },
    candidates: || process::on_path("uv"),
    version: |program| {
        let text = process::capture(Command::new(program).arg("--version"))?;
        Version::find(&text).with_context(|| format!("no version in `{}`", text.trim()))
    },
    package: Some(Package { pin: "uv==0.13.9", recipe: "", program: "bin/uv", build }),
};

fn build(store: &Store, pin: &str, folder: &Path) -> Result<()> {
    store.python()?.unpack(UV.name, pin, folder)
}
