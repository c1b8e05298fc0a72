//! A typed client of the REST API of Prefect 3, server and Cloud: work pools, work queues, variables,
//! concurrency limits, deployments as far as they can be paused, and what is needed to judge a change of them.
//!
//! It makes a write to an unruly service dependable. Writes to one server take turns, because servers on
//! SQLite answer 503 to parallel ones; refusals that pass are waited out; a write whose answer was lost is
//! looked up, so that nothing is doubled and nothing is left unsaid; CSRF protection is found by itself.
//! Every future may be dropped at any point.
//!
//! To find your way: [`Config`] says where, [`Prefect`] does, [`Error`] says why not. [`name`],
//! [`template`], [`pool_type`] and [`variable`] hold the server's rules for a check before any call.

mod answer;
mod concurrency_limit;
mod config;
mod create;
mod csrf;
mod deployment;
mod error;
mod http;
mod json;
pub mod name;
mod page;
mod patch;
mod path;
mod pause;
pub mod pool_type;
mod shared;
pub mod template;
pub mod variable;
mod work_pool;
mod work_queue;
mod worker_type;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

pub use super::http::Step;
pub use concurrency_limit::{ConcurrencyLimit, ConcurrencyLimitPatch, NewConcurrencyLimit};
pub use config::{Auth, CLOUD_API, Config, ConfigProblem};
pub use deployment::{Deployment, DeploymentFilter};
pub use error::{Call, Conflict, Denied, Error, FieldError, Missing};
pub use json::json_eq;
pub use patch::Change;
pub use pause::{PauseHead, PauseRecord, is_record, record_name};
pub use variable::{NewVariable, Variable, VariablePatch};
pub use work_pool::{NewWorkPool, StorageConfiguration, WorkPool, WorkPoolFilter, WorkPoolPatch};
pub use work_queue::{NewWorkQueue, WorkQueue, WorkQueuePatch};
pub use worker_type::WorkerType;

use http::{Http, Request};
use name::NameProblem;

use super::retry::Policy;

/// A client of one Prefect server or Cloud workspace. Clones share its connections.
#[derive(Clone)]
pub struct Prefect(Arc<Http>);

impl Prefect {
    /// Makes a client. Nothing is sent: a wrong host or key shows at the first call.
    ///
    /// # Errors
    /// [`Error::Config`] with every problem of `config`.
    pub fn new(config: &Config) -> Result<Self, Error> {
        Self::with_policy(config, Policy::default())
    }

    fn with_policy(config: &Config, policy: Policy) -> Result<Self, Error> {
        Ok(Self(Arc::new(Http::new(config, policy)?)))
    }

    /// The version of the server, such as `3.9.1`; nothing if it does not tell, as Cloud.
    pub async fn server_version(&self) -> Result<Option<String>, Error> {
        match self.0.read(&Request::get(path::VERSION)).await {
            Err(Error::NotFound { .. }) => Ok(None),
            version => version.map(Some),
        }
    }
}

/// Refuses a call that no URL could name.
fn check_name(field: &'static str, name: Result<(), NameProblem>) -> Result<(), Error> {
    name.map_err(|problem| Error::Name { field, problem })
}

impl fmt::Debug for Prefect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prefect").finish_non_exhaustive()
    }
}
