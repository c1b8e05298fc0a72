//! `cargo xtask test`: everything that must hold, in one command; CI runs the same.
//!
//! Cheap steps come first and do not stop the run: at the end all failures are listed together. Tools are installed
//! and servers started in the background while cargo checks and builds.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};

use crate::environment::{self, Acceptance, TERRAFORM_PROGRAM};
use crate::{format, generate, process, repository, tidy, ui};

/// What the second round, with OpenTofu, leaves out: parts of the names of acceptance tests.
const NOT_WITH_OPENTOFU: [&str; 10] = [
    // They run with each program in the first round.
    "life::",
    // Actions and queries are commands of Terraform.
    "actions::",
    "lists::",
    "notify::",
    "audit::actions_tell_what_they_do",
    "docs_examples::",
    // OpenTofu's `init` asks its registry for a provider that the machine overrides, too.
    "modules::",
    // It names another registry, and the block instead of the element that is wrong.
    "configuration::the_schema_has_what_pages_are_made_from",
    "gate::must_check_something",
    "mistakes::in_work_pools",
];

/// Check format, lints, house rules and generated files, then run all tests against real servers.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  cargo xtask test                    everything, as CI does\n  cargo xtask test --quick            without servers and documentation\n  cargo xtask test work_pool          only the tests whose name holds `work_pool`, with servers\n  cargo xtask test -- --nocapture     arguments for the tests themselves\n  PROPTEST_RNG_SEED=$RANDOM cargo xtask test --quick   property tests with other cases than usual"
)]
pub(crate) struct Arguments {
    /// Leave out the tests that need servers, and the documentation
    #[arg(long)]
    quick: bool,
    /// Run only tests whose names hold this text, and no other step
    filter: Option<String>,
    /// Arguments for the test programs
    #[arg(last = true)]
    rest: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let mut report = Report::new();
    let acceptance = (!arguments.quick).then(|| thread::spawn(Acceptance::prepare));
    let everything = arguments.filter.is_none();

    if everything {
        report.step("format", format::check);
        report.step("lints", || {
            cargo(&[
                "clippy",
                "--workspace",
                "--all-targets",
                "--all-features",
                "--",
                "-D",
                "warnings",
            ])
        });
        report.step("house rules", || tidy::check(repository::root()));
    }

    let features: &[&str] = if arguments.quick { &[] } else { &["--all-features"] };
    let mut test = vec!["test", "--workspace"];
    test.extend(features);
    let built = report.step("build of the tests", || {
        let mut build = test.clone();
        build.push("--no-run");
        cargo(&build)
    });
    if everything {
        report.step("generated files", || generate::check(features));
    }

    let mut acceptance = match acceptance {
        Some(thread) => {
            let mut prepared = None;
            report.step("tools and servers", || {
                prepared = Some(
                    thread.join().map_err(|_| anyhow!("bug in xtask: the thread panicked"))??,
                );
                Ok(())
            });
            prepared
        }
        None => None,
    };

    if built && (arguments.quick || acceptance.is_some()) {
        test.extend(arguments.filter.as_deref());
        test.push("--no-fail-fast");
        if !arguments.rest.is_empty() {
            test.push("--");
            test.extend(arguments.rest.iter().map(String::as_str));
        }
        let variables = acceptance.as_ref().map(Acceptance::variables).unwrap_or_default();
        report.step("tests", || cargo_with(&test, variables));
        if let Some(tofu) = acceptance.as_ref().and_then(Acceptance::tofu).filter(|_| everything) {
            report.step("tests with OpenTofu", || with_opentofu(tofu, variables));
        }
    } else {
        report.left_out("tests");
    }
    // The servers are not needed for what follows.
    drop(acceptance.take());

    if everything && !arguments.quick {
        report.step("documentation", || {
            // With examples cargo chooses the features of dependencies as it does for lints.
            let doc = ["doc", "--workspace", "--no-deps", "--all-features", "--lib", "--examples"];
            cargo_with(&doc, &[("RUSTDOCFLAGS", "-D warnings".to_owned())])
        });
    }
    report.finish()
}

