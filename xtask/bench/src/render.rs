//! `mlgen render` as a whole process: one environment, then ever more of them, against copying the same bytes.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;

use crate::report::{Figure, Unit};
use crate::usage;

/// Environments of each project.
const SIZES: [usize; 4] = [1, 10, 100, 1_000];

/// How often the small ones are repeated; the median counts.
const RUNS: usize = 11;

/// Components of about 60 resources on AWS.
const BASE: &str = r"components:
  network:
    cidr: 10.0.0.0/16
    zones: [eu-central-1a, eu-central-1b]
    private_subnets: [10.0.1.0/24, 10.0.2.0/24]
    public_subnets: [10.0.101.0/24, 10.0.102.0/24]
  database:
    network: ${network}
    database_name: shop
  cache:
    network: ${network}
  load_balancer:
    network: ${network}
    zone_name: shop.example
  uploads:
    kind: object-storage
  backups:
    kind: object-storage
    expire_days: 30
  api:
    kind: service
    network: ${network}
    load_balancer: ${load_balancer}
    port: 8080
    connect:
      database: ${database}
      cache: ${cache}
    buckets:
      uploads: ${uploads}
    environment:
      DB_HOST: ${database.host}
      REDIS_HOST: ${cache.host}
      LOG_LEVEL: info
    secrets:
      DB_PASSWORD: ${database.password}
      SESSION_KEY: ${secret.session_key}
  monitoring:
    alarms:
      high-cpu:
        description: The service uses too much CPU.
        namespace: AWS/ECS
        metric: CPUUtilization
        threshold: 80
        dimensions:
          ClusterName: ${api.cluster_name}
          ServiceName: ${api.service_name}

secrets:
  session_key: Signs sessions.
";

pub(crate) fn run(mlgen: &Path) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for size in SIZES {
        let project = Project::create(mlgen, size)?;
        figures.extend(project.measure(size)?);
    }
    Ok(figures)
}

struct Project {
    folder: TempDir,
    mlgen: PathBuf,
}

/// What a process needed.
struct Used {
    elapsed: Duration,
    processor: Duration,
    peak: u32,
}

impl Project {
    fn create(mlgen: &Path, environments: usize) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("bench-").tempdir()?;
        let project = Self { folder, mlgen: mlgen.to_owned() };
        let mut spec = String::from(
            "system: shop\ntargets:\n  aws: { region: eu-central-1, state: { bucket: shop-state } }\nenvironments:\n",
        );
        for number in 1..=environments {
            let name = format!("e{number}");
            writeln!(spec, "  {name}: {{ class: staging, targets: [aws] }}")?;
            let own = format!(
                "components:\n  database: {{ instance_class: db.t4g.medium, multi_az: false }}\n  cache: {{ node_type: cache.t4g.small }}\n  load_balancer: {{ domain_name: {name}.shop.example }}\n  monitoring: {{ emails: [{name}@shop.example] }}\n  api: {{ desired_count: {} }}\n",
                number % 5 + 1
            );
            write(&project.file(&format!("configs/envs/{name}/sizes.yaml")), &own)?;
        }
        write(&project.file("mlgen.yaml"), &spec)?;
        write(&project.file("configs/base/shop.yaml"), BASE)?;
        Ok(project)
    }

    fn measure(&self, size: usize) -> Result<Vec<Figure>> {
        let benchmark =
            format!("mlgen render: {size} environment{}", if size == 1 { "" } else { "s" });
        let figure =
            |measure: &str, value: f64, unit| Figure::new(&*benchmark, measure, value, unit);
        let runs = if size <= 10 { RUNS } else { 3 };
        let new = self.repeat(runs, true, &["render", "--all"])?;
        let same = self.repeat(runs, false, &["render", "--all"])?;
        let one = self.repeat(runs, false, &["render", "--env", "e1"])?;
        let copied = self.copy()?;
        let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
        let all =
            figure("all, into an empty folder", milliseconds(new.elapsed), Unit::Milliseconds);
        Ok(vec![
            match size {
                100 => all.goal("≤ 103 ms, a third of rjsonnet"),
                1_000 => all.goal("≤ 1,500 ms"),
                _ => all,
            },
            figure("  processor time", milliseconds(new.processor), Unit::Milliseconds),
            match size {
                1_000 => figure("  memory at most", f64::from(new.peak) / 1024.0, Unit::Mebibytes)
                    .goal("≤ 200 MiB"),
                _ => figure("  memory at most", f64::from(new.peak) / 1024.0, Unit::Mebibytes),
            },
            figure(
                "  times what `cp -r` of it needs",
                new.elapsed.as_secs_f64() / copied.as_secs_f64(),
                Unit::Count,
            ),
            figure("all, nothing changed", milliseconds(same.elapsed), Unit::Milliseconds),
            match size {
                1 => figure("one, nothing changed", milliseconds(one.elapsed), Unit::Milliseconds)
                    .goal("≤ 30 ms"),
                _ => figure("one, nothing changed", milliseconds(one.elapsed), Unit::Milliseconds),
            },
        ])
    }

    /// The run with the median time; before each, `fresh` takes away what was rendered. It is moved, not removed: ext4
    /// looks at every file that was just deleted when it makes new ones, which nobody does to a project.
    fn repeat(&self, runs: usize, fresh: bool, arguments: &[&str]) -> Result<Used> {
        let mut all = Vec::new();
        for run in 0..runs {
            if fresh {
                let aside = self.file(&format!("aside-{run}"));
                fs::create_dir(&aside)?;
                for folder in ["deploy", ".mlgen"] {
                    drop(fs::rename(self.file(folder), aside.join(folder)));
                }
            }
            all.push(self.once(arguments)?);
        }
        all.sort_by_key(|used| used.elapsed);
        Ok(all.swap_remove(runs / 2))
    }

    fn once(&self, arguments: &[&str]) -> Result<Used> {
        let mut command = Command::new(&self.mlgen);
        command.args(arguments).current_dir(self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let started = Instant::now();
        let mut child = command.spawn().context("cannot run mlgen")?;
        let (processor, peak) = watch(&mut child)?;
        let elapsed = started.elapsed();
        let output = child.wait_with_output()?;
        if !output.status.success() {
            bail!("mlgen failed: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(Used { elapsed, processor, peak })
    }

    fn copy(&self) -> Result<Duration> {
        let target = self.file("copy");
        let started = Instant::now();
        let status = Command::new("cp").arg("-r").arg(self.file("deploy")).arg(&target).status()?;
        let elapsed = started.elapsed();
        if !status.success() {
            bail!("`cp -r` failed");
        }
        fs::remove_dir_all(target)?;
        Ok(elapsed)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// Looks at a process until it ends: what it used when it was last seen, at most 1 ms before.
fn watch(child: &mut Child) -> Result<(Duration, u32)> {
    let (mut processor, mut peak) = (Duration::ZERO, 0);
    while child.try_wait()?.is_none() {
        if let Some(time) = usage::processor_time(child.id()) {
            processor = processor.max(time);
        }
        if let Some((_, most)) = usage::memory(child.id()) {
            peak = peak.max(most);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok((processor, peak))
}

fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    Ok(fs::write(path, text)?)
}
