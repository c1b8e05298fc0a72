//! Why a value does not fit its type, and where.
//!
//! Errors are built from the inside out: the place of the fault knows the problem, every caller adds
//! the step it took. So a walk without errors never builds a path. No message quotes a value, since it
//! may be a secret; names of attributes and keys of maps may appear.

use std::fmt;

use crate::diag::{Blame, Diagnostic, Error};
use crate::path::{Path, Step};

/// One place where a value and its type, or its encoding, do not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The place, seen from the root of the value.
    pub path: Path,
    /// What was expected and what was found, without a full stop.
    pub problem: String,
}

/// Bytes that are not a value of the expected type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError(Misfits);

/// A value that is not of the type as which it is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodeError(Misfits);

impl DecodeError {
    /// The places, at least one.
    pub fn misfits(&self) -> &[Misfit] {
        &self.0.0
    }

    /// The same for the user, under one summary. Only the caller knows whose bytes these were.
    #[must_use]
    pub fn report(self, blame: Blame, summary: &str) -> Error {
        self.0.report(blame, summary)
    }
}

impl EncodeError {
    /// The places, at least one.
    pub fn misfits(&self) -> &[Misfit] {
        &self.0.0
    }
}

impl From<Misfits> for DecodeError {
    fn from(misfits: Misfits) -> Self {
        DecodeError(misfits)
    }
}

impl From<Misfits> for EncodeError {
    fn from(misfits: Misfits) -> Self {
        EncodeError(misfits)
    }
}

/// A provider that answers with a value of another type than its schema says has a bug.
impl From<EncodeError> for Error {
    fn from(error: EncodeError) -> Self {
        error.0.report(Blame::Bug, "Provider bug")
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for DecodeError {}

impl std::error::Error for EncodeError {}

/// A part of a value that fits, or why not.
pub(super) type Fit<T> = Result<T, Misfits>;

/// A million bad elements need not make a million messages.
const MAX_MISFITS: usize = 20;

/// The misfits found so far; an error once there is one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Misfits(Vec<Misfit>);

impl Misfits {
    /// One misfit, here.
    pub(super) fn one(problem: impl Into<String>) -> Self {
        Misfits(vec![Misfit { path: Path::ROOT, problem: problem.into() }])
    }

    /// The most common one.
    pub(super) fn mismatch(expected: &str, found: &str) -> Self {
        Misfits::one(format!("expected {expected}, found {found}"))
    }

    /// The same, seen from one step further out.
    pub(super) fn under(mut self, step: &Step) -> Self {
        for misfit in &mut self.0 {
            misfit.path = std::mem::take(&mut misfit.path).under(step.clone());
        }
        self
    }

    /// Takes the part, or keeps what is wrong with it, seen from one step further out.
    pub(super) fn keep<T>(&mut self, part: Fit<T>, step: impl FnOnce() -> Step) -> Option<T> {
        match part {
            Ok(part) => Some(part),
            Err(misfits) => {
                let room = MAX_MISFITS.saturating_sub(self.0.len());
                self.0.extend(misfits.under(&step()).0.into_iter().take(room));
                None
            }
        }
    }

    /// The whole, unless some part of it did not fit.
    pub(super) fn or<T>(self, whole: T) -> Fit<T> {
        if self.0.is_empty() { Ok(whole) } else { Err(self) }
    }

    fn report(self, blame: Blame, summary: &str) -> Error {
        let advice = match blame {
            Blame::Bug => " This is a bug in the provider, please report it.",
            Blame::User | Blame::Remote => "",
        };
        let misfits = self.0.into_iter().map(|Misfit { path, problem }| {
            let place = if path.is_root() { "The value".to_owned() } else { format!("`{path}`") };
            let detail = format!("{place} does not fit its type: {problem}.{advice}");
            Error::from(Diagnostic::error(blame, summary, detail).at(path))
        });
        misfits.reduce(Error::and).expect("an error is only made of at least one misfit")
    }
}

/// `path: problem`, one a line.
impl fmt::Display for Misfits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, Misfit { path, problem }) in self.0.iter().enumerate() {
            f.write_str(if position == 0 { "" } else { "\n" })?;
            if !path.is_root() {
                write!(f, "{path}: ")?;
            }
            f.write_str(problem)?;
        }
        Ok(())
    }
}
