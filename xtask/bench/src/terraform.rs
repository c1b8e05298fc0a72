//! Real Terraform with many resources: how long, how much processor time, and how much of it is the provider's.
//!
//! A shell stands between Terraform and each process of the provider, and another one before Terraform. Each says
//! with `times` what its children used, which holds for every system with a POSIX shell.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;

use crate::plugin;
use crate::report::{Figure, Unit};

/// How many resources there are.
const COUNT: usize = 1_000;

/// Runs what follows the name of a file, then appends to the file what it used.
const ACCOUNT: &str = r#"file=$1; shift; "$@"; code=$?; times >> "$file"; exit $code"#;

pub(crate) fn run(terraform: &Path, provider: &Path) -> Result<Vec<Figure>> {
    let workspace = Workspace::create(terraform, provider)?;
    let mut figures = Vec::new();
    for (what, arguments) in [
        ("plan of 1,000 creations", ["plan", "-out=plan"].as_slice()),
        ("apply of them on SQLite", &["apply", "plan"]),
        ("plan of 1,000 that are there, with refresh", &["plan"]),
        ("the same without refresh", &["plan", "-refresh=false"]),
    ] {
        figures.extend(workspace.measure(what, arguments)?);
    }
    Ok(figures)
}

struct Workspace {
    folder: TempDir,
    terraform: PathBuf,
}

impl Workspace {
    fn create(terraform: &Path, provider: &Path) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("bench-").tempdir()?;
        let workspace = Self { folder, terraform: terraform.to_owned() };
        let registry = workspace.file("registry.db");
        let (registry, bin) = (text(&registry)?, workspace.file("bin"));
        fs::write(workspace.file("main.tf"), configuration(registry))?;
        fs::create_dir(&bin)?;
        let overrides = format!(
            "provider_installation {{\n  dev_overrides {{\n    \"mlassets/mlassets\" = \"{}\"\n  }}\n  direct {{}}\n}}\n",
            text(&bin)?
        );
        fs::write(workspace.file("terraform.rc"), overrides)?;
        let wrapper = bin.join("terraform-provider-mlassets");
        let script = format!(
            "#!/bin/sh\nset -- {} {} \"$@\"\n{ACCOUNT}\n",
            quoted(text(&workspace.file("provider.times"))?),
            quoted(text(provider)?),
        );
        fs::write(&wrapper, script)?;
        fs::set_permissions(&wrapper, Permissions::from_mode(0o755))?;
        Ok(workspace)
    }

    fn measure(&self, what: &str, arguments: &[&str]) -> Result<Vec<Figure>> {
        let (all, providers) = (self.file("all.times"), self.file("provider.times"));
        for file in [&all, &providers] {
            fs::write(file, "")?;
        }
        let mut command = Command::new("/bin/sh");
        plugin::clean(&mut command);
        command
            .args(["-c", ACCOUNT, "sh"])
            .args([&all, &self.terraform])
            .arg(arguments[0])
            .args(["-input=false", "-no-color"])
            .args(&arguments[1..])
            .current_dir(self.folder.path())
            .env("TF_CLI_CONFIG_FILE", self.file("terraform.rc"))
            .env("CHECKPOINT_DISABLE", "1");
        let started = Instant::now();
        let output = command.output().context("cannot run /bin/sh")?;
        let elapsed = started.elapsed();
        if !output.status.success() {
            let errors = String::from_utf8_lossy(&output.stderr);
            bail!("`terraform {}` failed: {errors}", arguments.join(" "));
        }
        let all = children(&fs::read_to_string(all)?)?;
        let providers = children(&fs::read_to_string(providers)?)?;
        let total = all.iter().sum::<Duration>().as_secs_f64();
        let provider = providers.iter().sum::<Duration>().as_secs_f64();
        let processes = f64::from(u32::try_from(providers.len())?);
        let benchmark = format!("terraform {}: {what}", arguments[0]);
        let figure = |measure, value, unit| Figure::new(&*benchmark, measure, value, unit);
        Ok(vec![
            figure("by the clock", elapsed.as_secs_f64(), Unit::Seconds),
            figure("processor time in all", total, Unit::Seconds),
            figure("processor time of the provider", provider, Unit::Seconds),
            figure("share of the provider", 100.0 * provider / total, Unit::Percent),
            figure("processes of the provider", processes, Unit::Count),
        ])
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn configuration(registry: &str) -> String {
    format!(
        r#"terraform {{
  required_providers {{
    mlassets = {{ source = "mlassets/mlassets" }}
  }}
}}

provider "mlassets" {{
  actor = "bench"
  registry {{
    url = "{registry}"
  }}
}}

resource "mlassets_model_registry" "this" {{}}

resource "mlassets_model_version" "each" {{
  count           = {COUNT}
  model           = "model-${{count.index}}"
  version         = "2025-01-15-v1"
  artifact_uri    = "s3://models/model-${{count.index}}/2025-01-15-v1/"
  artifact_sha256 = sha256("model ${{count.index}}")
  description     = "What is to be known about the version."
  metadata        = {{ git_sha = "abc123", trained_by = "nightly" }}
  depends_on      = [mlassets_model_registry.this]
}}
"#
    )
}

/// What the children of each shell used, from the lines that `times` wrote: its own, then theirs.
fn children(times: &str) -> Result<Vec<Duration>> {
    times.lines().skip(1).step_by(2).map(line).collect()
}

/// `0m1.500000s 0m0.250000s`: user and system time.
fn line(line: &str) -> Result<Duration> {
    let time = |word: &str| {
        let (minutes, seconds) = word.strip_suffix('s')?.split_once('m')?;
        let seconds = Duration::try_from_secs_f64(seconds.parse().ok()?).ok()?;
        Some(Duration::from_secs(60 * minutes.parse::<u64>().ok()?) + seconds)
    };
    line.split_whitespace()
        .map(time)
        .sum::<Option<Duration>>()
        .with_context(|| format!("the shell's `times` wrote {line:?}"))
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().with_context(|| format!("{} is not UTF-8", path.display()))
}

/// `text` as one word of a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::children;

    #[test]
    fn times_of_children_are_found() {
        let text = "0m0.000000s 0m0.010000s\n1m1.500000s 0m0.250000s\n0m0s 0m0s\n0m0.1s 0m0.2s\n";
        assert_eq!(
            children(text).unwrap(),
            [Duration::from_millis(61_750), Duration::from_millis(300)]
        );
        assert!(children("0m0s 0m0s\nnone\n").unwrap_err().to_string().contains("\"none\""));
    }
}
