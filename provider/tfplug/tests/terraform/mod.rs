//! The examples under a real Terraform.

mod aged;
mod hello;

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value as Json;
use tempfile::TempDir;

/// A folder with a configuration, for a provider that is an example.
struct Workspace {
    folder: TempDir,
}

/// What a command said.
#[derive(Debug)]
struct Run {
    code: Option<i32>,
    text: String,
}

impl Workspace {
    /// A workspace with this configuration for the example of this name.
    fn new(example: &str, configuration: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("provider")).unwrap();
        let binary = built(example);
        let link = path(&format!("provider/terraform-provider-{example}"));
        std::os::unix::fs::symlink(binary, link).unwrap();
        let overrides = format!("\"example/{example}\" = \"{}\"", path("provider").display());
        let cli = format!(
            "provider_installation {{\n  dev_overrides {{\n    {overrides}\n  }}\n  direct {{}}\n}}\n"
        );
        let workspace = Workspace { folder };
        workspace.write("cli.tfrc", &cli);
        let source = format!("{example} = {{ source = \"example/{example}\" }}");
        let required = format!("terraform {{\n  required_providers {{\n    {source}\n  }}\n}}\n");
        workspace.write("provider.tf", &required);
        workspace.write("main.tf", configuration);
        workspace
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let terraform = env::var("MLASSETS_TEST_TERRAFORM");
        let terraform = terraform.expect("`cargo xtask test` says where Terraform is");
        let mut command = Command::new(terraform);
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", env::var("PATH").unwrap())
            .env("HOME", self.folder.path())
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_CLI_CONFIG_FILE", self.folder.path().join("cli.tfrc"));
        let output = command.output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        Run { code: output.status.code(), text: String::from_utf8(text).unwrap() }
    }

    /// Runs a command that must go well; what it said, as one line.
    #[track_caller]
    fn ok(&self, arguments: &[&str]) -> String {
        let run = self.run(arguments);
        assert_eq!(run.code, Some(0), "{arguments:?}: {}", run.text);
        run.text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[track_caller]
    fn apply(&self) -> String {
        self.ok(&["apply", "-auto-approve", "-input=false", "-no-color"])
    }

    #[track_caller]
    fn plan_is_empty(&self) {
        self.ok(&["plan", "-input=false", "-no-color", "-detailed-exitcode"]);
    }

    /// The first resource in the state, as it is stored.
    fn stored(&self) -> Json {
        let text = fs::read_to_string(self.folder.path().join("terraform.tfstate")).unwrap();
        let state: Json = serde_json::from_str(&text).unwrap();
        state["resources"][0]["instances"][0].clone()
    }
}

/// The program of an example; cargo builds those with the tests of the package.
fn built(example: &str) -> PathBuf {
    let test = env::current_exe().unwrap();
    let program = test.ancestors().nth(2).unwrap().join("examples").join(example);
    assert!(program.exists(), "{} is missing: `cargo build --examples`", program.display());
    program
}
