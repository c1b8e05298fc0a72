//! Adding a version and changing what may change about it.

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::super::model::{NewVersion, Registered, Status, UpdateMetadata, Version, VersionFilter};
use super::super::operation::register::{archived, equal_maps, same};
use super::super::{Error, Result};
use super::picture::{Ours, Picture};
use super::{MlflowStore, tags};
use crate::backend::{fault, mlflow};

/// How often a creation is tried whose answer was lost and which is not to be found.
const ROUNDS: u32 = 3;

impl MlflowStore {
    pub(in super::super) async fn register(&self, new: &NewVersion) -> Result<Registered> {
        let there = self.look(&new.model).await?;
        if let Some(ours) = there.as_ref().and_then(|there| there.find(&new.version)) {
            return same(new, ours.version.clone());
        }
        if there.is_none() {
            self.mlflow.ensure_model(&new.model).await?;
        }
        let attempt = Uuid::new_v4().simple().to_string();
        self.create(new, &attempt).await?;
        fault::point("mlflow.register.after_create");
        let now = self.look(&new.model).await?;
        let Some((now, first)) = now.as_ref().and_then(|now| Some((now, now.find(&new.version)?)))
        else {
            let NewVersion { model, version, .. } = new;
            let message = format!(
                "version `{version}` of model `{model}` was deleted as soon as it was there"
            );
            return Err(self.unexpected(message));
        };
        let is_ours = tags::is_of_attempt(&first.as_mlflow, &attempt);
        for other in &now.all {
            // A lost answer may have left one more of ours, and a race all of ours. Nobody counts them.
            if tags::is_of_attempt(other, &attempt) && other.version != first.as_mlflow.version {
                self.mlflow.delete_version(other).await?;
            }
        }
        if is_ours {
            return Ok(Registered { created: true, version: first.version.clone() });
        }
        same(new, first.version.clone())
    }

    /// Creates a model version that carries the attempt: at least one, if it says so.
    async fn create(&self, new: &NewVersion, attempt: &str) -> Result<()> {
        let create = tags::new_version(new, &self.actor, attempt);
        let mut round = 1;
        loop {
            let error = match self.mlflow.create_version(&create).await {
                Ok(_) => return Ok(()),
                Err(error @ mlflow::Error::Ambiguous { .. }) => error,
                Err(error) => return Err(error.into()),
            };
            let there = self.mlflow.list_versions(Some(&new.model)).await?;
            if there.iter().any(|version| tags::is_of_attempt(version, attempt)) {
                return Ok(());
            }
            if round == ROUNDS {
                return Err(error.into());
            }
            round += 1;
        }
    }

    pub(in super::super) async fn find_version(
        &self,
        model: &str,
        version: &str,
    ) -> Result<Option<Version>> {
        let there = self.look(model).await?;
        Ok(there.and_then(|there| Some(there.find(version)?.version.clone())))
    }

    pub(in super::super) async fn list_versions(
        &self,
        filter: &VersionFilter,
    ) -> Result<Vec<Version>> {
        let pictures = self.look_at_some(filter.model.as_deref()).await?;
        let versions = pictures
            .iter()
            .flat_map(Picture::versions)
            .filter(|version| filter.status.is_none_or(|status| status == version.status));
        Ok(versions.cloned().collect())
    }

    pub(in super::super) async fn update_metadata(
        &self,
        update: &UpdateMetadata,
    ) -> Result<Version> {
        let Ours { version: row, as_mlflow } = self.hold(&update.model, &update.version).await?;
        if row.status == Status::Archived {
            return Err(archived(row));
        }
        let described = row.description == update.description;
        let same_metadata = equal_maps(&row.metadata, &update.metadata);
        if described && same_metadata {
            return Ok(row);
        }
        if let Some(expected) = update.expected_row_version
            && expected != row.row_version
        {
            return Err(Error::StaleVersion {
                model: row.model,
                version: row.version,
                expected,
                found: row.row_version,
                by: row.updated_by,
                at: row.updated_at,
            });
        }
        if !described {
            self.mlflow.describe_version(&as_mlflow, &update.description).await?;
        }
        if !same_metadata {
            let metadata = Value::Object(update.metadata.clone()).to_string();
            self.mlflow.set_tag(&as_mlflow, tags::METADATA, &metadata).await?;
        }
        self.changed(&row, &as_mlflow).await?;
        Ok(self.hold(&update.model, &update.version).await?.version)
    }

    pub(in super::super) async fn mark_verified(
        &self,
        model: &str,
        version: &str,
    ) -> Result<Version> {
        let Ours { version: row, as_mlflow } = self.hold(model, version).await?;
        match row.status {
            Status::Archived => return Err(archived(row)),
            Status::Registered => {}
            Status::Verified | Status::Deployed | Status::Superseded | Status::RolledBack => {
                return Ok(row);
            }
        }
        self.set_state(&as_mlflow, Status::Verified).await?;
        self.changed(&row, &as_mlflow).await?;
        Ok(self.hold(model, version).await?.version)
    }

    /// Whoever deploys meanwhile looks at the state after the alias, and this looks at the alias after the state: at
    /// least one of the two sees the other and steps back.
    pub(in super::super) async fn archive(&self, model: &str, version: &str) -> Result<Version> {
        let there = self.look(model).await?;
        let Some((there, ours)) =
            there.as_ref().and_then(|there| Some((there, there.find(version)?)))
        else {
            return Err(self.unknown(model, version).await);
        };
        still_deployed(there, ours)?;
        if ours.version.status == Status::Archived {
            return Ok(ours.version.clone());
        }
        self.set_state(&ours.as_mlflow, Status::Archived).await?;
        self.changed(&ours.version, &ours.as_mlflow).await?;
        let now = self.look(model).await?;
        let Some((now, after)) = now.as_ref().and_then(|now| Some((now, now.find(version)?)))
        else {
            return Err(self.unknown(model, version).await);
        };
        if let Err(error) = still_deployed(now, after) {
            self.set_state(&after.as_mlflow, ours.version.status).await?;
            return Err(error);
        }
        Ok(after.version.clone())
    }

    /// The model if one is named, otherwise all.
    pub(super) async fn look_at_some(&self, model: Option<&str>) -> Result<Vec<Picture>> {
        match model {
            Some(model) => Ok(self.look(model).await?.into_iter().collect()),
            None => self.look_at_all().await,
        }
    }

    /// The version, which must be there.
    async fn hold(&self, model: &str, version: &str) -> Result<Ours> {
        let found = self.look(model).await?.and_then(|there| there.take(version));
        match found {
            Some(ours) => Ok(ours),
            None => Err(self.unknown(model, version).await),
        }
    }

    pub(super) async fn set_state(
        &self,
        version: &mlflow::ModelVersion,
        state: Status,
    ) -> Result<()> {
        Ok(self.mlflow.set_tag(version, tags::STATE, state.as_str()).await?)
    }

    /// Writes down that the version changed.
    async fn changed(&self, before: &Version, version: &mlflow::ModelVersion) -> Result<()> {
        let row = before.row_version + 1;
        let changed = tags::Changed { row, at: Timestamp::now(), by: self.actor.clone() };
        Ok(self.mlflow.set_tag(version, tags::CHANGED, &tags::json(&changed)).await?)
    }
}

fn still_deployed(there: &Picture, ours: &Ours) -> Result<()> {
    let environments = there.environments(&ours.as_mlflow);
    if environments.is_empty() {
        return Ok(());
    }
    let Version { model, version, .. } = ours.version.clone();
    Err(Error::StillDeployed { model, version, environments })
}
