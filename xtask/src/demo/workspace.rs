//! The folder in which the demo happens: configuration, provider mirror, state, registry, archive.
//!
//! A file system mirror rather than a development override, so that `terraform init` works as it does for users.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use tempfile::TempDir;

use crate::{environment, process, repository, ui};

/// The file name of the provider's program.
pub(super) const PROVIDER: &str = "terraform-provider-mlassets";

/// What `mlassets/mlassets` means to Terraform in full; the mirror answers for it.
const SOURCE: &str = "registry.terraform.io/mlassets/mlassets";

const EXAMPLE: &str = "examples/first-steps";

/// Shell variables for who goes on by hand, beside Terraform's own files.
const SETTINGS: &str = "environment.sh";

#[derive(Debug)]
pub(super) struct Workspace {
    folder: TempDir,
    terraform: PathBuf,
}

impl Workspace {
    pub(super) fn create(provider: &Path, terraform: &Path, prefect_api_url: &str) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("mlassets-demo-")
            .tempdir()
            .context("cannot create a temporary folder")?;
        let workspace = Self { folder, terraform: terraform.to_owned() };
        workspace.add_configuration(prefect_api_url)?;
        workspace.add_provider(provider)?;
        let bin = terraform.parent().context("Terraform lies in no folder")?;
        fs::write(
            workspace.folder().join(SETTINGS),
            format!(
                "export TF_CLI_CONFIG_FILE={}\nexport PATH={}:\"$PATH\"\n",
                process::quoted(&workspace.cli_configuration().to_string_lossy()),
                process::quoted(&bin.to_string_lossy()),
            ),
        )?;
        Ok(workspace)
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where records are written once and never changed.
    pub(super) fn archive(&self) -> PathBuf {
        self.folder().join("archive")
    }

    /// A Terraform command in this workspace.
    pub(super) fn terraform(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.terraform);
        environment::clean(&mut command);
        command
            .args(arguments)
            .current_dir(self.folder())
            .env("TF_CLI_CONFIG_FILE", self.cli_configuration());
        // As a shared library Terraform does not see for itself that nobody looks.
        if !ui::colour() && arguments.first() != Some(&"state") {
            command.arg("-no-color");
        }
        command
    }

    pub(super) fn remove(self) -> Result<()> {
        // Who is not root cannot remove read-only folders before they are writable.
        open(self.folder())?;
        let path = self.folder().to_owned();
        self.folder.close().with_context(|| format!("cannot remove {}", path.display()))
    }

    pub(super) fn keep(self) -> PathBuf {
        self.folder.keep()
    }

    fn cli_configuration(&self) -> PathBuf {
        self.folder().join("terraform.rc")
    }

    fn add_configuration(&self, prefect_api_url: &str) -> Result<()> {
        let example = repository::root().join(EXAMPLE);
        let files = fs::read_dir(&example)
            .with_context(|| format!("cannot read the folder {}", example.display()))?;
        for file in files {
            let file = file?;
            if file.path().extension().is_some_and(|extension| extension == "tf") {
                fs::copy(file.path(), self.folder().join(file.file_name()))?;
            }
        }
        let text = |path: &Path| hcl_string(&path.to_string_lossy());
        fs::write(
            self.folder().join("terraform.tfvars"),
            format!(
                "prefect_api_url = {}\nregistry_file   = {}\narchive_folder  = {}\n",
                hcl_string(prefect_api_url),
                text(&self.folder().join("registry.db")),
                text(&self.archive()),
            ),
        )?;
        Ok(())
    }

    fn add_provider(&self, provider: &Path) -> Result<()> {
        let version = env!("CARGO_PKG_VERSION");
        let mirror = self.folder().join("mirror");
        let place = mirror.join(SOURCE).join(version).join(platform());
        fs::create_dir_all(&place)?;
        fs::copy(provider, place.join(format!("{PROVIDER}_v{version}")))
            .with_context(|| format!("cannot copy {}", provider.display()))?;
        fs::write(
            self.cli_configuration(),
            format!(
                "provider_installation {{\n  filesystem_mirror {{\n    path = {}\n  }}\n}}\n",
                hcl_string(&mirror.to_string_lossy())
            ),
        )?;
        Ok(())
    }
}

/// The commands with which a person goes on in the workspace at `folder`.
pub(super) fn commands(folder: &Path) -> Result<Vec<String>> {
    let folder =
        process::quoted(folder.to_str().context("the temporary folder's name is not UTF-8")?);
    Ok(vec![format!("cd {folder}"), format!(". ./{SETTINGS}")])
}

/// Every file and folder below `folder` with its mode, one a line.
pub(super) fn tree(folder: &Path) -> Result<String> {
    let mut text = format!("{}\n", folder.display());
    branch(folder, 1, &mut text)?;
    Ok(text)
}

fn branch(folder: &Path, depth: usize, text: &mut String) -> Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    for path in paths {
        let metadata = path.symlink_metadata()?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let mode = metadata.permissions().mode() & 0o7777;
        let mark = if metadata.is_dir() { "/" } else { "" };
        let _ = writeln!(text, "{mode:04o} {:indent$}{name}{mark}", "", indent = 2 * depth);
        if metadata.is_dir() {
            branch(&path, depth + 1, text)?;
        }
    }
    Ok(())
}

/// Makes every folder below `folder` writable for its owner.
fn open(folder: &Path) -> Result<()> {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            open(&entry.path())?;
        }
    }
    Ok(())
}

/// The platform as Terraform names it.
fn platform() -> String {
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        system => system,
    };
    let machine = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        machine => machine,
    };
    format!("{system}_{machine}")
}

/// `text` as a string literal of Terraform's language.
fn hcl_string(text: &str) -> String {
    let escaped =
        text.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "$${").replace("%{", "%%{");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_escaped_for_terraform() {
        for (text, expected) in
            [("plain", r#""plain""#), (r#"a\"b"#, r#""a\\\"b""#), ("${x} %{y}", r#""$${x} %%{y}""#)]
        {
            assert_eq!(hcl_string(text), expected);
        }
    }

    #[test]
    fn a_tree_shows_modes_and_a_locked_one_can_be_removed() {
        let folder = tempfile::tempdir().unwrap();
        let month = folder.path().join("audit/202501");
        fs::create_dir_all(&month).unwrap();
        fs::write(month.join("1.json"), "{}").unwrap();
        for (path, mode) in
            [(month.join("1.json"), 0o444), (month, 0o555), (folder.path().join("audit"), 0o755)]
        {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        }
        let text = tree(folder.path()).unwrap();
        let lines: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!(lines, ["0755   audit/", "0555     202501/", "0444       1.json"]);
        open(folder.path()).unwrap();
        folder.close().unwrap();
    }
}
