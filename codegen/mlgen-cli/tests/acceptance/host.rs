//! Real Terraform, with providers from a mirror that is made once for all tests: the stand-in's and `mlassets`.
//!
//! One temporary folder looks like the repository: `modules/` is a copy and projects lie two folders deep, so that
//! every relative path in them holds. Terraform keeps what it initializes there, never in the repository.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::tools::{self, Run};
use crate::repository;

/// The folder that looks like the repository.
pub(crate) fn folder() -> &'static Path {
    FOLDER.get_or_init(|| {
        let folder = tempfile::Builder::new().prefix("mlgen-tests-").tempdir().unwrap().keep();
        copy(&repository::root().join("modules"), &folder.join("modules"));
        folder
    })
}

static FOLDER: OnceLock<PathBuf> = OnceLock::new();

/// Removes what the tests have left.
pub(crate) fn clean() {
    if let Some(folder) = FOLDER.get() {
        tools::open(folder);
        fs::remove_dir_all(folder).expect("the temporary folder is ours");
    }
}

/// The configuration of Terraform that knows the mirror and nothing else.
fn configuration() -> &'static Path {
    static CONFIGURATION: OnceLock<PathBuf> = OnceLock::new();
    CONFIGURATION.get_or_init(|| {
        let mirror = folder().join("mirror");
        let version = env!("CARGO_PKG_VERSION");
        let provider = tools::built("terraform-provider-mlassets");
        let plugin = format!("mlassets/mlassets={version}={}", provider.display());
        let mut command = Command::new(tools::built("mlassets-standin"));
        tools::run(command.arg("mirror").arg(&mirror).args(["--plugin", &plugin])).ok();
        mirror.join("terraform.rc")
    })
}

/// A folder in which Terraform runs.
#[derive(Debug)]
pub(crate) struct Stack {
    folder: PathBuf,
    variables: BTreeMap<String, String>,
}

impl Stack {
    /// What is in this folder.
    pub(crate) fn at(folder: PathBuf) -> Self {
        Self { folder, variables: BTreeMap::new() }
    }

    /// Gives a value to a variable that no file sets.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(format!("TF_VAR_{name}"), value.to_owned());
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Runs Terraform with an environment made from nothing, so that no variable of the machine leaks in.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let mut command = Command::new(tools::told("MLASSETS_TEST_TERRAFORM"));
        command.args(arguments).current_dir(&self.folder).env_clear().envs(&self.variables);
        command.env("PATH", tools::told("PATH"));
        // Where `mlassets` is real, a plan needs to know where its assets would be. Nobody listens at that port.
        command.env("PREFECT_API_URL", "http://127.0.0.1:1/api");
        command.env("MLASSETS_REGISTRY_URL", self.folder.join("registry.db"));
        command.env("MLASSETS_WORM_DIRECTORY", &self.folder);
        command.env("HOME", folder());
        command.env("CHECKPOINT_DISABLE", "1");
        command.env("TF_CLI_CONFIG_FILE", configuration());
        command.env("TF_IN_AUTOMATION", "1");
        command.env("TF_INPUT", "0");
        tools::run(&mut command)
    }

    /// `terraform init`, with the state in the folder whatever the configuration says.
    #[track_caller]
    pub(crate) fn init(&self) {
        fs::write(
            self.folder.join("backend_override.tf"),
            "terraform {\n  backend \"local\" {}\n}\n",
        )
        .unwrap();
        self.install(&[]);
    }

    /// `terraform init` with these flags. A mirror knows no other platforms, which Terraform says each time.
    #[track_caller]
    pub(crate) fn install(&self, flags: &[&str]) {
        let arguments = [&["init", "-no-color"], flags].concat();
        let lock = "Warning: Incomplete lock file information for providers";
        self.run(&arguments).quiet_but(&[lock]);
    }

    #[track_caller]
    pub(crate) fn validate(&self) {
        self.run(&["validate", "-no-color"]).quiet();
    }
}

/// Copies a folder without what Terraform has left in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for name in repository::names(from) {
        if name.starts_with(".terraform") || name.contains(".tfstate") {
            continue;
        }
        let (source, target) = (from.join(&name), to.join(&name));
        if source.is_dir() {
            copy(&source, &target);
        } else {
            fs::copy(&source, &target).unwrap();
        }
    }
}
