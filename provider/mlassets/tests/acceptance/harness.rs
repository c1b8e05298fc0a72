//! Runs a real Terraform on a configuration in a folder of its own.
//!
//! The provider is the binary that cargo has just built, through `dev_overrides`, so nothing is installed.
//! Every command runs with an environment made from nothing, so that no variable of the machine leaks in.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;
use tempfile::TempDir;

/// The variable that names a server or a tool; `cargo xtask test` sets it.
pub(crate) fn told(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        panic!("{variable} is not set: run the acceptance tests with `cargo xtask test`")
    })
}

/// A name that no other test has.
pub(crate) fn unique(prefix: &str) -> String {
    let id = uuid::Uuid::new_v4().simple().to_string();
    format!("{prefix}-{}", &id[..12])
}

/// A folder with a configuration, its state, and its own registry file and archive.
pub(crate) struct Workspace {
    folder: TempDir,
    program: String,
    environment: BTreeMap<String, String>,
}

impl Workspace {
    /// A workspace with these resources, on the test's Prefect and Redis servers, a SQLite registry of its own
    /// and an archive of its own.
    pub(crate) fn new(resources: &str) -> Self {
        Self::with(told("MLASSETS_TEST_TERRAFORM"), resources)
    }

    /// A workspace for this program, which is Terraform or OpenTofu.
    pub(crate) fn with(program: String, resources: &str) -> Self {
        let folder =
            tempfile::Builder::new().prefix("acceptance-").tempdir().expect("a temporary folder");
        let path = |name: &str| folder.path().join(name).display().to_string();
        for store in ["store", "worm"] {
            std::fs::create_dir(folder.path().join(store)).expect("a fresh folder has room");
        }
        let environment = BTreeMap::from([
            ("PATH".to_owned(), told("PATH")),
            ("HOME".to_owned(), path("")),
            ("CHECKPOINT_DISABLE".to_owned(), "1".to_owned()),
            ("TF_CLI_CONFIG_FILE".to_owned(), path("cli.tfrc")),
            ("TF_IN_AUTOMATION".to_owned(), "1".to_owned()),
            ("PREFECT_API_URL".to_owned(), told("MLASSETS_TEST_PREFECT_API_URL")),
            ("MLASSETS_REDIS_URL".to_owned(), told("MLASSETS_TEST_REDIS_URL")),
            ("MLASSETS_REGISTRY_URL".to_owned(), path("registry.db")),
            ("MLASSETS_WORM_DIRECTORY".to_owned(), path("worm")),
            ("MLASSETS_ARTIFACTS_DIRECTORY".to_owned(), path("store")),
            ("MLASSETS_ACTOR".to_owned(), "acceptance".to_owned()),
        ]);
        let workspace = Workspace { folder, program, environment };
        let binary = Path::new(env!("CARGO_BIN_EXE_terraform-provider-mlassets"));
        let overrides = binary.parent().expect("a binary is in a folder").display();
        workspace.write(
            "cli.tfrc",
            &format!(
                "provider_installation {{\n  dev_overrides {{\n    \"mlassets/mlassets\" = \"{overrides}\"\n  }}\n  direct {{}}\n}}\n"
            ),
        );
        workspace.write(
            "provider.tf",
            "terraform {\n  required_providers {\n    mlassets = { source = \"mlassets/mlassets\" }\n  }\n}\n",
        );
        workspace.configure(resources);
        workspace
    }

