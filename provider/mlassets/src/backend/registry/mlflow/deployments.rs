//! Which version is deployed where: moving an alias, and reading back what became of it.

use jiff::Timestamp;

use super::super::error::{Invalid, Outrun};
use super::super::model::{Deploy, Deployment, DeploymentFilter, DeploymentStatus, Retire, Status};
use super::super::operation::deploy::check_expectation;
use super::super::operation::register::archived;
use super::super::{Error, Result};
use super::picture::{Ours, Picture};
use super::{MlflowStore, tags};
use crate::backend::fault;

impl MlflowStore {
    pub(in super::super) async fn deploy(&self, deploy: &Deploy) -> Result<Deployment> {
        let Deploy { model, environment, version, expected, allow_rollback } = deploy;
        check_alias(environment)?;
        let before = self.look(model).await?;
        let current = before.as_ref().and_then(|before| before.deployed(environment));
        if let Some(current) = &current
            && current.version == *version
        {
            return Ok(current.clone());
        }
        check_expectation(model, environment, *expected, current.as_ref())?;
        let Some((before, new)) =
            before.as_ref().and_then(|before| Some((before, before.find(version)?)))
        else {
            return Err(self.unknown(model, version).await);
        };
        deployable(new)?;
        let old = current.as_ref().and_then(|current| before.find(&current.version));
        let is_rollback = old.is_some_and(|old| new.version.is_older_than(&old.version));
        if let Some(old) = old.filter(|_| is_rollback && !allow_rollback) {
            return Err(Error::RollbackRefused {
                model: model.clone(),
                environment: environment.clone(),
                deployed: old.version.version.clone(),
                asked: version.clone(),
            });
        }

        if let Some(old) = old {
            self.mark_deployed(old).await?;
        }
        // The facts come first. Until the alias moves they say nothing.
        let facts = tags::Deployed {
            row: before.next_row(environment),
            previous: current.map(|current| current.version),
            at: Timestamp::now(),
            by: self.actor.clone(),
        };
        let key = tags::deployed_key(environment);
        self.mlflow.set_tag(&new.as_mlflow, &key, &tags::json(&facts)).await?;
        fault::point("mlflow.deploy.after_facts");
        let alias = tags::alias(environment);
        self.mlflow.set_alias(model, &alias, &new.as_mlflow.version).await?;
        fault::point("mlflow.deploy.after_alias");
        let (after, deployed) = self.read_back(deploy).await?;
        if let Some(archived_meanwhile) = after.find(version).map(deployable).and_then(Result::err)
        {
            match old {
                Some(old) => self.mlflow.set_alias(model, &alias, &old.as_mlflow.version).await?,
                None => self.mlflow.delete_alias(model, &alias).await?,
            }
            return Err(archived_meanwhile);
        }
        self.set_state(&new.as_mlflow, Status::Deployed).await?;
        if let Some(old) = old {
            let state = if is_rollback { Status::RolledBack } else { Status::Superseded };
            self.end(&after, old, state).await?;
        }
        Ok(deployed)
    }

    /// What is deployed after the alias was moved, if it is what was asked for.
    async fn read_back(&self, deploy: &Deploy) -> Result<(Picture, Deployment)> {
        let Deploy { model, environment, version, .. } = deploy;
        let after = self.look(model).await?;
        let deployed = after.as_ref().and_then(|after| after.deployed(environment));
        match (after, deployed) {
            (Some(after), Some(deployed)) if deployed.version == *version => Ok((after, deployed)),
            (_, deployed) => Err(Error::Outrun(Box::new(Outrun {
                place: self.place(),
                model: model.clone(),
                environment: environment.clone(),
                version: version.clone(),
                alias: tags::alias(environment),
                deployed: deployed.map(|deployed| deployed.version),
            }))),
        }
    }

