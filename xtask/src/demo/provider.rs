//! The provider at work: real Terraform creates, checks and destroys assets on a Prefect server of its own.
//!
//! It shows and checks: a command that fails, a second plan that wants changes, or anything that outlives the
//! destroy (evidence excepted, which must) ends it with an error. The configuration is `examples/first-steps`,
//! and this file knows only its three variables and its output `work_pool`.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::say;
use super::workspace::{self, Workspace};
use crate::servers::Prefect;
use crate::{http, process, ui};

/// Shows the program `provider` with this Terraform.
pub(super) fn show(provider: &Path, terraform: &Path, prefect: Prefect, keep: bool) -> Result<()> {
    let workspace = Workspace::create(provider, terraform, &prefect.api_url())?;
    let demo = Demo { workspace, prefect };
    let shown = demo.show();
    if keep {
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
        self.terraform(&["plan", "-out=first.tfplan"])?;
        say("Do just that.");
        self.terraform(&["apply", "first.tfplan"])?;
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

    /// Destroys all of it and checks that Terraform manages nothing any more, and that the evidence is there.
    fn destroy(&self) -> Result<()> {
        say(
            "Remove it. Evidence and the registry's rows outlive that: Terraform only forgets them.",
        );
        self.terraform(&["destroy", "-auto-approve"])?;
        let left = self.capture(&["state", "list"])?;
        if !left.trim().is_empty() {
            bail!(
                "`terraform destroy` left {}",
                left.split_whitespace().collect::<Vec<_>>().join(", ")
            );
        }
        let evidence = workspace::tree(&self.workspace.archive())?;
        if !evidence.contains("model_distribution") {
            bail!("`terraform destroy` removed a record under retention");
        }
        say("Terraform manages nothing any more, and the evidence is where it was:");
        ui::line(&evidence);
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
