//! The deployments of a work pool, paused and resumed.

use serde::Deserialize;
use serde_json::{Map, json};

use super::error::Error;
use super::http::{Points, Request};
use super::page::Identified;
use super::{Prefect, check_name, name, path};

const PAUSE: Points = Points {
    before_send: "deployments.pause.before_send",
    after_response: "deployments.pause.after_response",
};
const RESUME: Points = Points {
    before_send: "deployments.resume.before_send",
    after_response: "deployments.resume.after_response",
};

/// A deployment, as far as it can be paused.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Pausable {
    /// UUID.
    pub(crate) id: String,
    /// Unique among the deployments of its flow.
    pub(crate) name: String,
    /// Whether its schedules make no flow runs.
    #[serde(default)]
    pub(crate) paused: bool,
}

impl Prefect {
    /// The deployments that run in the work pool called `name`, by name; none if there is no such pool.
    pub(crate) async fn pool_deployments(&self, name: &str) -> Result<Vec<Pausable>, Error> {
        let filter = Map::from_iter([
            ("work_pools".to_owned(), json!({ "name": { "any_": [name] } })),
            ("sort".to_owned(), json!("NAME_ASC")),
        ]);
        self.0.list(path::DEPLOYMENTS_FILTER, &filter).await
    }

    /// Pauses or resumes the deployment with this ID, a UUID; says whether it exists.
    pub(crate) async fn pause_deployment(&self, id: &str, paused: bool) -> Result<bool, Error> {
        check_name("id", name::check_addressable(id))?;
        let (verb, points) = if paused { ("pause", PAUSE) } else { ("resume", RESUME) };
        let request = Request::settle(format!("/deployments/{id}/{verb}_deployment"), points);
        match self.0.send(&request).await.result {
            Err(error) if error.is_object_missing() => Ok(false),
            result => result.map(|_| true),
        }
    }
}

impl Identified for Pausable {
    fn id(&self) -> &str {
        &self.id
    }
}
