//! `mlassets_model_version`: a version of a model.

use std::collections::BTreeMap;

use tfplug::{Applied, Attr, Change, Cx, Draft, Error, Keeping, Resource, Result, Schema};

use crate::backend::registry::{self, NewVersion, Registry, Status, UpdateMetadata, name};
use crate::types::{Moment, text_or_none};

/// A version of a model in the registry.
///
/// What a version is never changes: its artifacts and their checksum are written once. Description and
/// metadata may change. A version is archived rather than removed, and then out of use for good.
#[derive(Schema, Clone, Debug)]
#[tf(name = "model_version", import = "{model}@{version}")]
pub struct ModelVersion {
    /// The model.
    #[tf(
        identity,
        check = explained("be a model's name", |name: &String| name::model(name)),
        example = "\"ranker\""
    )]
    pub model: String,
    /// The version, unique in its model. Versions of the form `YYYY-MM-DD-vN` are ordered by day and number.
    #[tf(
        identity,
        check = explained("be a version's name", |name: &String| name::version(name)),
        example = "\"2025-01-15-v1\""
    )]
    pub version: String,
    /// SHA-256 of the artifacts' manifest, as 64 hexadecimal digits in lower case.
    #[tf(check = explained("be a SHA-256", |text: &String| name::sha256(text)), example = "filesha256(\"checksums.json\")")]
    pub artifact_sha256: String,
    /// Where the artifacts are.
    #[tf(check = explained("be a URI", |text: &String| name::artifact_uri(text)), example = "\"s3://models/ranker/2025-01-15-v1/\"")]
    pub artifact_uri: String,
    /// What is to be known about the version.
    pub description: Option<String>,
    /// Facts for programs, such as `git_sha`.
    #[tf(example = "{ git_sha = \"abc123\" }")]
    pub metadata: Option<BTreeMap<String, String>>,
    /// Whether the artifacts are known to match their checksum. Only a verified version can be deployed;
    /// what is verified stays so.
    #[tf(default = true)]
    pub verified: Attr<bool>,
    /// Destroying the resource archives the version, which puts it out of use for good. With `false`,
    /// Terraform only forgets it.
    #[tf(default = true, setting)]
    pub archive_on_destroy: Attr<bool>,
    /// `registered`, `verified`, `deployed`, `superseded` or `rolled_back`.
    #[tf(computed)]
    pub status: Attr<String>,
    /// When the version was registered.
    #[tf(computed, keep)]
    pub created_at: Attr<Moment>,
    /// Who registered it.
    #[tf(computed, keep)]
    pub created_by: Attr<String>,
    /// Grows with each change of the version's row.
    #[tf(computed)]
    pub row_version: Attr<i64>,
}

const IMMUTABLE: &str = "Version is immutable";
const NEW_VERSION: &str =
    "A version never changes. Register the new artifacts under a new version.";

impl Resource for ModelVersion {
    type Backend = Registry;

    fn plan(draft: &mut Draft<'_, Self>) {
        let renamed = draft.change(Self::MODEL).is_some() || draft.change(Self::VERSION).is_some();
        for field in [Self::ARTIFACT_SHA256, Self::ARTIFACT_URI] {
            if !renamed && draft.change(field).is_some() {
                draft.deny(field, IMMUTABLE, NEW_VERSION);
            }
        }
        if draft.change(Self::VERIFIED) == Some((true, false)) {
            let detail = "A version that was verified stays so. Leave `verified` at `true`.";
            draft.deny(Self::VERIFIED, "Verification cannot be taken back", detail);
        }
    }

    async fn create(cx: &Cx<Registry>, plan: Self) -> Applied<Self> {
        let registered = cx.register(&plan.as_new()).await.map_err(Error::from)?.version;
        let verified = verify(cx, &plan, registered.clone()).await;
        let version = verified.keeping(Self::found(registered, Some(&plan)))?;
        Ok(Self::found(version, Some(&plan)))
    }

    async fn read(
        cx: &Cx<Registry>,
        (model, version): (String, String),
        prior: Option<Self>,
    ) -> Result<Option<Self>> {
        let found = match cx.find_version(&model, &version).await {
            Err(registry::Error::NotMigrated { .. }) => None,
            found => found?,
        };
        // What is archived is out of use: to Terraform it is gone.
        let in_use = found.filter(|version| version.status != Status::Archived);
        Ok(in_use.map(|version| Self::found(version, prior.as_ref())))
    }

