//! Concurrency limits: how many slots those who name a limit may hold at once. A limit is known by its name; a
//! rename is not offered.
//!
//! Prefect 3 has two interfaces to one table. The limit of the task runs with a tag is the limit with the name
//! `tag:<tag>`, so what is here serves both.

use serde::{Deserialize, Serialize};
use serde_json::Map;

use super::create::Created;
use super::error::Error;
use super::http::{Points, Request};
use super::page::Identified;
use super::work_pool::none_if_missing;
use super::{Prefect, check_name, name, path};

const CREATE: Points = Points {
    before_send: "concurrency_limit.create.before_send",
    after_response: "concurrency_limit.create.after_response",
};
const UPDATE: Points = Points {
    before_send: "concurrency_limit.update.before_send",
    after_response: "concurrency_limit.update.after_response",
};
const DELETE: Points = Points {
    before_send: "concurrency_limit.delete.before_send",
    after_response: "concurrency_limit.delete.after_response",
};

/// A concurrency limit as the server has it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct ConcurrencyLimit {
    /// UUID.
    pub id: String,
    /// Unique in the workspace.
    pub name: String,
    /// How many slots there are.
    pub limit: i64,
    /// Whether it limits anything.
    pub active: bool,
    /// Slots that are taken. Changes by itself.
    #[serde(default)]
    pub active_slots: i64,
    /// How many taken slots become free by themselves in a second.
    #[serde(default)]
    pub slot_decay_per_second: f64,
    /// RFC 3339.
    pub created: Option<String>,
    /// Whether a creation lost its answer and this was found then: it may be somebody else's of the same moment.
    #[serde(skip)]
    pub found: bool,
    /// RFC 3339. Changes by itself.
    pub updated: Option<String>,
}

/// A concurrency limit to be created.
#[derive(Clone, Debug, Serialize)]
pub struct NewConcurrencyLimit {
    /// See [`name::check_limit`].
    pub name: String,
    /// At least 0.
    pub limit: i64,
    /// See [`ConcurrencyLimit::active`].
    pub active: bool,
    /// At least 0.
    pub slot_decay_per_second: f64,
}

/// What becomes of a concurrency limit. The server takes null for nothing here, so nothing can be cleared.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ConcurrencyLimitPatch {
    /// At least 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<i64>,
    /// See [`ConcurrencyLimit::active`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// At least 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slot_decay_per_second: Option<f64>,
}

impl Prefect {
    /// Creates a concurrency limit.
    ///
    /// # Errors
    /// As [`Prefect::create_work_pool`].
    pub async fn create_concurrency_limit(
        &self,
        new: &NewConcurrencyLimit,
    ) -> Result<ConcurrencyLimit, Error> {
        let create = Request::create(path::CONCURRENCY_LIMITS, new, CREATE).conflicting_by_name();
        check_name("name", name::check_limit(&new.name))?;
        let find = Request::get(path::concurrency_limit(&new.name));
        self.0.create(&create, &find, |limit: &ConcurrencyLimit| new.describes(limit)).await
    }

    /// The concurrency limit with this name or ID, or nothing.
    pub async fn find_concurrency_limit(
        &self,
        name: &str,
    ) -> Result<Option<ConcurrencyLimit>, Error> {
        let request = Request::get(path::concurrency_limit(name));
        check_name("name", name::check_addressable(name))?;
        none_if_missing(self.0.read(&request).await)
    }

    /// All concurrency limits, by name.
    pub async fn list_concurrency_limits(&self) -> Result<Vec<ConcurrencyLimit>, Error> {
        self.0.list(path::CONCURRENCY_LIMITS_FILTER, &Map::new()).await
    }

    /// Changes the concurrency limit called `name`.
    pub async fn update_concurrency_limit(
        &self,
        name: &str,
        patch: &ConcurrencyLimitPatch,
    ) -> Result<(), Error> {
        let request = Request::patch(path::concurrency_limit(name), patch, UPDATE);
        check_name("name", name::check_addressable(name))?;
        self.0.send(&request).await.result.map(|_| ())
    }

    /// Deletes the concurrency limit called `name`; says whether it existed. Whoever waits for a slot of it goes on.
    pub async fn delete_concurrency_limit(&self, name: &str) -> Result<bool, Error> {
        let request = Request::delete(path::concurrency_limit(name), DELETE);
        check_name("name", name::check_addressable(name))?;
        self.delete(&request).await
    }
}

impl NewConcurrencyLimit {
    /// Whether `limit` has every value that was asked for, so that it may be this one, created.
    fn describes(&self, limit: &ConcurrencyLimit) -> bool {
        self.name == limit.name
            && self.limit == limit.limit
            && self.active == limit.active
            && self.slot_decay_per_second.to_bits() == limit.slot_decay_per_second.to_bits()
    }
}

impl Identified for ConcurrencyLimit {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Created for ConcurrencyLimit {
    fn created(&self) -> Option<&str> {
        self.created.as_deref()
    }

    fn mark_found(&mut self) {
        self.found = true;
    }
}
