//! Protocol text in, formatted Rust out, without touching the committed files.

use std::env::temp_dir;
use std::fs;
use std::path::Path;
use std::process::{Command, id};

use anyhow::{Context as _, Result, ensure};
use prost_types::FileDescriptorSet;

use crate::redact::{debug_impls, secret_messages};

/// Each protocol text with the file that prost names after its package, and
/// the file that it becomes.
const SOURCES: [(&str, &str, &str); 3] = [
    ("tfplugin6.proto", "tfplugin6.rs", "tfplugin6.rs"),
    ("plugin.proto", "plugin.rs", "plugin.rs"),
    ("health.proto", "grpc.health.v1.rs", "grpc_health_v1.rs"),
];

/// The text whose messages carry values.
const VALUES: &str = "tfplugin6.proto";

/// One generated file.
pub(crate) struct Generated {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// Compiles every protocol text below `root`.
pub(crate) fn generate(root: &Path) -> Result<Vec<Generated>> {
    let protos = root.join("provider/tfplug/proto");
    let scratch = temp_dir().join(format!("protogen-{}", id()));
    fs::create_dir_all(&scratch).with_context(|| format!("cannot create {}", scratch.display()))?;
    let result = SOURCES
        .iter()
        .map(|(proto, package, name)| {
            let descriptors = protox::compile([protos.join(proto)], [&protos])
                .map_err(|error| anyhow::anyhow!("{error:?}"))?;
            let text = compile(root, &scratch, proto, package, descriptors)
                .with_context(|| format!("{proto} cannot be compiled"))?;
            Ok(Generated { name: (*name).to_owned(), text })
        })
        .collect();
    fs::remove_dir_all(&scratch).with_context(|| format!("cannot remove {}", scratch.display()))?;
    result
}

fn compile(
    root: &Path,
    scratch: &Path,
    proto: &str,
    package: &str,
    descriptors: FileDescriptorSet,
) -> Result<String> {
    let secret = secret_messages(&descriptors, VALUES);
    tonic_prost_build::configure()
        .btree_map(".")
        .bytes(".")
        .skip_debug(secret.iter().map(|message| message.path.clone()))
        .client_mod_attribute(".", "#[cfg(any(test, feature = \"client\"))]")
        .emit_rerun_if_changed(false)
        .out_dir(scratch)
        .compile_fds(descriptors)?;
    let path = scratch.join(package);
    let body = fs::read_to_string(&path)?;
    let debug = debug_impls(&secret);
    fs::write(&path, format!("// Generated from proto/{proto} by protogen.\n{body}{debug}"))?;
    let status = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(root)
        .arg(&path)
        .status()
        .context("cannot run rustfmt, install it with `rustup component add rustfmt`")?;
    ensure!(status.success(), "rustfmt refused the generated code");
    Ok(fs::read_to_string(&path)?)
}