    /// Sets an environment variable for the commands to come.
    pub(crate) fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.insert(name.to_owned(), value.into());
        self
    }

    /// Takes an environment variable away from the commands to come.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.environment.remove(name);
        self
    }

    /// Replaces the resources.
    pub(crate) fn configure(&self, resources: &str) {
        self.write("main.tf", resources);
    }

    /// Writes a file of the workspace.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        let folder = path.parent().expect("a file is in a folder");
        std::fs::create_dir_all(folder).expect("the workspace has room");
        std::fs::write(path, text).expect("a file of the workspace can be written");
    }

    /// A path in the workspace.
    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Whether the program is Terraform, not OpenTofu.
    pub(crate) fn is_terraform(&self) -> bool {
        !Path::new(&self.program).ends_with("tofu")
    }

    /// A Terraform command that is not run yet.
    pub(crate) fn command(&self, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).current_dir(self.folder.path()).env_clear().envs(&self.environment);
        command
    }

    /// Runs a Terraform command.
    #[track_caller]
    pub(crate) fn run(&self, arguments: &[impl AsRef<OsStr>]) -> Run {
        self.run_with(arguments, &[])
    }

    /// Runs a Terraform command with further environment variables.
    #[track_caller]
    pub(crate) fn run_with(
        &self,
        arguments: &[impl AsRef<OsStr>],
        variables: &[(&str, &str)],
    ) -> Run {
        let words: Vec<_> =
            arguments.iter().map(|word| word.as_ref().to_string_lossy().into_owned()).collect();
        let mut command = self.command(arguments);
        let output =
            command.envs(variables.iter().copied()).output().expect("Terraform can be started");
        Run {
            command: words.join(" "),
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// `terraform apply` without a question.
    #[track_caller]
    pub(crate) fn apply(&self) -> Run {
        self.run(&["apply", "-auto-approve", "-input=false", "-no-color"])
    }

    /// `terraform destroy` without a question.
    #[track_caller]
    pub(crate) fn destroy(&self) -> Run {
        self.run(&["destroy", "-auto-approve", "-input=false", "-no-color"])
    }

    /// Asserts that Terraform sees nothing to do.
    #[track_caller]
    pub(crate) fn plan_is_empty(&self) {
        let run = self.run(&["plan", "-input=false", "-no-color", "-detailed-exitcode"]);
        assert_eq!(run.code, Some(0), "the plan is not empty: {run}");
    }

    /// The attributes of the resource at `address` in the state.
    #[track_caller]
    pub(crate) fn state(&self, address: &str) -> Json {
        let attributes = self.attributes(address);
        attributes.unwrap_or_else(|| panic!("{address} is not in the state"))
    }

    /// The attributes of the resource at `address`, if it is in the state. The file is read as it is, since a
    /// command for it takes its time.
    pub(crate) fn attributes(&self, address: &str) -> Option<Json> {
        let text = std::fs::read_to_string(self.path("terraform.tfstate")).ok()?;
        let state: Json = serde_json::from_str(&text).expect("a state is JSON");
        let (kind, name) = address.split_once('.').expect("an address has a type and a name");
        let resource = state["resources"]
            .as_array()?
            .iter()
            .find(|resource| resource["type"] == kind && resource["name"] == name)?;
        Some(resource["instances"][0]["attributes"].clone())
    }
}

/// A command that ran.
pub(crate) struct Run {
    command: String,
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// Asserts that it went well.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "it failed: {self}");
        self
    }

    /// Asserts that it failed, and not by a crash.
    #[track_caller]
    pub(crate) fn fails(self) -> Self {
        assert_eq!(self.code, Some(1), "it should fail: {self}");
        assert!(!self.text().contains("panic"), "it crashed: {self}");
        self
    }

    /// Asserts that the provider died under it. Terraform has two words for that, by which of its ends
    /// notices first.
    #[track_caller]
    pub(crate) fn died(self) -> Self {
        let texts = ["Plugin did not respond", "request was cancelled"];
        let died = texts.iter().any(|text| self.text().contains(text));
        assert!(self.code == Some(1) && died, "the provider should die: {self}");
        self
    }

    /// Asserts that its output has this text, line breaks and margins aside.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.text().contains(text), "it does not say {text:?}: {self}");
        self
    }

    /// The whole output as one line, without the frames that Terraform draws.
    pub(crate) fn text(&self) -> String {
        let text = format!("{}\n{}", self.stdout, self.stderr).replace(['│', '╷', '╵'], " ");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`terraform {}` ended with {:?}\n{}\n{}",
            self.command, self.code, self.stdout, self.stderr
        )
    }
}
