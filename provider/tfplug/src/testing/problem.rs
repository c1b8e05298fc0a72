//! What a step of the harness came to when it went wrong: what core would refuse, or the provider did.

use std::fmt;

use crate::diag::{Diagnostic, Diags, Severity};
use crate::path::Path;

/// A step that Terraform takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The configuration fits the schema.
    Config,
    /// `ValidateResourceConfig`.
    Validate,
    /// `PlanResourceChange` in the plan.
    Plan,
    /// `PlanResourceChange` again, in the apply.
    FinalPlan,
    /// `ApplyResourceChange`.
    Apply,
    /// `ReadResource`.
    Refresh,
    /// `ImportResourceState`.
    Import,
    /// `MoveResourceState`.
    Move,
    /// `ListResource`.
    List,
    /// `UpgradeResourceState`.
    Upgrade,
    /// `OpenEphemeralResource`.
    Open,
    /// `RenewEphemeralResource`.
    Renew,
    /// `CloseEphemeralResource`.
    Close,
    /// `InvokeAction`.
    Invoke,
    /// What the harness itself was asked to see: an empty plan, a law.
    Expectation,
}

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The part of the resource.
    pub path: Path,
    /// What is wrong with it.
    pub text: String,
}

/// Why a step failed. `Display` shows every finding with its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The step.
    pub step: Step,
    /// Terraform's own words for it, or what the provider said.
    pub summary: String,
    /// All that is wrong.
    pub findings: Vec<Finding>,
    /// What the provider told the user, if it was the provider that refused.
    pub diags: Diags,
}

impl Problem {
    /// Core would refuse the answer, in these words.
    pub(super) fn rule(step: Step, summary: impl Into<String>, findings: Vec<Finding>) -> Self {
        Problem { step, summary: summary.into(), findings, diags: Diags::new() }
    }

    /// The same for one thing about the whole.
    pub(super) fn whole(step: Step, summary: &str, text: impl Into<String>) -> Self {
        Problem::rule(step, summary, vec![Finding { path: Path::ROOT, text: text.into() }])
    }

    /// `Ok` if nothing was found.
    pub(super) fn unless_empty(
        step: Step,
        summary: &str,
        findings: Vec<Finding>,
    ) -> Result<(), Self> {
        if findings.is_empty() { Ok(()) } else { Err(Problem::rule(step, summary, findings)) }
    }

    /// `Ok` with the warnings if there is no error among these messages.
    pub(super) fn unless_errors(step: Step, diags: Diags) -> Result<Vec<Diagnostic>, Self> {
        if diags.has_errors() {
            Err(Problem {
                step,
                summary: "the provider refused".to_owned(),
                findings: Vec::new(),
                diags,
            })
        } else {
            Ok(diags.into_iter().collect())
        }
    }

    /// Whether it was the provider that said no, rather than Terraform.
    pub fn is_refusal(&self) -> bool {
        self.findings.is_empty()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.step, self.summary)?;
        for Finding { path, text } in &self.findings {
            f.write_str("\n  ")?;
            if !path.is_root() {
                write!(f, "{path}: ")?;
            }
            f.write_str(text)?;
        }
        for diagnostic in self.diags.iter().filter(|said| said.severity == Severity::Error) {
            write!(f, "\n  {diagnostic}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}