    pub(in super::super) async fn retire(&self, retire: &Retire) -> Result<Option<Deployment>> {
        let Retire { model, environment, expected } = retire;
        let Some(before) = self.look(model).await? else { return Ok(None) };
        let Some(current) = before.deployed(environment) else { return Ok(None) };
        check_expectation(model, environment, *expected, Some(&current))?;
        if let Some(old) = before.find(&current.version) {
            self.mark_deployed(old).await?;
        }
        self.mlflow.delete_alias(model, &tags::alias(environment)).await?;
        fault::point("mlflow.retire.after_alias");
        if let (Some(old), Some(after)) = (before.find(&current.version), self.look(model).await?) {
            self.end(&after, old, Status::Superseded).await?;
        }
        Ok(Some(Deployment {
            status: DeploymentStatus::Retired,
            ended_at: Some(Timestamp::now()),
            ended_by: Some(self.actor.clone()),
            ..current
        }))
    }

    pub(in super::super) async fn find_deployment(
        &self,
        model: &str,
        environment: &str,
    ) -> Result<Option<Deployment>> {
        let there = self.look(model).await?;
        Ok(there.and_then(|there| there.deployed(environment)))
    }

    /// MLflow remembers no past deployments: those in force, by model and environment.
    pub(in super::super) async fn list_deployments(
        &self,
        filter: &DeploymentFilter,
    ) -> Result<Vec<Deployment>> {
        let DeploymentFilter { model, environment, version, status } = filter;
        if status.is_some_and(|status| status != DeploymentStatus::Deployed) {
            return Ok(Vec::new());
        }
        let pictures = self.look_at_some(model.as_deref()).await?;
        let mut found = Vec::new();
        for there in &pictures {
            let aliases = there.model.aliases.iter();
            let environments = aliases.filter_map(|alias| tags::environment_of(&alias.alias));
            let deployed = environments.filter_map(|environment| there.deployed(environment));
            found.extend(deployed.filter(|deployed| {
                // What others called `deployed-…` is none of ours.
                there.find(&deployed.version).is_some()
                    && environment.as_ref().is_none_or(|wanted| *wanted == deployed.environment)
                    && version.as_ref().is_none_or(|wanted| *wanted == deployed.version)
            }));
        }
        found.sort_by(|a, b| (&a.model, &a.environment).cmp(&(&b.model, &b.environment)));
        Ok(found)
    }

    /// Makes sure that what is deployed says so before its alias goes: whoever deployed it may have stopped right after
    /// the alias. Once that is gone, nothing else tells what was deployed from what never was.
    async fn mark_deployed(&self, old: &Ours) -> Result<()> {
        if old.as_mlflow.tag(tags::STATE) == Some(Status::Deployed.as_str()) {
            return Ok(());
        }
        self.set_state(&old.as_mlflow, Status::Deployed).await
    }

    /// Writes down that a version is deployed no longer, unless it still is, here or elsewhere.
    async fn end(&self, after: &Picture, old: &Ours, state: Status) -> Result<()> {
        let archived = after
            .find(&old.version.version)
            .is_none_or(|now| now.version.status == Status::Archived);
        if archived || !after.environments(&old.as_mlflow).is_empty() {
            return Ok(());
        }
        self.set_state(&old.as_mlflow, state).await
    }
}

/// An alias is named after the environment, and may hold less.
fn check_alias(environment: &str) -> Result<()> {
    if environment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)) {
        return Ok(());
    }
    let expected =
        "must on MLflow consist of letters, digits, `_` and `-`, since an alias is named after it";
    Err(Error::Invalid(vec![Invalid { what: "the environment", expected }]))
}

fn deployable(ours: &Ours) -> Result<()> {
    let version = &ours.version;
    match version.status {
        Status::Registered => Err(Error::NotVerified {
            model: version.model.clone(),
            version: version.version.clone(),
        }),
        Status::Archived => Err(archived(version.clone())),
        Status::Verified | Status::Deployed | Status::Superseded | Status::RolledBack => Ok(()),
    }
}
