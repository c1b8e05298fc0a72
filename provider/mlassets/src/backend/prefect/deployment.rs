//! Deployments, as far as they are in the way of deleting a work pool.

use serde::Deserialize;
use serde_json::{Map, json};

use super::error::Error;
use super::page::Identified;
use super::{Prefect, path};

/// A deployment that runs in a work pool.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Deployment {
    /// UUID.
    pub id: String,
    /// Unique among the deployments of its flow.
    pub name: String,
    /// UUID of the flow.
    pub flow_id: String,
}

impl Prefect {
    /// The deployments that run in the work pool called `name`, by name; none if there is no such pool.
    pub async fn deployments_of_work_pool(&self, name: &str) -> Result<Vec<Deployment>, Error> {
        let filter = Map::from_iter([
            ("work_pools".to_owned(), json!({ "name": { "any_": [name] } })),
            ("sort".to_owned(), json!("NAME_ASC")),
        ]);
        self.0.list(path::DEPLOYMENTS_FILTER, &filter).await
    }
}

impl Identified for Deployment {
    fn id(&self) -> &str {
        &self.id
    }
}
