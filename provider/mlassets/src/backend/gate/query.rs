//! Questions to databases, which answer with one value.

use std::collections::BTreeMap;

use super::expect::Expectation;
use super::{Failure, Limits, Passed};
use crate::backend::registry::{Location, question};

/// A question to a database.
#[derive(Clone, Debug)]
pub struct Query {
    /// The database, by its name.
    pub database: String,
    /// One statement that reads, with one row and one column.
    pub sql: String,
    /// What the value must be.
    pub expected: Expectation,
}

impl Query {
    pub(super) async fn check(
        &self,
        databases: &BTreeMap<String, Location>,
        limits: Limits,
    ) -> Result<Passed, Failure> {
        let location = databases.get(&self.database).ok_or_else(|| {
            let known: Vec<_> = databases.keys().map(|name| format!("`{name}`")).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            Failure::Missing(format!(
                "there is no database of that name in the provider's `gate` block, only {known}"
            ))
        })?;
        let rows = question(location, &self.sql, limits.timeout).await;
        let rows = rows.map_err(|error| Failure::Unreadable(error.to_string()))?;
        let [value] = rows.as_slice() else {
            let count = if rows.is_empty() { "no row" } else { "more than one row" };
            return Err(Failure::Failed(format!(
                "the query should give one row and gives {count}"
            )));
        };
        let found = self.expected.judge("the answer", value).map_err(Failure::Failed)?;
        Ok(Passed { source: location.to_string(), found, sha256: None })
    }
}
