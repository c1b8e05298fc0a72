//! Work queues of a work pool. A queue is known by its pool and its name, and can be renamed.
//!
//! Priorities are unique in a pool, and the server moves the others out of the way by itself: whoever sets
//! one priority may change those of its neighbours.

use serde::{Deserialize, Serialize};
use serde_json::Map;

use super::create::Created;
use super::error::{Conflict, Error};
use super::http::{Doubt, Points, Request};
use super::page::Identified;
use super::patch::Change;
use super::work_pool::none_if_missing;
use super::{Prefect, check_name, name, path};

const CREATE: Points = Points {
    before_send: "work_queue.create.before_send",
    after_response: "work_queue.create.after_response",
};
const UPDATE: Points = Points {
    before_send: "work_queue.update.before_send",
    after_response: "work_queue.update.after_response",
};
const DELETE: Points = Points {
    before_send: "work_queue.delete.before_send",
    after_response: "work_queue.delete.after_response",
};

/// A work queue as the server has it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct WorkQueue {
    /// UUID; survives a rename.
    pub id: String,
    /// Unique in its pool.
    pub name: String,
    /// Free text; never null on the server, `""` if there is none.
    pub description: Option<String>,
    /// Whether the queue hands out no work.
    #[serde(default)]
    pub is_paused: bool,
    /// Most flow runs at once; no limit if absent.
    pub concurrency_limit: Option<i64>,
    /// 1 is served first. May change when a neighbour is created or changed.
    pub priority: Option<i64>,
    /// UUID of the pool.
    pub work_pool_id: Option<String>,
    /// Name of the pool.
    pub work_pool_name: Option<String>,
    /// `READY`, `NOT_READY` or `PAUSED`. Changes by itself.
    pub status: Option<String>,
    /// RFC 3339. Changes by itself.
    pub last_polled: Option<String>,
    /// RFC 3339.
    pub created: Option<String>,
    /// Whether a creation lost its answer and this was found then: it may be somebody else's of the same moment.
    #[serde(skip)]
    pub found: bool,
    /// RFC 3339. Changes by itself.
    pub updated: Option<String>,
}

/// A work queue to be created. What is absent is not sent.
#[derive(Clone, Debug, Default, Serialize)]
pub struct NewWorkQueue {
    /// See [`name::check_queue`].
    pub name: String,
    /// See [`WorkQueue::description`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Absent: not paused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_paused: Option<bool>,
    /// At least 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrency_limit: Option<i64>,
    /// At least 1; absent: after all others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<i64>,
}

/// What becomes of a work queue.
#[derive(Clone, Debug, Default, Serialize)]
pub struct WorkQueuePatch {
    /// A new name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `""` clears it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// See [`WorkQueue::is_paused`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_paused: Option<bool>,
    /// See [`WorkQueue::concurrency_limit`].
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub concurrency_limit: Change<i64>,
    /// At least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<i64>,
}

impl Prefect {
    /// Creates a queue in the work pool called `pool`.
    ///
    /// # Errors
    /// As [`Prefect::create_work_pool`]; [`Error::NotFound`] if the pool does not exist.
    pub async fn create_work_queue(
        &self,
        pool: &str,
        new: &NewWorkQueue,
    ) -> Result<WorkQueue, Error> {
        let create = Request::create(path::work_queues(pool), new, CREATE);
        check_name("work_pool_name", name::check_addressable(pool))?;
        check_name("name", name::check_queue(&new.name))?;
        let find = Request::get(path::work_queue(pool, &new.name));
        self.0.create(&create, &find, |queue: &WorkQueue| new.describes(queue)).await
    }

    /// The queue, or nothing if it or its pool does not exist.
    pub async fn find_work_queue(
        &self,
        pool: &str,
        name: &str,
    ) -> Result<Option<WorkQueue>, Error> {
        let request = Request::get(path::work_queue(pool, name));
        check_queue_address(pool, name)?;
        none_if_missing(self.0.read(&request).await)
    }

    /// Changes or renames a queue.
    ///
    /// # Errors
    /// [`super::Conflict::NameTaken`] if the new name is taken.
    pub async fn update_work_queue(
        &self,
        pool: &str,
        name: &str,
        patch: &WorkQueuePatch,
    ) -> Result<(), Error> {
        let request = Request::patch(path::work_queue(pool, name), patch, UPDATE);
        check_queue_address(pool, name)?;
        let renamed = patch.name.as_deref().filter(|new| *new != name);
        if let Some(new) = renamed {
            // The server would take any name here, also one that no URL can hold.
            check_name("name", name::check_queue(new))?;
        }
        let sent = self.0.send(&request).await;
        let Some(new) = renamed else { return sent.result.map(|_| ()) };
        match sent.result {
            // Gone under the old name after a lost answer, there under the new one: the lost request did it.
            Err(error) if error.is_object_missing() && sent.doubt > Doubt::None => {
                self.find_work_queue(pool, new).await?.map(|_| ()).ok_or(error)
            }
            // The server reports a taken name as any other broken constraint.
            Err(Error::Conflict { call, conflict: Conflict::Integrity }) => {
                let taken = self.find_work_queue(pool, new).await?.is_some();
                let conflict = if taken { Conflict::NameTaken } else { Conflict::Integrity };
                Err(Error::Conflict { call, conflict })
            }
            result => result.map(|_| ()),
        }
    }

    /// Deletes a queue; says whether it existed.
    ///
    /// # Errors
    /// [`Error::DefaultQueue`] for the queue that came with the pool, whatever its name is now.
    pub async fn delete_work_queue(&self, pool: &str, name: &str) -> Result<bool, Error> {
        let request = Request::delete(path::work_queue(pool, name), DELETE);
        let Some(queue) = self.find_work_queue(pool, name).await? else { return Ok(false) };
        let default = self.find_work_pool(pool).await?.and_then(|pool| pool.default_queue_id);
        if default.is_some_and(|default| default == queue.id) {
            return Err(Error::DefaultQueue { call: self.0.call(&request) });
        }
        self.delete(&request).await
    }

    /// All queues of the work pool called `pool`, by priority.
    pub async fn list_work_queues(&self, pool: &str) -> Result<Vec<WorkQueue>, Error> {
        let path = path::work_queues_filter(pool);
        check_name("work_pool_name", name::check_addressable(pool))?;
        self.0.list(&path, &Map::new()).await
    }
}

fn check_queue_address(pool: &str, name: &str) -> Result<(), Error> {
    check_name("work_pool_name", name::check_addressable(pool))?;
    check_name("name", name::check_addressable(name))
}

impl NewWorkQueue {
    /// Whether `queue` has every value that was asked for, so that it may be this one, created.
    fn describes(&self, queue: &WorkQueue) -> bool {
        let description = |text: &Option<String>| text.clone().unwrap_or_default();
        self.name == queue.name
            && description(&self.description) == description(&queue.description)
            && self.is_paused.unwrap_or_default() == queue.is_paused
            && self.concurrency_limit == queue.concurrency_limit
            && (self.priority.is_none() || self.priority == queue.priority)
    }
}

impl Created for WorkQueue {
    fn created(&self) -> Option<&str> {
        self.created.as_deref()
    }

    fn mark_found(&mut self) {
        self.found = true;
    }
}

impl Identified for WorkQueue {
    fn id(&self) -> &str {
        &self.id
    }
}
