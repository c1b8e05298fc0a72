//! Work pools. A pool is known by its name; name and type never change.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::create::Created;
use super::error::{Error, Missing};
use super::http::{Doubt, Points, Request};
use super::json::json_eq;
use super::page::Identified;
use super::patch::Change;
use super::{Prefect, check_name, name, path};

const CREATE: Points = Points {
    before_send: "work_pool.create.before_send",
    after_response: "work_pool.create.after_response",
};
const UPDATE: Points = Points {
    before_send: "work_pool.update.before_send",
    after_response: "work_pool.update.after_response",
};
const DELETE: Points = Points {
    before_send: "work_pool.delete.before_send",
    after_response: "work_pool.delete.after_response",
};

/// A work pool as the server has it.
#[derive(Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct WorkPool {
    /// UUID.
    pub id: String,
    /// Unique in the workspace.
    pub name: String,
    /// One of [`super::pool_type::POOL_TYPES`], or anything.
    #[serde(rename = "type")]
    pub pool_type: String,
    /// Free text.
    pub description: Option<String>,
    /// The template of jobs; `{}` if there is none. May hold secrets: `Debug` leaves it out.
    #[serde(default = "no_template", deserialize_with = "template_or_none")]
    pub base_job_template: Value,
    /// Whether the pool hands out no work.
    #[serde(default)]
    pub is_paused: bool,
    /// Most flow runs at once; no limit if absent; 0 means that nothing ever runs.
    pub concurrency_limit: Option<i64>,
    /// `READY`, `NOT_READY` or `PAUSED`; absent for the type `prefect-agent`. Changes by itself.
    pub status: Option<String>,
    /// UUID of the queue that came with the pool.
    pub default_queue_id: Option<String>,
    /// Where flow code and results are kept.
    #[serde(default)]
    pub storage_configuration: StorageConfiguration,
    /// Flow runs that count against the limit. Changes by itself.
    pub active_slots: Option<i64>,
    /// RFC 3339.
    pub created: Option<String>,
    /// Whether a creation lost its answer and this was found then: it may be somebody else's of the same moment.
    #[serde(skip)]
    pub found: bool,
    /// RFC 3339. Also moves with each heartbeat of a worker.
    pub updated: Option<String>,
}

/// Where a pool keeps flow code and results.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StorageConfiguration {
    /// The step that uploads flow code. May hold secrets: `Debug` leaves it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle_upload_step: Option<Value>,
    /// The step that fetches and runs flow code. May hold secrets: `Debug` leaves it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle_execution_step: Option<Value>,
    /// UUID of the block for results. The server does not check that it exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_result_storage_block_id: Option<String>,
}

/// A work pool to be created. What is absent is not sent, as older servers refuse fields that they do not know.
#[derive(Clone, Default, Serialize)]
pub struct NewWorkPool {
    /// See [`name::check_pool`].
    pub name: String,
    /// See [`WorkPool::pool_type`].
    #[serde(rename = "type")]
    pub pool_type: String,
    /// See [`WorkPool::description`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// See [`super::template::check`]. The server fills in nothing; see [`Prefect::worker_types`] for defaults.
    #[serde(skip_serializing_if = "is_no_template")]
    pub base_job_template: Option<Value>,
    /// Absent: not paused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_paused: Option<bool>,
    /// At least 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrency_limit: Option<i64>,
    /// See [`WorkPool::storage_configuration`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_configuration: Option<StorageConfiguration>,
}

/// What becomes of a work pool.
#[derive(Clone, Default, Serialize)]
pub struct WorkPoolPatch {
    /// See [`WorkPool::description`].
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub description: Change<String>,
    /// Cleared, it is `{}`.
    #[serde(skip_serializing_if = "Change::is_keep", serialize_with = "template_never_null")]
    pub base_job_template: Change<Value>,
    /// See [`WorkPool::is_paused`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_paused: Option<bool>,
    /// See [`WorkPool::concurrency_limit`].
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub concurrency_limit: Change<i64>,
    /// Replaced as a whole: a member that is absent here is cleared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_configuration: Option<StorageConfiguration>,
}

