//! `cargo xtask demo`: the provider at work on this machine, each step with its command and a plain sentence.
//!
//! It shows and checks: a command that fails, a second plan that wants changes, or anything that outlives the
//! destroy (evidence excepted, which must) ends it with an error. The configuration is `examples/first-steps`,
//! and this file knows only its three variables and its output `work_pool`.

mod workspace;

use std::path::Path;
use std::process::Command;
use std::thread;

use anyhow::{Context as _, Result, anyhow, bail};

use self::workspace::Workspace;
use crate::servers::Prefect;
use crate::tools::{Found, Store, TERRAFORM};
use crate::{http, process, repository, ui};

/// Build the provider and let Terraform create, check and remove ML assets on this machine.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  cargo xtask demo           from nothing to nothing\n  cargo xtask demo --keep    leave everything running, to try things out"
)]
pub(crate) struct Arguments {
    /// Leave the workspace and the Prefect server, and print how to go on
    #[arg(long)]
    keep: bool,
    /// Build without optimisation, which is quicker
    #[arg(long)]
    debug: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    say("Building the provider. Meanwhile Terraform and Prefect are made ready.");
    let servers = thread::spawn(servers);
    let built = build(arguments.debug);
    let servers = servers.join().map_err(|_| anyhow!("bug in xtask: the thread panicked"));
    let (provider, (terraform, prefect)) = (built?, servers??);

    let workspace = Workspace::create(&provider, &terraform.program, &prefect.api_url())?;
    let demo = Demo { workspace, prefect };
    let shown = demo.show();
    if arguments.keep {
        demo.keep(shown.is_ok())?;
        return shown;
    }
    shown
        .and_then(|()| demo.destroy())
        .context("the demo stopped; `cargo xtask demo --keep` leaves its workspace to look at")?;
    demo.workspace.remove()?;
    say("All of it is gone again. `cargo xtask demo --keep` leaves it to try things out.");
    Ok(())
}

fn servers() -> Result<(Found, Prefect)> {
    let store = Store::new();
    Ok((store.need(&TERRAFORM)?, Prefect::start(&store)?))
}

/// Builds the provider and gives its path.
fn build(debug: bool) -> Result<std::path::PathBuf> {
    let mut command = repository::cargo();
    command.args(["build", "--package", "mlassets"]);
    let profile = if debug {
        "debug"
    } else {
        command.arg("--release");
        "release"
    };
    process::run(&mut command)?;
    Ok(repository::target_folder()?.join(profile).join(workspace::PROVIDER))
}

struct Demo {
    workspace: Workspace,
    prefect: Prefect,
}

impl Demo {
    fn show(&self) -> Result<()> {
        say(&format!(
            "An empty workspace, {}, with the configuration of examples/first-steps.",
            self.workspace.folder().display()
        ));
        say("Terraform finds the provider in a folder; nothing is looked up on the network.");
        self.terraform(&["init"])?;
        say("What would Terraform do? Nothing has happened yet.");
        self.terraform(&["plan"])?;
        say("Do it.");
        self.terraform(&["apply", "-auto-approve"])?;
        say("Ask again: exit code 0 says that the world is what the configuration says.");
        self.plan_is_empty()?;
        self.show_pool()?;
        say("The evidence, one read-only file per record:");
        ui::line(&workspace::tree(&self.workspace.archive())?);
        Ok(())
    }

    fn plan_is_empty(&self) -> Result<()> {
        let arguments = ["plan", "-detailed-exitcode"];
        ui::command("terraform plan -detailed-exitcode");
        match process::status(&mut self.workspace.terraform(&arguments))?.code() {
            Some(0) => Ok(()),
            Some(2) => bail!("bug in the provider: a plan right after apply wants changes"),
            _ => bail!("`terraform plan` failed"),
        }
    }

    fn show_pool(&self) -> Result<()> {
        let outputs = self.capture(&["output", "-json"])?;
        let outputs: serde_json::Value = serde_json::from_str(&outputs)?;
        let pool = outputs["work_pool"]["value"]
            .as_str()
            .context("the configuration has no output `work_pool` with the pool's name")?;
        say("Prefect itself, asked without Terraform, knows the work pool:");
        ui::command(&format!("curl {}/work_pools/{pool}", self.prefect.api_url()));
        let pool = http::get(self.prefect.port(), &format!("/api/work_pools/{pool}"))?;
        let mut pool: serde_json::Value = serde_json::from_str(&pool)?;
        if let Some(pool) = pool.as_object_mut() {
            // Long, and the same for every pool of its type.
            pool.remove("base_job_template");
        }
        ui::line(&serde_json::to_string_pretty(&pool)?);
        Ok(())
    }

    /// Destroys what may be destroyed and checks that nothing else is left.
    fn destroy(&self) -> Result<()> {
        say(
            "Remove it. Evidence whose retention has not ended must refuse: an error about it is right.",
        );
        ui::command("terraform destroy -auto-approve");
        let status = process::status(&mut self.workspace.terraform(&["destroy", "-auto-approve"]))?;
        let left = self.capture(&["state", "list"])?;
        let wrong: Vec<&str> =
            left.lines().filter(|address| !address.starts_with("mlassets_worm_")).collect();
        if !wrong.is_empty() {
            bail!("`terraform destroy` ({status}) left {}", wrong.join(", "));
        }
        if !status.success() && left.trim().is_empty() {
            bail!("`terraform destroy` failed ({status}) although nothing is left");
        }
        match left.trim() {
            "" => say("Nothing is left."),
            left => say(&format!("Only evidence is left, as it must be:\n{}", ui::indented(left))),
        }
        Ok(())
    }

    fn keep(self, shown: bool) -> Result<()> {
        let Self { workspace, prefect } = self;
        let (process, home) = prefect.keep();
        let folder = workspace.keep();
        say(if shown {
            "Everything is left as it is. To go on:"
        } else {
            "To see what went wrong:"
        });
        for line in workspace::commands(&folder)? {
            ui::command(&line);
        }
        ui::command("terraform state list");
        say("To end it:");
        ui::command(&format!("kill {process}"));
        let quoted = |path: &Path| process::quoted(&path.to_string_lossy());
        ui::command(&format!(
            "chmod -R u+w {folder} && rm -rf {folder} {home}",
            folder = quoted(&folder),
            home = quoted(&home)
        ));
        Ok(())
    }

    fn terraform(&self, arguments: &[&str]) -> Result<()> {
        ui::command(&format!("terraform {}", arguments.join(" ")));
        process::run(&mut self.workspace.terraform(arguments))
    }

    fn capture(&self, arguments: &[&str]) -> Result<String> {
        let mut command: Command = self.workspace.terraform(arguments);
        process::capture(&mut command)
    }
}

fn say(text: &str) {
    ui::heading(text);
}
