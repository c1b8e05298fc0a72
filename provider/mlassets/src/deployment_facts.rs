//! What the data sources tell of a Prefect deployment.

use tfplug::{Attr, Schema};

use crate::backend::prefect;
use crate::types::Moment;

/// What is known of a deployment besides its name and its flow.
#[derive(Schema, Clone, Debug)]
pub struct DeploymentFacts {
    /// ID that Prefect gave the deployment.
    #[tf(computed)]
    pub id: Attr<String>,
    /// ID of its flow.
    #[tf(computed)]
    pub flow_id: Attr<String>,
    /// Whether its schedules make no flow runs.
    #[tf(computed)]
    pub paused: Attr<bool>,
    /// The work pool that it runs in; null if it runs where it is served, or if its pool was deleted.
    #[tf(computed)]
    pub work_pool_name: Attr<String>,
    /// The queue of that pool.
    #[tf(computed)]
    pub work_queue_name: Attr<String>,
    /// Its tags.
    #[tf(computed)]
    pub tags: Attr<Vec<String>>,
    /// `READY` or `NOT_READY`, whether it is paused or not.
    #[tf(computed)]
    pub status: Attr<String>,
    /// What it is for.
    #[tf(computed)]
    pub description: Attr<String>,
    /// What its makers call this state of it.
    #[tf(computed)]
    pub version: Attr<String>,
    /// Where the code of its flow begins, such as `flows/train.py:main`.
    #[tf(computed)]
    pub entrypoint: Attr<String>,
    /// When it was created.
    #[tf(computed)]
    pub created: Attr<Moment>,
    /// When it was last changed.
    #[tf(computed)]
    pub updated: Attr<Moment>,
}

impl From<prefect::Deployment> for DeploymentFacts {
    fn from(deployment: prefect::Deployment) -> Self {
        DeploymentFacts {
            id: Attr::Known(deployment.id),
            flow_id: Attr::Known(deployment.flow_id),
            paused: Attr::Known(deployment.paused),
            work_pool_name: deployment.work_pool_name.into(),
            work_queue_name: deployment.work_queue_name.into(),
            tags: Attr::Known(deployment.tags),
            status: deployment.status.into(),
            description: deployment.description.into(),
            version: deployment.version.into(),
            entrypoint: deployment.entrypoint.into(),
            created: Moment::read(deployment.created.as_deref()),
            updated: Moment::read(deployment.updated.as_deref()),
        }
    }
}
