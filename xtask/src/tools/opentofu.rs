//! OpenTofu: only where the machine has it; no package registry holds it.

use super::{Tool, terraform};
use crate::process;
use crate::version::{Version, Wanted};

pub(crate) const OPENTOFU: Tool = Tool {
    name: "tofu",
    purpose: "the other host; acceptance tests use it where it is installed",
    wanted: Wanted { from: Version(1, 9, 0), below: Version(2, 0, 0) },
    candidates: || process::on_path("tofu"),
    version: terraform::version,
    package: None,
};
