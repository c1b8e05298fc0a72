//! Runs a real Terraform on a copy of one of the stacks in `tests/cases`.
//!
//! Providers come from a mirror that the program under test has written, and from nowhere else.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value as Json;
use tempfile::TempDir;

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_mlassets-standin");

/// A stack in a folder of its own.
pub(crate) struct Stack {
    folder: TempDir,
    environment: BTreeMap<String, String>,
}

/// A command that ran.
pub(crate) struct Run {
    command: String,
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    stderr: String,
}

/// The configuration of the mirror that all stacks use.
fn mirror() -> &'static Path {
    static MIRROR: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, configuration) = MIRROR.get_or_init(|| {
        let folder = tempfile::Builder::new().prefix("mirror-").tempdir().unwrap();
        let run = standin(&["mirror", &folder.path().display().to_string()]).ok();
        let named = run.stdout.trim().strip_prefix("export TF_CLI_CONFIG_FILE=").unwrap();
        let configuration = PathBuf::from(named);
        (folder, configuration)
    });
    configuration
}

/// Runs the program itself.
pub(crate) fn standin(arguments: &[&str]) -> Run {
    let mut command = Command::new(PROGRAM);
    command.args(arguments);
    ran(&mut command, arguments)
}

fn ran(command: &mut Command, arguments: &[&str]) -> Run {
    let output = command.output().expect("the program can be started");
    Run {
        command: arguments.join(" "),
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

impl Stack {
    /// A copy of a stack in `tests/cases`, not initialized.
    pub(crate) fn of(case: &str) -> Self {
        let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
        Stack::copy(&cases.join(case), mirror())
    }

    /// An empty stack that takes its providers from this configuration.
    pub(crate) fn empty(configuration: &Path) -> Self {
        let folder = tempfile::Builder::new().prefix("stack-").tempdir().unwrap();
        let path = std::env::var("PATH").unwrap_or_default();
        let environment = [
            ("PATH", path),
            ("HOME", folder.path().display().to_string()),
            ("TMPDIR", std::env::temp_dir().display().to_string()),
            ("CHECKPOINT_DISABLE", "1".to_owned()),
            ("TF_CLI_CONFIG_FILE", configuration.display().to_string()),
            ("TF_IN_AUTOMATION", "1".to_owned()),
            ("TF_INPUT", "0".to_owned()),
        ];
        let environment =
            environment.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Stack { folder, environment }
    }

    /// A copy of this stack with all that Terraform has put into it.
    pub(crate) fn twin(&self) -> Self {
        Stack::copy(self.folder.path(), mirror())
    }

    fn copy(original: &Path, configuration: &Path) -> Self {
        let stack = Stack::empty(configuration);
        copy(original, stack.folder.path());
        stack
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Replaces a text that stands once in a file.
    #[track_caller]
    pub(crate) fn edit(&self, name: &str, old: &str, new: &str) {
        let text = fs::read_to_string(self.path(name)).unwrap();
        assert_eq!(text.matches(old).count(), 1, "{old:?} stands in {name} once");
        self.write(name, &text.replace(old, new));
    }

    /// Runs a Terraform command.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let program = std::env::var("MLASSETS_TEST_TERRAFORM").unwrap_or_else(|_| {
            panic!("MLASSETS_TEST_TERRAFORM is not set: run the acceptance tests with `cargo xtask test`")
        });
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.folder.path());
        command.env_clear().envs(&self.environment);
        ran(&mut command, arguments)
    }

    pub(crate) fn init(&self) -> Run {
        self.run(&["init", "-no-color", "-backend=false"])
    }

    pub(crate) fn validate(&self) -> Run {
        self.run(&["validate", "-no-color"])
    }

    /// The whole state as text, and the attributes of one resource in it.
    #[track_caller]
    pub(crate) fn state(&self, address: &str) -> (String, Json) {
        let text = fs::read_to_string(self.path("terraform.tfstate")).unwrap();
        let state: Json = serde_json::from_str(&text).unwrap();
        let (kind, name) = address.split_once('.').unwrap();
        let found = state["resources"]
            .as_array()
            .unwrap()
            .iter()
            .find(|resource| resource["type"] == kind && resource["name"] == name);
        let attributes =
            found.expect("the resource is in the state")["instances"][0]["attributes"].clone();
        (text, attributes)
    }
}

/// Copies a folder; links stay links, since providers are installed as such.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().unwrap();
        if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(&source).unwrap(), &target).unwrap();
        } else if kind.is_dir() {
            copy(&source, &target);
        } else {
            fs::copy(&source, &target).unwrap();
        }
    }
}

impl Run {
    /// Asserts that it went well.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "it failed: {self}");
        self
    }

    /// Asserts that it failed.
    #[track_caller]
    pub(crate) fn fails(self) -> Self {
        assert!(self.code.is_some_and(|code| code != 0), "it should fail: {self}");
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
        write!(f, "`{}` ended with {:?}\n{}\n{}", self.command, self.code, self.stdout, self.stderr)
    }
}