/// Selects work pools; an empty list selects by nothing.
#[derive(Clone, Debug, Default)]
pub struct WorkPoolFilter {
    /// Any of these names.
    pub names: Vec<String>,
    /// Any of these types.
    pub types: Vec<String>,
}

impl Prefect {
    /// Creates a work pool, and with it its default queue.
    ///
    /// # Errors
    /// [`super::Conflict::NameTaken`] if the name is taken; [`Error::Ambiguous`] if an answer was lost and
    /// the server did not tell afterwards what became of the request.
    pub async fn create_work_pool(&self, new: &NewWorkPool) -> Result<WorkPool, Error> {
        let create = Request::create(path::WORK_POOLS, new, CREATE);
        check_name("name", name::check_pool(&new.name))?;
        let find = Request::get(path::work_pool(&new.name));
        self.0.create(&create, &find, |pool: &WorkPool| new.describes(pool)).await
    }

    /// The work pool called `name`, or nothing.
    pub async fn find_work_pool(&self, name: &str) -> Result<Option<WorkPool>, Error> {
        let request = Request::get(path::work_pool(name));
        check_name("name", name::check_addressable(name))?;
        none_if_missing(self.0.read(&request).await)
    }

    /// Changes the work pool called `name`.
    pub async fn update_work_pool(&self, name: &str, patch: &WorkPoolPatch) -> Result<(), Error> {
        let request = Request::patch(path::work_pool(name), patch, UPDATE);
        check_name("name", name::check_addressable(name))?;
        self.0.send(&request).await.result.map(|_| ())
    }

    /// Deletes the work pool called `name` with its queues; says whether it existed. Its deployments survive, lose
    /// their pool and never run again: see [`Prefect::deployments_of_pool`].
    pub async fn delete_work_pool(&self, name: &str) -> Result<bool, Error> {
        let request = Request::delete(path::work_pool(name), DELETE);
        check_name("name", name::check_addressable(name))?;
        self.delete(&request).await
    }

    /// The selected work pools, by name.
    pub async fn list_work_pools(&self, filter: &WorkPoolFilter) -> Result<Vec<WorkPool>, Error> {
        let mut by = Map::new();
        for (field, any) in [("name", &filter.names), ("type", &filter.types)] {
            if !any.is_empty() {
                by.insert(field.to_owned(), json!({ "any_": any }));
            }
        }
        let body = Map::from_iter([("work_pools".to_owned(), Value::Object(by))]);
        self.0.list(path::WORK_POOLS_FILTER, &body).await
    }

    /// Sends a deletion; says whether there was something to delete.
    pub(super) async fn delete(&self, request: &Request) -> Result<bool, Error> {
        let sent = self.0.send(request).await;
        match sent.result {
            // Gone after a lost answer means that the lost request did it.
            Err(error) if error.is_object_missing() => Ok(sent.doubt == Doubt::Real),
            result => result.map(|_| true),
        }
    }
}

pub(super) fn none_if_missing<T>(result: Result<T, Error>) -> Result<Option<T>, Error> {
    match result {
        Err(Error::NotFound { missing: Missing::Object, .. }) => Ok(None),
        result => result.map(Some),
    }
}

impl NewWorkPool {
    /// Whether `pool` has every value that was asked for, so that it may be this one, created.
    fn describes(&self, pool: &WorkPool) -> bool {
        let template = self.base_job_template.as_ref().filter(|template| !template.is_null());
        self.name == pool.name
            && self.pool_type == pool.pool_type
            && self.description == pool.description
            && template.is_none_or(|template| json_eq(template, &pool.base_job_template))
            && self.is_paused.unwrap_or_default() == pool.is_paused
            && self.concurrency_limit == pool.concurrency_limit
            && self
                .storage_configuration
                .as_ref()
                .is_none_or(|storage| storage.means(&pool.storage_configuration))
    }
}

