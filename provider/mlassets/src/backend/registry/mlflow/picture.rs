//! What a model looks like at one moment: its aliases and its versions, read in two calls.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::super::model::{Deployment, DeploymentStatus, Status, Version};
use super::super::operation::read::nearest;
use super::super::{Error, Result};
use super::{MlflowStore, tags};
use crate::backend::mlflow::{Model, ModelVersion};

/// Who stands for those who moved an alias by other means.
const SOMEONE: &str = "someone outside of mlassets";

/// A model as it was read.
pub(super) struct Picture {
    pub(super) model: Model,
    /// Its versions with their numbers, ours and others.
    pub(super) all: Vec<ModelVersion>,
    /// Ours by their names, of those with one name the first. What came later with that name does not count.
    ours: BTreeMap<String, Ours>,
}

/// One of our versions, and the model version that it is.
pub(super) struct Ours {
    pub(super) version: Version,
    pub(super) as_mlflow: ModelVersion,
}

impl MlflowStore {
    /// The model as it is now; nothing if there is no such model.
    pub(super) async fn look(&self, model: &str) -> Result<Option<Picture>> {
        // The name goes into a filter. No name that breaks our rules can have versions of ours.
        if super::super::name::model(model).is_err() {
            return Ok(None);
        }
        let Some(found) = self.mlflow.find_model(model).await? else { return Ok(None) };
        let all = self.mlflow.list_versions(Some(model)).await?;
        self.picture(found, all).map(Some)
    }

    /// All models as they are now.
    pub(super) async fn look_at_all(&self) -> Result<Vec<Picture>> {
        let models = self.mlflow.list_models().await?;
        let mut of_model = BTreeMap::<_, Vec<_>>::new();
        for version in self.mlflow.list_versions(None).await? {
            of_model.entry(version.name.clone()).or_default().push(version);
        }
        let pictures = models.into_iter().map(|model| {
            let versions = of_model.remove(&model.name).unwrap_or_default();
            self.picture(model, versions)
        });
        pictures.collect()
    }

    fn picture(&self, model: Model, all: Vec<ModelVersion>) -> Result<Picture> {
        let mut ours = BTreeMap::new();
        for found in &all {
            let Some(name) = found.tag(tags::VERSION) else { continue };
            if !ours.contains_key(name) {
                let version = self.version(&model, found)?;
                ours.insert(name.to_owned(), Ours { version, as_mlflow: found.clone() });
            }
        }
        Ok(Picture { model, all, ours })
    }

    fn version(&self, model: &Model, found: &ModelVersion) -> Result<Version> {
        let facts = tags::facts(found).map_err(|tag| {
            let ModelVersion { name, version, .. } = found;
            self.unexpected(format!("the tag `{tag}` of version {version} of model `{name}`"))
        })?;
        let is_deployed = model.aliases.iter().any(|alias| {
            alias.version == found.version && tags::environment_of(&alias.alias).is_some()
        });
        let status = match facts.state {
            Status::Archived => Status::Archived,
            _ if is_deployed => Status::Deployed,
            // The alias is gone: somebody moved it, or the next deployment stopped before it said so here.
            Status::Deployed => Status::Superseded,
            state => state,
        };
        let created_at = time(found.creation_timestamp);
        let updated_at = time(found.last_updated_timestamp.max(found.creation_timestamp));
        let changed = facts.changed;
        Ok(Version {
            id: found.number(),
            model: found.name.clone(),
            version: facts.version,
            status,
            artifact_uri: found.source.clone(),
            artifact_sha256: facts.sha256,
            description: found.description.clone(),
            metadata: facts.metadata,
            row_version: changed.as_ref().map_or(1, |changed| changed.row),
            created_at,
            created_by: facts.created_by.clone(),
            updated_at: changed.as_ref().map_or(updated_at, |changed| changed.at.max(updated_at)),
            updated_by: changed.map_or(facts.created_by, |changed| changed.by),
        })
    }

    /// The error for a version that is not there, with those that the caller may have meant.
    pub(super) async fn unknown(&self, model: &str, version: &str) -> Error {
        let pictures = match self.look_at_all().await {
            Ok(pictures) => pictures,
            Err(error) => return error,
        };
        let mut known: Vec<_> = pictures.iter().flat_map(Picture::versions).collect();
        known.retain(|known| known.status != Status::Archived);
        known.sort_by_key(|known| std::cmp::Reverse(known.created_at));
        let known = known.into_iter().map(|known| (known.model.clone(), known.version.clone()));
        nearest(model, version, known.collect())
    }
}

impl Picture {
    pub(super) fn find(&self, version: &str) -> Option<&Ours> {
        self.ours.get(version)
    }

    pub(super) fn take(mut self, version: &str) -> Option<Ours> {
        self.ours.remove(version)
    }

    /// Ours, by creation.
    pub(super) fn versions(&self) -> Vec<&Version> {
        let mut versions: Vec<_> = self.ours.values().map(|ours| &ours.version).collect();
        versions.sort_by_key(|version| version.id);
        versions
    }

    /// Where a version is deployed.
    pub(super) fn environments(&self, version: &ModelVersion) -> Vec<String> {
        let aliases = self.model.aliases.iter().filter(|alias| alias.version == version.version);
        aliases.filter_map(|alias| tags::environment_of(&alias.alias)).map(str::to_owned).collect()
    }

    /// What is deployed in an environment: the version that the alias points to.
    ///
    /// A version that is not ours is called `mlflow:<number>`, which no version of ours can be called.
    pub(super) fn deployed(&self, environment: &str) -> Option<Deployment> {
        let number = self.model.alias(&tags::alias(environment))?;
        // With a version that was deleted since, its aliases went as well.
        let found = self.all.iter().find(|found| found.version == number)?;
        let name = found.tag(tags::VERSION);
        let record = tags::deployed(found, environment).unwrap_or_else(|| tags::Deployed {
            row: 0,
            previous: None,
            at: time(found.last_updated_timestamp),
            by: SOMEONE.to_owned(),
        });
        Some(Deployment {
            id: record.row,
            model: self.model.name.clone(),
            environment: environment.to_owned(),
            version: name.map_or_else(|| format!("mlflow:{number}"), str::to_owned),
            status: DeploymentStatus::Deployed,
            previous_version: record.previous,
            row_version: record.row,
            deployed_at: record.at,
            deployed_by: record.by,
            ended_at: None,
            ended_by: None,
        })
    }

    /// A row version that no deployment in this environment has had.
    pub(super) fn next_row(&self, environment: &str) -> i64 {
        let rows = self.all.iter().filter_map(|found| tags::deployed(found, environment));
        rows.map(|deployed| deployed.row).max().unwrap_or_default() + 1
    }
}

fn time(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or_default()
}
