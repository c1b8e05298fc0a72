//! `mlassets_model_version`: a version of a model.

use std::collections::BTreeMap;

use tfplug::{
    Applied, Attr, AttributeType, Change, Cx, Diagnostic, Draft, Error, Field, Found, Keeping,
    List, Resource, Result, Schema,
};

use crate::adopted;
use crate::backend::registry::{
    self, NewVersion, Registry, Status, UpdateMetadata, VersionFilter, name,
};
use crate::diagnose::registry_is_gone;
use crate::types::{Moment, text_or_none};

/// A version of a model in the registry.
///
/// What a version is never changes: its artifacts and their checksum are written once. Description and
/// metadata may change. Nothing removes a version: destroying the resource makes Terraform forget it, and the
/// registry keeps it with its history. Declared again as it is, it is taken over, so an older version can come
/// back; other artifacts under its name are refused. The same goes for a version that another workspace has
/// registered: two configurations that say the same share it.
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
    /// Destroying the resource, also to replace it, archives the version. That is final: it can be neither
    /// deployed nor registered again. Without it, Terraform only forgets the version.
    #[tf(default = false, setting)]
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
        let replaced = differs(draft, Self::MODEL) || differs(draft, Self::VERSION);
        if replaced
            && draft.prior(Self::ARCHIVE_ON_DESTROY) == Some(true)
            && let (Some(model), Some(version)) =
                (draft.prior(Self::MODEL), draft.prior(Self::VERSION))
        {
            draft.warn(Self::VERSION, FINAL, archived_for_good(&model, &version));
        }
    }

    async fn create(cx: &Cx<Registry>, plan: Self) -> Applied<Self> {
        let mut hold = adopted::hold::<Self>(cx, &plan.id()).await;
        let registered = cx.register(&plan.as_new()).await.map_err(|error| plan.explain(error))?;
        // Without the second step nothing is kept: a tainted version would be replaced, and the next
        // create takes over what this one left.
        let version = verify(cx, &plan, registered.version).await?;
        if !registered.created {
            hold.adopt();
        }
        Ok(Self::found(version, Some(&plan)))
    }

    async fn read(
        cx: &Cx<Registry>,
        (model, version): (String, String),
        prior: Option<Self>,
    ) -> Result<Option<Self>> {
        let found = match cx.find_version(&model, &version).await {
            Err(registry::Error::NotMigrated { place }) => {
                registry_is_gone(cx, &place, prior.is_some());
                None
            }
            found => found?,
        };
        // What is archived is out of use: to Terraform it is gone.
        let in_use = found.filter(|version| version.status != Status::Archived);
        Ok(in_use.map(|version| Self::found(version, prior.as_ref())))
    }

    async fn update(cx: &Cx<Registry>, Change { before, after }: Change<Self>) -> Applied<Self> {
        // What was unknown in the plan. It must not replace the version, which never changes.
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
        let Self { model, version, .. } = state;
        let warning = if state.archive_on_destroy.unwrap_or(false) {
            Diagnostic::warning(FINAL, archived_for_good(model, version))
        } else {
            let detail = format!(
                "Version `{version}` of model `{model}` stays in the registry, with its history; Terraform only forgets \
                 it. Declared again as it is, it is taken over."
            );
            Diagnostic::warning("The version stays", detail)
        };
        cx.call().warn(warning.at(Self::VERSION));
        Ok(())
    }

    async fn delete(cx: &Cx<Registry>, state: Self) -> Result<()> {
        if !state.archive_on_destroy.unwrap_or(false) {
            return Ok(());
        }
        let hold = adopted::hold::<Self>(cx, &state.id()).await;
        if hold.spares(cx) {
            return Ok(());
        }
        match cx.archive(&state.model, &state.version).await {
            Ok(_) | Err(registry::Error::UnknownVersion { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Which versions are listed. Those that are archived never are.
#[derive(Schema, Debug)]
pub struct ModelVersions {
    /// Only those of this model.
    #[tf(check = explained("be a model's name", |name: &String| name::model(name)), example = "\"ranker\"")]
    pub model: Option<String>,
    /// Only those with this status.
    #[tf(
        check = one_of(&["registered", "verified", "deployed", "superseded", "rolled_back"]),
        example = "\"deployed\""
    )]
    pub status: Option<String>,
}

impl List for ModelVersion {
    type Filter = ModelVersions;

    async fn list(cx: &Cx<Registry>, filter: ModelVersions, found: &Found<Self>) -> Result<()> {
        let of_model = VersionFilter { model: filter.model, status: None };
        for version in cx.list_versions(&of_model).await? {
            let wanted =
                filter.status.as_deref().is_none_or(|status| status == version.status.as_str());
            if wanted && version.status != Status::Archived {
                let version = Self::found(version, None);
                found.add(version.id(), version).await;
            }
        }
        Ok(())
    }
}

const FINAL: &str = "Archiving is final";

fn archived_for_good(model: &str, version: &str) -> String {
    format!(
        "Version `{version}` of model `{model}` is put out of use for good: it can be neither deployed nor registered \
         again. Apply `archive_on_destroy = false` first if Terraform shall only forget it."
    )
}

/// Whether the value changes, or may.
fn differs<T: AttributeType + PartialEq>(
    draft: &Draft<'_, ModelVersion>,
    field: Field<ModelVersion, T>,
) -> bool {
    draft.prior(field).is_some_and(|prior| draft.get(field) != Attr::Known(prior))
}

impl ModelVersion {
    fn id(&self) -> String {
        format!("{}@{}", self.model, self.version)
    }

    /// What has the same artifacts can be managed, if not as it was planned.
    fn explain(&self, error: registry::Error) -> Error {
        let registry::Error::VersionTaken(taken) = &error else { return error.into() };
        if taken.has_other_artifacts() {
            return error.into();
        }
        let detail = format!(
            "Its artifacts are these, so it can be managed: give it the same description and metadata, or import it, \
             `terraform import ADDRESS {:?}`, and change them then.",
            self.id()
        );
        Error::from(error).and(Error::user("Version exists", detail).at(Self::VERSION))
    }

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
            archive_on_destroy: prior.map_or(Attr::Known(false), |prior| prior.archive_on_destroy),
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