impl StorageConfiguration {
    /// Whether both mean the same.
    pub fn means(&self, other: &Self) -> bool {
        let same = |a: &Option<Value>, b: &Option<Value>| match (a, b) {
            (Some(a), Some(b)) => json_eq(a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        same(&self.bundle_upload_step, &other.bundle_upload_step)
            && same(&self.bundle_execution_step, &other.bundle_execution_step)
            && self.default_result_storage_block_id == other.default_result_storage_block_id
    }
}

impl Created for WorkPool {
    fn created(&self) -> Option<&str> {
        self.created.as_deref()
    }

    fn mark_found(&mut self) {
        self.found = true;
    }
}

impl Identified for WorkPool {
    fn id(&self) -> &str {
        &self.id
    }
}

fn no_template() -> Value {
    Value::Object(Map::new())
}

fn template_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    let template = Value::deserialize(deserializer)?;
    Ok(if template.is_null() { no_template() } else { template })
}

#[expect(clippy::ref_option, reason = "the signature that serde calls")]
fn is_no_template(template: &Option<Value>) -> bool {
    template.as_ref().is_none_or(Value::is_null)
}

/// The server fails on a null template with an internal error.
fn template_never_null<S: Serializer>(change: &Change<Value>, s: S) -> Result<S::Ok, S::Error> {
    match change {
        Change::Set(template) if !template.is_null() => template.serialize(s),
        _ => no_template().serialize(s),
    }
}

impl fmt::Debug for WorkPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkPool")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("pool_type", &self.pool_type)
            .field("description", &self.description)
            .field("is_paused", &self.is_paused)
            .field("concurrency_limit", &self.concurrency_limit)
            .field("status", &self.status)
            .field("default_queue_id", &self.default_queue_id)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for NewWorkPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewWorkPool")
            .field("name", &self.name)
            .field("pool_type", &self.pool_type)
            .field("description", &self.description)
            .field("is_paused", &self.is_paused)
            .field("concurrency_limit", &self.concurrency_limit)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for WorkPoolPatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkPoolPatch")
            .field("description", &self.description)
            .field("is_paused", &self.is_paused)
            .field("concurrency_limit", &self.concurrency_limit)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for StorageConfiguration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StorageConfiguration")
            .field("default_result_storage_block_id", &self.default_result_storage_block_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_patch(patch: &WorkPoolPatch, expected: &str) {
        assert_eq!(serde_json::to_string(patch).unwrap(), expected);
    }

    #[test]
    fn a_patch_sends_what_changes_and_never_a_harmful_null() {
        check_patch(&WorkPoolPatch::default(), "{}");
        check_patch(
            &WorkPoolPatch {
                description: Change::Clear,
                base_job_template: Change::Clear,
                is_paused: Some(false),
                concurrency_limit: Change::Clear,
                storage_configuration: Some(StorageConfiguration::default()),
            },
            r#"{"description":null,"base_job_template":{},"is_paused":false,"concurrency_limit":null,"storage_configuration":{}}"#,
        );
        check_patch(
            &WorkPoolPatch {
                description: Change::Set("d".to_owned()),
                base_job_template: Change::Set(Value::Null),
                concurrency_limit: Change::from(Some(0)),
                ..WorkPoolPatch::default()
            },
            r#"{"description":"d","base_job_template":{},"concurrency_limit":0}"#,
        );
    }

    #[test]
    fn a_new_pool_sends_only_what_is_given() {
        let new = NewWorkPool {
            name: "gpu".to_owned(),
            pool_type: "process".to_owned(),
            base_job_template: Some(Value::Null),
            ..NewWorkPool::default()
        };
        assert_eq!(serde_json::to_string(&new).unwrap(), r#"{"name":"gpu","type":"process"}"#);
    }

    #[test]
    fn debug_shows_no_template_and_no_step() {
        let secret = json!({ "env": "hunter2" });
        let storage = StorageConfiguration {
            bundle_upload_step: Some(secret.clone()),
            bundle_execution_step: Some(secret.clone()),
            default_result_storage_block_id: None,
        };
        let new = NewWorkPool {
            base_job_template: Some(secret.clone()),
            storage_configuration: Some(storage.clone()),
            ..NewWorkPool::default()
        };
        let patch = WorkPoolPatch {
            base_job_template: Change::Set(secret.clone()),
            storage_configuration: Some(storage.clone()),
            ..WorkPoolPatch::default()
        };
        let pool: WorkPool = serde_json::from_value(json!({
            "id": "1", "name": "gpu", "type": "process", "base_job_template": secret,
        }))
        .unwrap();
        let shown = format!("{new:?} {patch:?} {pool:?} {storage:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
