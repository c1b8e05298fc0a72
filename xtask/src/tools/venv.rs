//! Virtual environments that uv fills from a lock file.
//!
//! A lock file names every package, so that a release of one of them cannot break a test run.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::Store;
use super::uv::UV;
use crate::process;

/// The folder of the environment, beside its launcher.
const FOLDER: &str = "venv";

/// Makes the environment `venv` in `folder` with what `lock` names, and the launcher `name` beside it.
///
/// The folder may be renamed afterwards: a launcher calls `venv/bin/python -m`, since the scripts in `venv/bin`
/// hold their path.
pub(super) fn build(
    store: &Store,
    folder: &Path,
    name: &str,
    lock: &str,
    launcher: &str,
) -> Result<()> {
    let uv = store.need_while_installing(&UV)?.program;
    let python = store.python()?;
    let lock_file = folder.join(format!("{name}.lock.txt"));
    fs::write(&lock_file, lock)?;
    let environment = folder.join(FOLDER);

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
        .arg(&lock_file);
    // uv reads none of pip's settings; where pip was told about an index or a certificate, uv needs them as well.
    for (theirs, ours) in [("index-url", "UV_DEFAULT_INDEX"), ("cert", "SSL_CERT_FILE")] {
        if std::env::var_os(ours).is_none()
            && let Some(value) = python.pip_setting(theirs)
        {
            install.env(ours, value);
        }
    }
    process::capture_long(name, "downloading", &mut install)
        .with_context(|| format!("uv cannot install what {name} needs; check the network"))?;

    let program = folder.join(name);
    fs::write(&program, launcher)?;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
    Ok(())
}
