//! Azurite, Microsoft's emulator of Azure Storage, of which tests use the Blob service: from npm, by a lock file that
//! names every package with its sum.
//!
//! `azurite.package.json` takes an older client of its telemetry, which is switched off: the newer one is half of what
//! would be installed.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::node::NODE;
use super::{Package, Store, Tool};
use crate::process;
use crate::version::{Version, Wanted};

pub(crate) const AZURITE: Tool = Tool {
    name: "azurite",
    purpose: "the server that speaks Azure Blob Storage",
    wanted: Wanted { from: Version(3, 37, 0), below: Version(4, 0, 0) },
    candidates: Vec::new,
    version,
    package: Some(Package {
        pin: "azurite 3.37.0 and what it needs, as locked",
        recipe: concat!(
            include_str!("azurite.sh"),
            include_str!("azurite.package.json"),
            include_str!("azurite.lock.json")
        ),
        program: "azurite",
        build,
    }),
};

fn version(program: &Path) -> Result<Version> {
    // Azurite itself takes seconds to say it.
    let package = program.with_file_name("node_modules").join("azurite/package.json");
    let text = fs::read_to_string(&package)
        .with_context(|| format!("cannot read {}", package.display()))?;
    let package: serde_json::Value = serde_json::from_str(&text)?;
    package["version"].as_str().and_then(Version::find).context("it has no version")
}

fn build(store: &Store, _pin: &str, folder: &Path) -> Result<()> {
    let node = store.need_while_installing(&NODE)?.program;
    let npm = node.with_file_name("../lib/node_modules/npm/bin/npm-cli.js");
    fs::write(folder.join("package.json"), include_str!("azurite.package.json"))?;
    fs::write(folder.join("package-lock.json"), include_str!("azurite.lock.json"))?;
    let cache = folder.join("cache");
    let mut install = Command::new(&node);
    install
        .arg(npm)
        // No script of a package is run.
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"])
        .arg("--cache")
        .arg(&cache)
        .current_dir(folder);
    process::capture_long(AZURITE.name, "downloading", &mut install).context(
        "npm cannot install what Azurite needs; check the network and `npm config list`",
    )?;
    fs::remove_dir_all(&cache).with_context(|| format!("cannot remove {}", cache.display()))?;

    let program = folder.join(AZURITE.name);
    fs::write(&program, include_str!("azurite.sh"))?;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
    Ok(())
}
