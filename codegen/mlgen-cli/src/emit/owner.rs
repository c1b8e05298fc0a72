//! Whose a file is, and what a run is about. Together they say which files a run may remove.

use std::collections::BTreeSet;
use std::fmt;

use mlgen::doc::Document;
use serde::{Deserialize, Serialize};

/// What a file was rendered for.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Owner {
    /// The environment; none for a file of the project as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The target; none for a file that no target made, such as a runbook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}

/// A document, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// What it was rendered for.
    pub owner: Owner,
    /// The file.
    pub document: Document,
}

/// What a run renders. A file outside of it is none of the run's business, rendered or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Of these environments; of the project as a whole only when all are rendered.
    pub environments: Names,
    /// For these targets; files of no target only when all are rendered.
    pub targets: Names,
}

/// All names, or some of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Names {
    /// Every one, also such as are no longer in the spec.
    All,
    /// Just these.
    Only(BTreeSet<String>),
}

impl Owner {
    /// An environment's file for one target.
    pub fn new(environment: impl Into<String>, target: impl Into<String>) -> Self {
        Self { environment: Some(environment.into()), target: Some(target.into()) }
    }
}

impl Scope {
    /// Every environment and every target.
    pub const ALL: Self = Self { environments: Names::All, targets: Names::All };

    /// Whether a run of this scope renders all files of the owner.
    pub fn covers(&self, owner: &Owner) -> bool {
        self.environments.covers(owner.environment.as_deref())
            && self.targets.covers(owner.target.as_deref())
    }
}

impl Names {
    /// Just these.
    pub fn only<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        Self::Only(names.into_iter().map(Into::into).collect())
    }

    fn covers(&self, name: Option<&str>) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => name.is_some_and(|name| names.contains(name)),
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.environment, &self.target) {
            (None, None) => f.write_str("the project as a whole"),
            (Some(environment), None) => f.write_str(environment),
            (None, Some(target)) => f.write_str(target),
            (Some(environment), Some(target)) => write!(f, "{environment} on {target}"),
        }
    }
}
