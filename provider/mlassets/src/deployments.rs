//! The data source `mlassets_deployments`: the deployments of Prefect that are of a kind.

use tfplug::{Attr, Cx, DataSource, Result, Schema, Set};

use crate::backend::prefect::{DeploymentFilter, Prefect};
use crate::deployment_facts::DeploymentFacts;

/// The deployments that fit all that is said of them, which Prefect's own tools have made. None may fit.
#[derive(Schema, Debug)]
#[tf(name = "deployments")]
pub struct Deployments {
    /// Those that run in this work pool.
    #[tf(example = "\"ml-assets-core-prod\"")]
    pub work_pool_name: Option<String>,
    /// Those of the flow with this name.
    pub flow_name: Option<String>,
    /// Those with this name, whatever their flow is.
    pub name: Option<String>,
    /// Those that have all of these tags.
    #[tf(example = "[\"training\"]")]
    pub tags: Option<Set<String>>,
    /// Those that are paused, or those that are not.
    pub paused: Option<bool>,
    /// What was found, by flow and name.
    #[tf(computed)]
    pub deployments: Attr<Vec<DeploymentItem>>,
}

/// One of the deployments.
#[derive(Schema, Clone, Debug)]
pub struct DeploymentItem {
    /// Its flow.
    #[tf(computed)]
    pub flow_name: Attr<String>,
    /// Its name, unique among those of the flow.
    #[tf(computed)]
    pub name: Attr<String>,
    /// What else is known of it.
    #[tf(flatten)]
    pub facts: DeploymentFacts,
}

impl DataSource for Deployments {
    type Backend = Prefect;

    async fn read(cx: &Cx<Prefect>, config: Self) -> Result<Self> {
        let filter = DeploymentFilter {
            ids: Vec::new(),
            work_pool: config.work_pool_name.clone(),
            flow: config.flow_name.clone(),
            name: config.name.clone(),
            tags: config.tags.clone().unwrap_or_default().0,
            paused: config.paused,
        };
        let mut found = cx.list_deployments(&filter).await?;
        let ids = found.iter().map(|deployment| deployment.flow_id.as_str());
        let flows = cx.flow_names(ids).await?;
        let flow = |id: &str| flows.get(id).cloned();
        found.sort_by(|a, b| (flow(&a.flow_id), &a.name).cmp(&(flow(&b.flow_id), &b.name)));
        let item = |deployment: crate::backend::prefect::Deployment| DeploymentItem {
            flow_name: flow(&deployment.flow_id).into(),
            name: Attr::Known(deployment.name.clone()),
            facts: deployment.into(),
        };
        let deployments = Attr::Known(found.into_iter().map(item).collect());
        Ok(Deployments { deployments, ..config })
    }
}
