//! `mlassets_model_deployment`: the version of a model that is in use in an environment.

use std::cmp::Ordering;

use tfplug::{
    Applied, Attr, Change, Cx, Diagnostic, Draft, Error, Found, Keeping, List, Resource, Result,
    Schema,
};

use crate::adopted;
use crate::artifact_check;
use crate::backend::registry::{
    self, Deploy, DeploymentFilter, DeploymentStatus, Expected, Registry, Retire, Status, name,
    version::compare,
};
use crate::diagnose::{registry_is_gone, sentence};
use crate::switching::{self, Switch, SwitchPause, SwitchSignal, Turn};
use crate::types::Moment;

/// The version of a model that is in use in an environment. There is exactly one, also while twenty
/// applies race: one of them wins, the others learn which version is deployed.
///
/// Another version takes the place of the one before in one transaction. Setting an older version is the
/// rollback. Destroying the resource retires the version, so that none is deployed.
///
/// With `signal` and `pause` a rollback first raises the signal, then pauses the deployments of the pool, then reads the
/// artifacts of the older version and changes the version, then resumes what it has paused, and at last lifts the signal. It ends at the first step that fails, says what
/// is done, and the next apply goes on there. What somebody else has raised or paused is left as it is.
///
/// Where the version is deployed already, the resource takes that over: an interrupted apply may have left it.
/// So two workspaces that declare the same deployment share it, and either of them can end it.
///
/// In MLflow the alias `deployed-<environment>` says what is deployed. There the last of two applies at once may win:
/// the other one is told if it can be seen, and is superseded otherwise.
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
    /// A signal that is raised while the version changes.
    #[tf(setting)]
    pub signal: Option<SwitchSignal>,
    /// A work pool whose deployments are paused while the version changes.
    #[tf(setting)]
    pub pause: Option<SwitchPause>,
    /// What an interrupted change has left to be done; null after an apply.
    #[tf(computed, keep)]
    pub unfinished: Attr<String>,
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

    fn plan(draft: &mut Draft<'_, Self>) {
        draft.set(Self::UNFINISHED, Attr::Null);
        // A change that is no rollback stops only what the configuration says for each.
        if let Some((from, to)) = draft.change(Self::VERSION)
            && compare(&to, &from) == Some(Ordering::Less)
            && let (signal, pause) = (draft.get(Self::SIGNAL), draft.get(Self::PAUSE))
            && let Some(steps) = switching::announced(signal.known(), pause.known())
        {
            let detail = format!("`{to}` takes the place of the newer `{from}`. {steps}");
            draft.warn(Self::VERSION, "The rollback stops what runs", detail);
        }
    }

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
            found => match (found?.map(Self::from), prior) {
                (Some(found), Some(prior)) => {
                    Ok(Some(Self { unfinished: prior.unfinished(cx).await, ..found }))
                }
                (found, _) => Ok(found),
            },
        }
    }

    async fn update(cx: &Cx<Registry>, Change { before, after }: Change<Self>) -> Applied<Self> {
        let switch = after.switch(cx, Some(&before));
        let begun = match after.turn(cx, &before).await? {
            Some(turn) => switch.begin(turn).await,
            None => Ok(false),
        };
        let begun = match begun {
            Ok(begun) => begun,
            Err(error) => {
                switch.warn(&before.version, &after.version).await;
                return Err(error.into());
            }
        };
        if after.version != before.version
            && let Err(error) = artifact_check::verified(cx, &after.model, &after.version).await
        {
            switch.warn(&before.version, &after.version).await;
            return Err(error.into());
        }
        let expected = before.row_version.known().map_or(Expected::Any, Expected::Row);
        let deployed = match cx.deploy(&after.as_deploy(expected)).await {
            Ok(deployed) => Self::from(deployed),
            Err(error) => {
                switch.warn(&before.version, &after.version).await;
                return Err(Error::from(error).into());
            }
        };
        // Steps that are new may have been taken by an apply whose state was lost.
        let is_new = before.signal.is_none() && before.pause.is_none();
        if (begun || is_new || before.unfinished.is_known())
            && let Err(error) = switch.end().await
        {
            switch.warn(&before.version, &after.version).await;
            let unfinished = after.unfinished(cx).await;
            return Err(error).keeping(Self { unfinished, ..deployed });
        }
        Ok(deployed)
    }

    async fn delete(cx: &Cx<Registry>, state: Self) -> Result<()> {
        let hold = adopted::hold::<Self>(cx, &state.id()).await;
        if hold.spares(cx) {
            return Ok(());
        }
        let expected = state.row_version.known().map_or(Expected::Any, Expected::Row);
        let Self { model, environment, .. } = state.clone();
        cx.retire(&Retire { model, environment, expected }).await?;
        // An interrupted change has nothing to go on with any more.
        if state.unfinished.is_known() { state.switch(cx, None).end().await } else { Ok(()) }
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

    /// The steps around a change; those of `before` where this has none any more, so that they end.
    fn switch<'a>(&'a self, cx: &'a Cx<Registry>, before: Option<&'a Self>) -> Switch<'a> {
        let before = before.filter(|before| before.unfinished.is_known());
        let pause = self.pause.as_ref().or(before.and_then(|before| before.pause.as_ref()));
        let signal = self.signal.as_ref().or(before.and_then(|before| before.signal.as_ref()));
        Switch::new(cx, self.id(), pause, signal)
    }

    /// What an interrupted change has left. Who cannot be asked keeps nobody from planning a rollback.
    async fn unfinished(&self, cx: &Cx<Registry>) -> Attr<String> {
        match self.switch(cx, None).unfinished().await {
            Ok(unfinished) => unfinished.into(),
            Err(error) => {
                let detail = format!(
                    "Whether an earlier change of {} was interrupted could not be found out. {error}",
                    self.id()
                );
                cx.call().warn(Diagnostic::warning("Steps around a rollback not seen", detail));
                self.unfinished.clone()
            }
        }
    }

    /// The change of version that steps are done around. None without one, and where the registry will refuse it: nothing
    /// is stopped for a version that cannot be deployed.
    async fn turn<'a>(&'a self, cx: &Cx<Registry>, before: &'a Self) -> Result<Option<Turn<'a>>> {
        let (from, to) = (&*before.version, &*self.version);
        if from == to || (self.signal.is_none() && self.pause.is_none()) {
            return Ok(None);
        }
        let old = cx.find_version(&self.model, from).await?;
        let Some(new) = cx.find_version(&self.model, to).await? else { return Ok(None) };
        let is_rollback = old.is_some_and(|old| new.is_older_than(&old));
        let is_deployable = !matches!(new.status, Status::Registered | Status::Archived);
        let is_allowed = !is_rollback || self.allow_rollback.unwrap_or(true);
        Ok((is_deployable && is_allowed).then_some(Turn { from, to, is_rollback }))
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
            signal: None,
            pause: None,
            unfinished: Attr::Null,
            previous_version: deployment.previous_version.into(),
            deployed_at: Attr::Known(deployment.deployed_at.into()),
            deployed_by: Attr::Known(deployment.deployed_by),
            row_version: Attr::Known(deployment.row_version),
        }
    }
}
