//! Deployments: which there are, and whether they hold their flow runs back. Prefect's own tools make them, so nothing
//! here creates, changes or deletes one.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::error::Error;
use super::http::{Points, Request};
use super::page::Identified;
use super::work_pool::none_if_missing;
use super::{Prefect, check_name, name, path};

const PAUSE: Points = Points {
    before_send: "deployment.pause.before_send",
    after_response: "deployment.pause.after_response",
};
const RESUME: Points = Points {
    before_send: "deployment.resume.before_send",
    after_response: "deployment.resume.after_response",
};

/// A deployment as the server has it, without what it gives to its flow runs.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Deployment {
    /// UUID.
    pub id: String,
    /// Unique among the deployments of its flow.
    pub name: String,
    /// UUID of the flow.
    pub flow_id: String,
    /// Whether its schedules make no flow runs.
    #[serde(default)]
    pub paused: bool,
    /// The work pool that it runs in; absent if it runs where it is served, or if its pool was deleted.
    pub work_pool_name: Option<String>,
    /// The queue of that pool.
    pub work_queue_name: Option<String>,
    /// In the order in which they were given.
    #[serde(default)]
    pub tags: Vec<String>,
    /// `READY` or `NOT_READY`, whether it is paused or not. Changes by itself.
    pub status: Option<String>,
    /// Free text.
    pub description: Option<String>,
    /// What its makers call this state of it.
    pub version: Option<String>,
    /// Where the code of the flow begins, such as `flows/train.py:main`.
    pub entrypoint: Option<String>,
    /// RFC 3339.
    pub created: Option<String>,
    /// RFC 3339. Changes by itself.
    pub updated: Option<String>,
}

/// Selects deployments by all that is given; what is empty or absent selects by nothing.
#[derive(Clone, Debug, Default)]
pub struct DeploymentFilter {
    /// Any of these IDs.
    pub ids: Vec<String>,
    /// In this work pool.
    pub work_pool: Option<String>,
    /// Of the flow with this name.
    pub flow: Option<String>,
    /// With this name.
    pub name: Option<String>,
    /// With all of these tags.
    pub tags: Vec<String>,
    /// Paused, or not.
    pub paused: Option<bool>,
}

impl Prefect {
    /// The selected deployments, by name.
    pub async fn list_deployments(
        &self,
        filter: &DeploymentFilter,
    ) -> Result<Vec<Deployment>, Error> {
        self.0.list(path::DEPLOYMENTS_FILTER, &filter.as_body()).await
    }

    /// The deployments that run in the work pool called `name`, by name; none if there is no such pool.
    pub async fn deployments_of_pool(&self, name: &str) -> Result<Vec<Deployment>, Error> {
        let work_pool = Some(name.to_owned());
        self.list_deployments(&DeploymentFilter { work_pool, ..DeploymentFilter::default() }).await
    }

    /// The deployment `name` of the flow `flow`, or nothing.
    pub async fn find_deployment(
        &self,
        flow: &str,
        name: &str,
    ) -> Result<Option<Deployment>, Error> {
        let request = Request::get(path::deployment_by_name(flow, name));
        check_name("flow_name", name::check_addressable(flow))?;
        check_name("name", name::check_addressable(name))?;
        none_if_missing(self.0.read(&request).await)
    }

    /// Pauses or resumes the deployment with this ID, a UUID; says whether it exists. A pause also takes back the
    /// flow runs that its schedules have made and that have not begun.
    pub async fn set_paused(&self, id: &str, paused: bool) -> Result<bool, Error> {
        let points = if paused { PAUSE } else { RESUME };
        let request = Request::settle(path::deployment_pause(id, paused), points);
        check_name("id", name::check_addressable(id))?;
        match self.0.send(&request).await.result {
            Err(error) if error.is_object_missing() => Ok(false),
            result => result.map(|_| true),
        }
    }

    /// The names of the flows with these IDs.
    pub async fn flow_names(
        &self,
        ids: impl IntoIterator<Item = &str>,
    ) -> Result<BTreeMap<String, String>, Error> {
        let mut ids: Vec<&str> = ids.into_iter().collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let filter = Map::from_iter([("flows".to_owned(), json!({ "id": { "any_": ids } }))]);
        let flows: Vec<Flow> = self.0.list(path::FLOWS_FILTER, &filter).await?;
        Ok(flows.into_iter().map(|flow| (flow.id, flow.name)).collect())
    }
}

#[derive(Deserialize)]
struct Flow {
    id: String,
    name: String,
}

impl DeploymentFilter {
    fn as_body(&self) -> Map<String, Value> {
        let mut deployments = Map::new();
        if !self.ids.is_empty() {
            deployments.insert("id".to_owned(), json!({ "any_": self.ids }));
        }
        if let Some(name) = &self.name {
            deployments.insert("name".to_owned(), json!({ "any_": [name] }));
        }
        if !self.tags.is_empty() {
            deployments.insert("tags".to_owned(), json!({ "all_": self.tags }));
        }
        if let Some(paused) = self.paused {
            deployments.insert("paused".to_owned(), json!({ "eq_": paused }));
        }
        let mut body = Map::from_iter([("sort".to_owned(), json!("NAME_ASC"))]);
        if !deployments.is_empty() {
            body.insert("deployments".to_owned(), deployments.into());
        }
        for (kind, name) in [("work_pools", &self.work_pool), ("flows", &self.flow)] {
            if let Some(name) = name {
                body.insert(kind.to_owned(), json!({ "name": { "any_": [name] } }));
            }
        }
        body
    }
}

impl Identified for Deployment {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Identified for Flow {
    fn id(&self) -> &str {
        &self.id
    }
}
