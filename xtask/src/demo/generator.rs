//! The generator at work: a spec becomes the stacks of an environment, and real Terraform plans one of them with no
//! cloud, no credentials and no download, because the stand-in serves the schemas of the cloud's provider.
//!
//! The project is an example in a copy of its folder; this file knows its environment and the inputs of its runs.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::{say, workspace};
use crate::{environment, process, repository, ui};

/// The projects that can be shown: the first one that is there.
const PROJECTS: [&str; 2] = ["quickstart", "rainbow-seeker"];
const ENVIRONMENT: &str = "staging";
const TARGET: &str = "aws";

/// What a pipeline knows and no file does: inputs of a run, and where assets of `mlassets` would be. A plan calls
/// nobody, and Terraform leaves alone what a stack does not declare.
const INPUTS: [(&str, &str); 5] = [
    ("TF_VAR_image_tag", "2025-01-15-v1"),
    ("TF_VAR_firebase_project_id", "rainbow-seeker"),
    ("PREFECT_API_URL", "http://127.0.0.1:4200/api"),
    ("MLASSETS_REGISTRY_URL", "registry.db"),
    ("MLASSETS_WORM_DIRECTORY", "."),
];

/// Shows the programs in this folder with this Terraform.
pub(super) fn show(programs: &Path, terraform: &Path, keep: bool) -> Result<()> {
    let folder = tempfile::Builder::new()
        .prefix("mlgen-demo-")
        .tempdir()
        .context("cannot create a temporary folder")?;
    let project = copy_project(folder.path())?;
    let demo = Demo { programs, terraform, project, root: folder.path() };
    let shown = demo.run();
    if keep {
        let folder = folder.keep();
        say("Everything is left as it is, to be removed with:");
        ui::command(&format!("rm -rf {}", process::quoted(&folder.to_string_lossy())));
        return shown;
    }
    shown.context("the demo stopped; `cargo xtask demo --keep` leaves its folder to look at")
}

struct Demo<'a> {
    programs: &'a Path,
    terraform: &'a Path,
    /// The copy of the project.
    project: PathBuf,
    /// What looks like the repository.
    root: &'a Path,
}

impl Demo<'_> {
    fn run(&self) -> Result<()> {
        say(&format!("A system as it is written: {}.", self.project.display()));
        ui::line(&workspace::tree(&self.project.join("configs"))?);
        say("mlgen checks it against the modules' own interfaces and writes the stack.");
        let mut render = self.mlgen();
        run(render.args(["render", "--env", ENVIRONMENT, "--target", TARGET]))?;
        say("Rendering again changes nothing; a pipeline asks with --check.");
        let mut check = self.mlgen();
        run(check.args(["render", "--env", ENVIRONMENT, "--target", TARGET, "--check"]))?;

        let stack = self.stack()?;
        say("The component `database` in this stack, as Terraform would format it:");
        let file = stack.join("database.tf");
        let text = fs::read_to_string(&file)
            .with_context(|| format!("the stack has no file {}", file.display()))?;
        ui::line(&text);

        say("The stand-in serves the real schemas of the cloud's provider in its place.");
        let mirror = self.root.join("mirror");
        let provider = self.programs.join(workspace::PROVIDER);
        let plugin =
            format!("mlassets/mlassets={}={}", env!("CARGO_PKG_VERSION"), provider.display());
        let mut standin = Command::new(self.programs.join("mlassets-standin"));
        run(standin.arg("mirror").arg(&mirror).args(["--plugin", &plugin]))?;

        say("So Terraform initializes and plans it: no account, no credentials, no download.");
        // The state is not where this environment's is.
        fs::write(stack.join("backend_override.tf"), "terraform {\n  backend \"local\" {}\n}\n")?;
        let variables = format!("-var-file={ENVIRONMENT}.tfvars");
        self.capture(&stack, &["init", "-no-color"])?;
        let plan = self.capture(&stack, &["plan", "-no-color", &variables])?;
        ui::line("resources, by component:");
        for (component, count) in resources(&plan) {
            ui::line(&format!("{count:4}  {component}"));
        }
        let Some(end) = plan.find("\nPlan: ") else {
            bail!("Terraform plans nothing:\n{}", process::tail(&plan));
        };
        let summary = plan[end..].split("\n────").next().unwrap_or_default();
        ui::line(summary.trim());
        say("Every reference, type and argument in it has been checked by Terraform itself.");
        Ok(())
    }

    fn mlgen(&self) -> Command {
        let mut command = Command::new(self.programs.join("mlgen"));
        command.current_dir(&self.project);
        command
    }

    /// The folder of the stack, which the project's layout decides.
    fn stack(&self) -> Result<PathBuf> {
        let stack = self.project.join("deploy").join(ENVIRONMENT).join(TARGET);
        if !stack.is_dir() {
            bail!("there is no stack in {}", stack.display());
        }
        Ok(stack)
    }

    fn capture(&self, stack: &Path, arguments: &[&str]) -> Result<String> {
        ui::command(&format!("terraform {}", arguments.join(" ")));
        let mut command = Command::new(self.terraform);
        environment::clean(&mut command);
        command.args(arguments).current_dir(stack).envs(INPUTS).env("TF_INPUT", "0");
        command.env("TF_CLI_CONFIG_FILE", self.root.join("mirror/terraform.rc"));
        process::capture(&mut command)
    }
}

/// Shows a command and runs it.
fn run(command: &mut Command) -> Result<()> {
    environment::clean(command);
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    let arguments = command.get_args().map(|word| process::quoted(&word.to_string_lossy()));
    ui::command(&format!("{} {}", program.display(), arguments.collect::<Vec<_>>().join(" ")));
    process::run(command)
}

/// Copies what people wrote of the project to where its catalogue is as far away as in the repository.
fn copy_project(root: &Path) -> Result<PathBuf> {
    let examples = repository::root().join("examples");
    let name = PROJECTS
        .into_iter()
        .find(|name| examples.join(name).join("mlgen.yaml").is_file())
        .context("none of the projects to be shown is in examples/")?;
    symlink(repository::root().join("modules"), root.join("modules"))?;
    let copy = root.join("examples").join(name);
    let prefix = format!("examples/{name}/");
    for path in repository::files(repository::root())? {
        let written = path.strip_prefix(&prefix).is_some_and(|inner| {
            inner == "mlgen.yaml"
                || inner.starts_with("configs/")
                || inner.starts_with("templates/")
        });
        if written {
            let target = root.join(&path);
            fs::create_dir_all(target.parent().context("a file lies in a folder")?)?;
            fs::copy(repository::root().join(&path), &target)
                .with_context(|| format!("cannot copy {path}"))?;
        }
    }
    Ok(copy)
}

/// How many resources a plan makes, by the module of the stack.
fn resources(plan: &str) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for line in plan.lines() {
        let address = line.trim().strip_prefix("# module.");
        if let Some((address, _)) = address.and_then(|rest| rest.split_once(" will be created")) {
            let component = address.split(['.', '[']).next().unwrap_or(address);
            *counts.entry(component).or_default() += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_counted_by_component() {
        let plan = "\
  # module.api.aws_ecs_service.this will be created
  # module.api.module.role[\"a\"].aws_iam_role.this will be created
  # module.queue[\"a\"].aws_sqs_queue.this will be created
  # module.api.aws_iam_policy.this will be read during apply
Plan: 3 to add, 0 to change, 0 to destroy.
";
        assert_eq!(resources(plan), BTreeMap::from([("api", 2), ("queue", 1)]));
    }
}
