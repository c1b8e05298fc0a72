//! `mlassets_model_deployment`: the version of a model that is in use in an environment.

use tfplug::{Applied, Attr, Change, Cx, Error, Found, List, Resource, Result, Schema};

use crate::adopted;
use crate::artifact_check;
use crate::backend::registry::{
    self, Deploy, DeploymentFilter, DeploymentStatus, Expected, Registry, Retire, name,
};
use crate::diagnose::{registry_is_gone, sentence};
use crate::types::Moment;

/// The version of a model that is in use in an environment. There is exactly one, also while twenty
/// applies race: one of them wins, the others learn which version is deployed.
///
/// Another version takes the place of the one before in one transaction. Setting an older version is the
/// rollback. Destroying the resource retires the version, so that none is deployed.
///
/// Where the version is deployed already, the resource takes that over: an interrupted apply may have left it.
/// So two workspaces that declare the same deployment share it, and either of them can end it.
#[derive(Schema, Clone, Debug)]
#[tf(name = "model_deployment", import = "{model}@{environment}")]
pub struct ModelDeployment {
    /// The model.
    #[tf(identity, check = explained("be a model's name", |name: &String| name::model(name)), example = "\"ranker\"")]
    pub model: String,
    /// The environment.
    #[tf(
        identity,
        check = explained("be an environment's name", |name: &String| name::environment(name)),
        example = "\"production\""
    )]
    pub environment: String,
    /// The version that is to be deployed. It must be registered and verified. Where its artifacts are in the store
    /// of the provider's `artifacts` block, each of their bytes is read before.
    #[tf(check = explained("be a version's name", |name: &String| name::version(name)), example = "\"2025-01-15-v1\"")]
    pub version: String,
    /// Whether an older version may take the place of a newer one.
    #[tf(default = true, setting)]
    pub allow_rollback: Attr<bool>,
    /// The version that was deployed before.
    #[tf(computed)]
    pub previous_version: Attr<String>,
    /// When the version was deployed.
    #[tf(computed)]
    pub deployed_at: Attr<Moment>,
    /// Who deployed it.
    #[tf(computed)]
    pub deployed_by: Attr<String>,
    /// Grows with each change of what is deployed for this model and environment.
    #[tf(computed)]
    pub row_version: Attr<i64>,
}

impl Resource for ModelDeployment {
    type Backend = Registry;

    async fn create(cx: &Cx<Registry>, plan: Self) -> Applied<Self> {
        artifact_check::verified(cx, &plan.model, &plan.version).await?;
        let mut hold = adopted::hold::<Self>(cx, &plan.id()).await;
        let before = cx.find_deployment(&plan.model, &plan.environment).await;
        let before = before.map_err(Error::from)?.map(|deployment| deployment.row_version);
        let deployed = cx.deploy(&plan.as_deploy(Expected::Nothing)).await;
        let deployed = deployed.map_err(|error| plan.explain(error))?;
        if before == Some(deployed.row_version) {
            hold.adopt();
        }
        Ok(deployed.into())
    }

    async fn read(
        cx: &Cx<Registry>,
        (model, environment): (String, String),
        prior: Option<Self>,
    ) -> Result<Option<Self>> {
        match cx.find_deployment(&model, &environment).await {
            Err(registry::Error::NotMigrated { place }) => {
                registry_is_gone(cx, &place, prior.is_some());
                Ok(None)
            }
            found => Ok(found?.map(Self::from)),
        }
    }

    async fn update(cx: &Cx<Registry>, Change { before, after }: Change<Self>) -> Applied<Self> {
        if after.version != before.version {
            artifact_check::verified(cx, &after.model, &after.version).await?;
        }
        let expected = before.row_version.known().map_or(Expected::Any, Expected::Row);
        Ok(cx.deploy(&after.as_deploy(expected)).await.map_err(Error::from)?.into())
    }

    async fn delete(cx: &Cx<Registry>, state: Self) -> Result<()> {
        let hold = adopted::hold::<Self>(cx, &state.id()).await;
        if hold.spares(cx) {
            return Ok(());
        }
        let expected = state.row_version.known().map_or(Expected::Any, Expected::Row);
        cx.retire(&Retire { model: state.model, environment: state.environment, expected }).await?;
        Ok(())
    }
}

/// Which deployments are listed: those in force.
#[derive(Schema, Debug)]
pub struct ModelDeployments {
    /// Only those of this model.
    #[tf(check = explained("be a model's name", |name: &String| name::model(name)), example = "\"ranker\"")]
    pub model: Option<String>,
    /// Only those in this environment.
    #[tf(
        check = explained("be an environment's name", |name: &String| name::environment(name)),
        example = "\"production\""
    )]
    pub environment: Option<String>,
}

impl List for ModelDeployment {
    type Filter = ModelDeployments;

    async fn list(cx: &Cx<Registry>, filter: ModelDeployments, found: &Found<Self>) -> Result<()> {
        let in_force = DeploymentFilter {
            model: filter.model,
            environment: filter.environment,
            version: None,
            status: Some(DeploymentStatus::Deployed),
        };
        for deployment in cx.list_deployments(&in_force).await? {
            let deployment = Self::from(deployment);
            found.add(deployment.id(), deployment).await;
        }
        Ok(())
    }
}

impl ModelDeployment {
    fn id(&self) -> String {
        format!("{}@{}", self.model, self.environment)
    }

    fn as_deploy(&self, expected: Expected) -> Deploy {
        Deploy {
            model: self.model.clone(),
            environment: self.environment.clone(),
            version: self.version.clone(),
            expected,
            allow_rollback: self.allow_rollback.unwrap_or(true),
        }
    }

    /// A conflict at creation is no matter of another plan: the deployment has to be imported.
    fn explain(&self, error: registry::Error) -> Error {
        if !matches!(error, registry::Error::Conflict(_)) {
            return error.into();
        }
        let detail = format!(
            "{} To manage the deployment that is there, import it: `terraform import ADDRESS {:?}`.",
            sentence(&error.to_string()),
            self.id()
        );
        Error::user("Deployment exists", detail).at(Self::VERSION)
    }
}

impl From<registry::Deployment> for ModelDeployment {
    fn from(deployment: registry::Deployment) -> Self {
        ModelDeployment {
            model: deployment.model,
            environment: deployment.environment,
            version: deployment.version,
            allow_rollback: Attr::Known(true),
            previous_version: deployment.previous_version.into(),
            deployed_at: Attr::Known(deployment.deployed_at.into()),
            deployed_by: Attr::Known(deployment.deployed_by),
            row_version: Attr::Known(deployment.row_version),
        }
    }
}
