//! Prefect: from `PATH`, else in a virtual environment made by uv from a lock file.
//!
//! The lock file names every package: the newest Prefect asks for a newer `certifi` than it needs, and a release
//! of one of its hundred dependencies must not be able to break a test run.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::uv::UV;
use super::{Package, Store, Tool};
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
    let uv = store.need_while_installing(&UV)?.program;
    let python = store.python()?;
    let lock = folder.join("prefect.lock.txt");
    fs::write(&lock, include_str!("prefect.lock.txt"))?;
    let environment = folder.join("venv");

    process::capture(
        Command::new(&uv)
            .args(["venv", "--quiet", "--no-project", "--python"])
            .arg(&python.program)
            .arg(&environment),
    )?;
    let mut install = Command::new(&uv);
    install
        .args(["pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", "--python"])
        .arg(environment.join("bin/python"))
        .arg("--requirement")
        .arg(&lock);
    // uv reads none of pip's settings; where pip was told about an index or a certificate, uv needs them as well.
    for (theirs, ours) in [("index-url", "UV_DEFAULT_INDEX"), ("cert", "SSL_CERT_FILE")] {
        if std::env::var_os(ours).is_none()
            && let Some(value) = python.pip_setting(theirs)
        {
            install.env(ours, value);
        }
    }
    process::capture_long(PREFECT.name, "downloading", &mut install).context(
        "uv cannot install Prefect; check the network, or put Prefect 3.4 or newer on PATH",
    )?;

    let launcher = folder.join("prefect");
    fs::write(&launcher, include_str!("prefect.sh"))?;
    fs::set_permissions(&launcher, fs::Permissions::from_mode(0o755))?;
    Ok(())
}
