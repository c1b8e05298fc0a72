//! The data source `mlassets_deployment`: one deployment of Prefect.

use tfplug::{Cx, DataSource, Error, Result, Schema};

use crate::backend::prefect::{Prefect, name};
use crate::deployment_facts::DeploymentFacts;

/// One deployment of a flow, which Prefect's own tools have made.
#[derive(Schema, Debug)]
#[tf(name = "deployment")]
pub struct Deployment {
    /// The flow.
    #[tf(
        check = explained("be a name that Prefect takes", |name: &String| name::check_addressable(name)),
        example = "\"train\""
    )]
    pub flow_name: String,
    /// Name of the deployment, unique among those of the flow.
    #[tf(
        check = explained("be a name that Prefect takes", |name: &String| name::check_addressable(name)),
        example = "\"nightly\""
    )]
    pub name: String,
    /// What is known of it.
    #[tf(flatten)]
    pub facts: DeploymentFacts,
}

impl DataSource for Deployment {
    type Backend = Prefect;

    async fn read(cx: &Cx<Prefect>, config: Self) -> Result<Self> {
        let found = cx.find_deployment(&config.flow_name, &config.name).await?;
        let none = || {
            let name = format!("{}/{}", config.flow_name, config.name);
            let detail = format!("There is no deployment {name:?}. Deploy the flow first.");
            Error::user("Not found", detail).at(Self::NAME)
        };
        let facts = found.ok_or_else(none)?.into();
        Ok(Deployment { facts, ..config })
    }
}