    async fn update(cx: &Cx<Registry>, Change { before, after }: Change<Self>) -> Applied<Self> {
        // What was unknown in the plan. It must not replace the version, for that would archive it.
        for (field, changed) in [
            (Self::ARTIFACT_SHA256, after.artifact_sha256 != before.artifact_sha256),
            (Self::ARTIFACT_URI, after.artifact_uri != before.artifact_uri),
        ] {
            if changed {
                return Err(Error::user(IMMUTABLE, NEW_VERSION).at(field).into());
            }
        }
        let update = UpdateMetadata {
            model: after.model.clone(),
            version: after.version.clone(),
            expected_row_version: None,
            description: after.description.clone().unwrap_or_default(),
            metadata: after.metadata(),
        };
        let changed = cx.update_metadata(&update).await.map_err(Error::from)?;
        let kept = Self { verified: before.verified, ..Self::found(changed.clone(), Some(&after)) };
        let version = verify(cx, &after, changed).await.keeping(kept)?;
        Ok(Self::found(version, Some(&after)))
    }

    async fn plan_delete(cx: &Cx<Registry>, state: &Self) -> Result<()> {
        if !state.archive_on_destroy.unwrap_or(true) {
            return Ok(());
        }
        let filter = registry::DeploymentFilter {
            model: Some(state.model.clone()),
            version: Some(state.version.clone()),
            status: Some(registry::DeploymentStatus::Deployed),
            ..registry::DeploymentFilter::default()
        };
        // Those that the same run destroys first are not known here, so this can only warn.
        let deployed = cx.list_deployments(&filter).await?;
        if !deployed.is_empty() {
            let environments: Vec<_> =
                deployed.iter().map(|deployment| deployment.environment.as_str()).collect();
            let detail = format!(
                "It is deployed in {}. Unless that deployment is destroyed first, the version cannot be archived.",
                environments.join(", ")
            );
            cx.call().warn(tfplug::Diagnostic::warning("Version is deployed", detail));
        }
        Ok(())
    }

    async fn delete(cx: &Cx<Registry>, state: Self) -> Result<()> {
        if !state.archive_on_destroy.unwrap_or(true) {
            return Ok(());
        }
        match cx.archive(&state.model, &state.version).await {
            Ok(_) | Err(registry::Error::UnknownVersion { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl ModelVersion {
    fn as_new(&self) -> NewVersion {
        NewVersion {
            model: self.model.clone(),
            version: self.version.clone(),
            artifact_uri: self.artifact_uri.clone(),
            artifact_sha256: self.artifact_sha256.clone(),
            description: self.description.clone().unwrap_or_default(),
            metadata: self.metadata(),
        }
    }

    fn metadata(&self) -> serde_json::Map<String, serde_json::Value> {
        let metadata = self.metadata.clone().unwrap_or_default();
        metadata.into_iter().map(|(key, value)| (key, value.into())).collect()
    }

    fn found(version: registry::Version, prior: Option<&Self>) -> Self {
        let metadata: BTreeMap<String, String> = version
            .metadata
            .into_iter()
            .map(|(key, value)| match value {
                serde_json::Value::String(text) => (key, text),
                other => (key, other.to_string()),
            })
            .collect();
        let no_metadata = metadata.is_empty() && prior.is_none_or(|prior| prior.metadata.is_none());
        ModelVersion {
            model: version.model,
            version: version.version,
            artifact_sha256: version.artifact_sha256,
            artifact_uri: version.artifact_uri,
            description: text_or_none(
                version.description,
                prior.and_then(|prior| prior.description.as_ref()),
            ),
            metadata: (!no_metadata).then_some(metadata),
            verified: Attr::Known(version.status != Status::Registered),
            archive_on_destroy: prior.map_or(Attr::Known(true), |prior| prior.archive_on_destroy),
            status: Attr::Known(version.status.to_string()),
            created_at: Attr::Known(version.created_at.into()),
            created_by: Attr::Known(version.created_by),
            row_version: Attr::Known(version.row_version),
        }
    }
}

async fn verify(
    cx: &Cx<Registry>,
    plan: &ModelVersion,
    version: registry::Version,
) -> Result<registry::Version> {
    if plan.verified.unwrap_or(true) && version.status == Status::Registered {
        return Ok(cx.mark_verified(&plan.model, &plan.version).await?);
    }
    Ok(version)
}
