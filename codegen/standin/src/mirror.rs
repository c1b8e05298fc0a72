//! A folder from which Terraform installs the stand-ins as if they were the real providers.
//!
//! ```text
//! DIR/terraform.rc                        names the mirror and nothing else, so nothing is downloaded
//! DIR/standin                             starts this program, with the user's documents
//! DIR/registry.terraform.io/hashicorp/aws/6.66.0/linux_amd64/terraform-provider-aws_v6.66.0
//! ```
//!
//! What Terraform installs and takes the checksum of is a script of two lines that is the same everywhere:
//! the lock file stays valid when the schemas change, or this program, or the place of the mirror.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context as _, Result, bail};

use crate::catalog::Catalog;
use crate::cli::{SCHEMAS, SERVES, VALUES};
use crate::provider;
use crate::values::Values;

/// What is to be written.
#[derive(Clone, Debug, Default)]
pub struct Mirror {
    /// The folder.
    pub dir: PathBuf,
    /// This program.
    pub program: PathBuf,
    /// The user's documents.
    pub schemas: Vec<PathBuf>,
    /// The user's values.
    pub values: Option<PathBuf>,
    /// Real providers that go into the mirror as well.
    pub plugins: Vec<Plugin>,
}

/// A real provider: `mlassets/mlassets=0.1.0=target/debug/terraform-provider-mlassets`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plugin {
    /// The full address.
    pub address: String,
    /// The version.
    pub version: String,
    /// The binary.
    pub path: PathBuf,
}

/// What was written.
#[derive(Clone, Debug)]
pub struct Written {
    /// The file that `TF_CLI_CONFIG_FILE` must name.
    pub configuration: PathBuf,
}

/// Where Terraform looks for providers that name no host.
const REGISTRY: &str = "registry.terraform.io";

impl FromStr for Plugin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.splitn(3, '=').collect();
        let [address, version, path] = parts.as_slice() else {
            return Err("expected ADDRESS=VERSION=PATH".to_owned());
        };
        let address = match address.matches('/').count() {
            1 => format!("{REGISTRY}/{address}"),
            2 => (*address).to_owned(),
            _ => return Err(format!("{address:?} is not namespace/name or host/namespace/name")),
        };
        Ok(Plugin { address, version: (*version).to_owned(), path: path.into() })
    }
}

/// Writes the mirror. The providers of an earlier one are replaced.
pub fn write(mirror: &Mirror, catalog: &Catalog) -> Result<Written> {
    if cfg!(windows) {
        bail!("the mirror is made of shell scripts, which Windows does not have");
    }
    fs::create_dir_all(&mirror.dir)
        .with_context(|| format!("cannot make the folder {}", mirror.dir.display()))?;
    let dir = absolute(&mirror.dir)?;
    let values = mirror.values.as_deref().map(Values::read).transpose()?.unwrap_or_default();
    let mut kinds = BTreeSet::new();
    for address in catalog.addresses()? {
        let entry = catalog.entry(&address)?;
        kinds.extend(entry.schemas.types());
        let file = executable(&dir, &address, &entry.version)?;
        // What cannot be served is found now, not when Terraform asks.
        provider::served(&entry, values.clone())?;
        script(&file, &wrapper(&address))?;
    }
    if let Some(key) = values.unclaimed(&kinds).next() {
        bail!("the values have {key:?}, and no provider has that type");
    }
    for plugin in &mirror.plugins {
        let file = executable(&dir, &plugin.address, &plugin.version)?;
        link(&absolute(&plugin.path)?, &file)?;
    }
    script(&dir.join("standin"), &launcher(mirror)?)?;
    let configuration = dir.join("terraform.rc");
    fs::write(&configuration, cli_configuration(&dir))
        .with_context(|| format!("cannot write {}", configuration.display()))?;
    Ok(Written { configuration })
}

/// What Terraform starts. It must be the same for everyone, so it finds the rest from where it is.
fn wrapper(address: &str) -> String {
    format!("#!/bin/sh\n{SERVES}={address} exec \"${{0%/*}}/../../../../../standin\" \"$@\"\n")
}