/// The acceptance tests once more, where OpenTofu stands for Terraform.
fn with_opentofu(tofu: &str, variables: &[(&'static str, String)]) -> Result<()> {
    let mut test =
        vec!["test", "--package", "mlassets", "--all-features", "--test", "acceptance", "--"];
    test.extend(NOT_WITH_OPENTOFU.iter().flat_map(|part| ["--skip", part]));
    let mut variables = variables.to_vec();
    for (name, value) in &mut variables {
        if *name == TERRAFORM_PROGRAM {
            tofu.clone_into(value);
        }
    }
    cargo_with(&test, &variables)
}

fn cargo(arguments: &[&str]) -> Result<()> {
    cargo_with(arguments, &[])
}

fn cargo_with(arguments: &[&str], variables: &[(&'static str, String)]) -> Result<()> {
    let mut command = repository::cargo();
    command.args(arguments);
    environment::clean(&mut command);
    environment::fix_seed(&mut command);
    environment::share_processors(&mut command);
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    ui::command(&format!("cargo {}", arguments.join(" ")));
    process::run(&mut command)
}

/// The steps so far, in order.
struct Report {
    started: Instant,
    steps: Vec<(&'static str, Duration, Outcome)>,
}

enum Outcome {
    Passed,
    Failed(String),
    LeftOut,
}

impl Report {
    fn new() -> Self {
        Self { started: Instant::now(), steps: Vec::new() }
    }

    /// Runs a step and says whether it passed.
    fn step(&mut self, name: &'static str, work: impl FnOnce() -> Result<()>) -> bool {
        ui::heading(&format!("{name} (at {})", ui::elapsed(self.started.elapsed())));
        let started = Instant::now();
        let outcome = match work() {
            Ok(()) => Outcome::Passed,
            Err(error) => {
                ui::failure(&format!("{error:#}"));
                Outcome::Failed(format!("{error:#}"))
            }
        };
        let passed = matches!(outcome, Outcome::Passed);
        self.steps.push((name, started.elapsed(), outcome));
        passed
    }

    fn left_out(&mut self, name: &'static str) {
        self.steps.push((name, Duration::ZERO, Outcome::LeftOut));
    }

    fn finish(self) -> Result<()> {
        ui::heading("what ran");
        for (name, time, outcome) in &self.steps {
            let (passed, text) = describe(name, *time, outcome);
            ui::outcome(passed, &text);
        }
        let failed =
            self.steps.iter().filter(|(_, _, outcome)| !matches!(outcome, Outcome::Passed)).count();
        let (all, time) = (self.steps.len(), ui::elapsed(self.started.elapsed()));
        if failed > 0 {
            bail!("{failed} of {all} steps did not pass ({time})");
        }
        ui::line(&format!("all {all} steps passed in {time}"));
        Ok(())
    }
}

fn describe(name: &str, time: Duration, outcome: &Outcome) -> (bool, String) {
    match outcome {
        Outcome::Passed => (true, format!("{name:20} {}", ui::elapsed(time))),
        Outcome::Failed(error) => (
            false,
            format!(
                "{name:20} {}: {}",
                ui::elapsed(time),
                error.lines().next().unwrap_or_default()
            ),
        ),
        Outcome::LeftOut => (false, format!("{name:20} not run, because of the failures above")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_collected_and_counted() {
        let mut report = Report::new();
        assert!(report.step("one", || Ok(())));
        assert!(!report.step("two", || Err(anyhow!("broken"))));
        report.left_out("three");
        let error = report.finish().unwrap_err().to_string();
        assert_eq!(error.split(" (").next(), Some("2 of 3 steps did not pass"));
    }

    #[test]
    fn each_outcome_is_one_line() {
        for (outcome, expected) in [
            (Outcome::Passed, (true, "lints                1.5 s")),
            (
                Outcome::Failed("broken\n    log".to_owned()),
                (false, "lints                1.5 s: broken"),
            ),
            (
                Outcome::LeftOut,
                (false, "lints                not run, because of the failures above"),
            ),
        ] {
            let (passed, text) = describe("lints", Duration::from_millis(1500), &outcome);
            assert_eq!((passed, text.as_str()), expected);
        }
    }
}
