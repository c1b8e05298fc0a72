//! Checks before a release: reports in files, questions to databases, endpoints. Each passes or says why not.
//!
//! What is missing, too old or cannot be read has not passed. Nothing is changed anywhere: files are read, databases asked
//! in read-only transactions, endpoints got without following redirects.

mod endpoint;
mod expect;
mod query;
mod report;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde_json::{Value, json};

pub use endpoint::{Endpoint, check_url};
pub use expect::Expectation;
pub use query::Query;
pub use report::{Format, Report};

use super::registry::Location;

/// What checks need beside what they say themselves.
#[derive(Clone, Default)]
pub struct Gate {
    /// Databases by the name that queries give.
    pub databases: BTreeMap<String, Location>,
    /// Bearer tokens by the name that endpoints give.
    pub tokens: BTreeMap<String, SecretString>,
}

/// One check.
#[derive(Clone, Debug)]
pub enum Check {
    /// A file that some tool has written.
    Report(Report),
    /// A question to a database.
    Query(Query),
    /// An answer over HTTP.
    Endpoint(Endpoint),
}

/// How long things may take, and how old they may be.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The present.
    pub now: Timestamp,
    /// How old a report may be.
    pub max_age: SignedDuration,
    /// How long one check may take.
    pub timeout: Duration,
}

/// What a check that passed has seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// Where it looked: a path, a database, a URL.
    pub source: String,
    /// What it found there.
    pub found: String,
    /// SHA-256 of the file, for a report.
    pub sha256: Option<String>,
}

/// Why a check has not passed, in sentences without the last full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// There is nothing to look at.
    Missing(String),
    /// It is too old.
    Stale(String),
    /// When it was made is not known.
    Undated(String),
    /// It says something else than was expected.
    Failed(String),
    /// It cannot be read.
    Unreadable(String),
}

impl Gate {
    /// Makes all checks at once, and answers for each.
    pub async fn run(
        &self,
        checks: impl IntoIterator<Item = (String, Check)>,
        limits: Limits,
    ) -> BTreeMap<String, Result<Passed, Failure>> {
        let gate = Arc::new(self.clone());
        let running: Vec<_> = checks
            .into_iter()
            .map(|(name, check)| {
                let gate = Arc::clone(&gate);
                (name, tokio::spawn(async move { gate.check(check, limits).await }))
            })
            .collect();
        let mut verdicts = BTreeMap::new();
        for (name, check) in running {
            let verdict = check.await.unwrap_or_else(|_| {
                Err(Failure::Unreadable("the check itself has failed, which is a bug".to_owned()))
            });
            verdicts.insert(name, verdict);
        }
        verdicts
    }

    async fn check(&self, check: Check, limits: Limits) -> Result<Passed, Failure> {
        match check {
            Check::Report(report) => {
                let read = tokio::task::spawn_blocking(move || report.check(limits));
                read.await.unwrap_or_else(|_| {
                    Err(Failure::Unreadable(
                        "the check itself has failed, which is a bug".to_owned(),
                    ))
                })
            }
            Check::Query(query) => query.check(&self.databases, limits).await,
            Check::Endpoint(endpoint) => endpoint.check(&self.tokens, limits).await,
        }
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate")
            .field("databases", &self.databases)
            .field("tokens", &self.tokens.keys())
            .finish()
    }
}

/// All that was seen, as a document to keep.
pub fn evidence(passed: &BTreeMap<String, Passed>) -> Value {
    let facts = |passed: &Passed| {
        let mut facts = json!({ "source": passed.source, "found": passed.found });
        if let Some(sha256) = &passed.sha256 {
            facts["sha256"] = sha256.as_str().into();
        }
        facts
    };
    json!({ "checks": passed.iter().map(|(name, passed)| (name.clone(), facts(passed))).collect::<serde_json::Map<_, _>>() })
}