/// What knows where things are on this machine.
fn launcher(mirror: &Mirror) -> Result<String> {
    let mut script = "#!/bin/sh\n".to_owned();
    if !mirror.schemas.is_empty() {
        let files = mirror.schemas.iter().map(|file| absolute(file)).collect::<Result<Vec<_>>>()?;
        let list = std::env::join_paths(files).context("a path has a colon in it")?;
        let _ = writeln!(script, "export {SCHEMAS}={}", quoted(Path::new(&list)));
    }
    if let Some(file) = &mirror.values {
        let _ = writeln!(script, "export {VALUES}={}", quoted(&absolute(file)?));
    }
    let _ = writeln!(script, "exec {} \"$@\"", quoted(&absolute(&mirror.program)?));
    Ok(script)
}

fn cli_configuration(dir: &Path) -> String {
    let path = dir.display().to_string().replace('\\', "\\\\").replace('"', "\\\"");
    format!("provider_installation {{\n  filesystem_mirror {{\n    path = \"{path}\"\n  }}\n}}\n")
}

/// The place of a provider's binary, in a folder that has nothing else in it.
fn executable(dir: &Path, address: &str, version: &str) -> Result<PathBuf> {
    let name = address.rsplit('/').next().unwrap_or(address);
    let versions = dir.join(address);
    if versions.exists() {
        fs::remove_dir_all(&versions)
            .with_context(|| format!("cannot replace {}", versions.display()))?;
    }
    let folder = versions.join(version).join(platform());
    fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    Ok(folder.join(format!("terraform-provider-{name}_v{version}")))
}

/// This machine in Terraform's words.
fn platform() -> String {
    let os = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let arch = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "x86" => "386",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{os}_{arch}")
}

fn absolute(path: &Path) -> Result<PathBuf> {
    fs::canonicalize(path).with_context(|| format!("cannot find {}", path.display()))
}

fn script(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(file, fs::Permissions::from_mode(0o755))
            .with_context(|| format!("cannot make {} executable", file.display()))?;
    }
    Ok(())
}

fn link(original: &Path, file: &Path) -> Result<()> {
    #[cfg(unix)]
    let linked = std::os::unix::fs::symlink(original, file);
    #[cfg(not(unix))]
    let linked = fs::copy(original, file).map(drop);
    linked.with_context(|| format!("cannot make {}", file.display()))
}

/// A path as one word of the shell.
pub fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |char: char| char.is_ascii_alphanumeric() || "/._-:".contains(char);
    if !text.is_empty() && text.chars().all(plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let found = match text.parse::<Plugin>() {
            Ok(Plugin { address, version, path }) => {
                format!("{address} {version} {}", path.display())
            }
            Err(error) => error,
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn plugins() {
        check("acme/thing=1.2.3=a/b=c", "registry.terraform.io/acme/thing 1.2.3 a/b=c");
        check("example.com/acme/thing=1.2.3=a", "example.com/acme/thing 1.2.3 a");
        check("thing=1.2.3=a", "\"thing\" is not namespace/name or host/namespace/name");
        check("acme/thing=1.2.3", "expected ADDRESS=VERSION=PATH");
    }

    #[test]
    fn paths_are_words_of_the_shell() {
        for (path, expected) in
            [("/a/b-1.rc", "/a/b-1.rc"), ("/a b", "'/a b'"), ("it's", "'it'\\''s'"), ("", "''")]
        {
            assert_eq!(quoted(Path::new(path)), expected);
        }
    }

    #[test]
    fn the_wrapper_names_nothing_of_this_machine() {
        assert_eq!(
            wrapper("registry.terraform.io/hashicorp/aws"),
            "#!/bin/sh\nMLASSETS_STANDIN_SERVES=registry.terraform.io/hashicorp/aws exec \"${0%/*}/../../../../../standin\" \"$@\"\n"
        );
    }
}
