//! Programs, and what they said.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The variable that names a tool; `cargo xtask test` sets it.
pub(crate) fn told(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        panic!("{variable} is not set: run the acceptance tests with `cargo xtask test`")
    })
}

/// A program of another crate of the workspace, beside the one under test.
pub(crate) fn built(name: &str) -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_mlgen")).with_file_name(name);
    assert!(
        program.is_file(),
        "{} is not built: run the acceptance tests with `cargo xtask test`",
        program.display()
    );
    program
}

/// The program under test, in a project.
pub(crate) fn mlgen(project: &Path, arguments: &[&str]) -> Run {
    run(Command::new(env!("CARGO_BIN_EXE_mlgen")).args(arguments).current_dir(project))
}

/// Helm, without the settings and the caches of this machine.
pub(crate) fn helm(arguments: &[&str]) -> Run {
    let mut command = Command::new(told("MLASSETS_TEST_HELM"));
    run(command.args(arguments).env_clear().env("HOME", "/nonexistent"))
}

/// One of the checkers.
pub(crate) fn checks(program: &str, arguments: &[&str]) -> Run {
    run(Command::new(told("MLASSETS_TEST_CHECKS")).arg(program).args(arguments))
}

/// A command that ran.
#[derive(Debug)]
pub(crate) struct Run {
    command: String,
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

pub(crate) fn run(command: &mut Command) -> Run {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    let arguments: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
    Run {
        command: format!("{} {}", program.display(), arguments.join(" ")),
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

impl Run {
    /// Asserts that it went well.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "it failed: {self}");
        self
    }

    /// Asserts that it went well and without a warning.
    #[track_caller]
    pub(crate) fn quiet(self) -> Self {
        self.quiet_but(&[])
    }

    /// Asserts that it went well, with these warnings and no others.
    #[track_caller]
    pub(crate) fn quiet_but(self, expected: &[&str]) -> Self {
        let mut text = self.text();
        for warning in expected {
            text = text.replacen(warning, "", 1);
        }
        let warned = text.to_lowercase().contains("warning");
        assert!(self.code == Some(0) && !warned, "it failed or warned: {self}");
        self
    }

    /// Asserts that it failed, and not by a crash.
    #[track_caller]
    pub(crate) fn fails(self) -> Self {
        assert!(self.code.is_some_and(|code| code > 0), "it should fail: {self}");
        assert!(!self.text().contains("panic"), "it crashed: {self}");
        self
    }

    /// Asserts that its output has this text, line breaks and frames aside.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.text().contains(text), "it does not say {text:?}: {self}");
        self
    }

    /// The whole output as one line, without the frames that Terraform draws.
    fn text(&self) -> String {
        let text = format!("{}\n{}", self.stdout, self.stderr).replace(['│', '╷', '╵'], " ");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { command, code, stdout, stderr } = self;
        write!(f, "`{command}` ended with {code:?}\n{stdout}\n{stderr}")
    }
}

/// Makes folders writable, so that they can be removed by who is not root.
pub(crate) fn open(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            open(&entry.path());
        }
    }
}
