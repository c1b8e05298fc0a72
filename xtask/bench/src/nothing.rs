//! A provider of one resource of the shape of `mlassets_model_version`, and behind it nothing: what it costs is
//! what the framework costs. Its answers are computed, not stored.

use std::collections::BTreeMap;
use std::sync::Arc;

use tfplug::{
    Applied, Attr, Change, Cx, Draft, Host, Provide, Provider, Registry, Resource, Result, Schema,
};

/// Measures the framework.
#[derive(Schema, Debug)]
#[tf(name = "bench")]
pub(crate) struct Bench {
    /// A name for this configuration, which means nothing.
    label: Option<String>,
}

/// What resources talk to: nobody.
#[derive(Debug)]
pub(crate) struct Nobody;

impl Provide<Nobody> for Nobody {
    fn provide(&self) -> Result<Arc<Nobody>> {
        Ok(Arc::new(Nobody))
    }
}

impl Provider for Bench {
    const ADDRESS: &'static str = "registry.terraform.io/mlassets/bench";
    type Backends = Nobody;

    async fn configure(_: Self, _: Host) -> Result<Nobody> {
        Ok(Nobody)
    }

    fn registry() -> Registry<Nobody> {
        Registry::new().resource::<ModelVersion>()
    }
}

/// A version of a model that exists in the state alone.
#[derive(Schema, Clone, Debug)]
#[tf(name = "model_version", import = "{model}@{version}")]
pub(crate) struct ModelVersion {
    /// The model.
    #[tf(identity)]
    model: String,
    /// The version.
    #[tf(identity)]
    version: String,
    /// SHA-256 of the artifacts' manifest.
    #[tf(replace)]
    artifact_sha256: String,
    /// Where the artifacts are.
    #[tf(replace)]
    artifact_uri: String,
    /// What is to be known about the version.
    description: Option<String>,
    /// Facts for programs.
    metadata: Option<BTreeMap<String, String>>,
    /// Whether the artifacts are known to match their checksum.
    #[tf(default = true)]
    verified: Attr<bool>,
    /// What becomes of the version when the resource is destroyed.
    #[tf(default = true, setting)]
    archive_on_destroy: Attr<bool>,
    /// Where the version is in its life.
    #[tf(computed)]
    status: Attr<String>,
    /// When the version was registered.
    #[tf(computed, keep)]
    created_at: Attr<String>,
    /// Who registered it.
    #[tf(computed, keep)]
    created_by: Attr<String>,
    /// Grows with each change.
    #[tf(computed)]
    row_version: Attr<i64>,
}

impl Resource for ModelVersion {
    type Backend = Nobody;

    fn plan(draft: &mut Draft<'_, Self>) {
        if draft.change(Self::VERIFIED) == Some((true, false)) {
            let detail = "A version that was verified stays so.";
            draft.deny(Self::VERIFIED, "Verification cannot be taken back", detail);
        }
    }

    async fn create(_: &Cx<Nobody>, plan: Self) -> Applied<Self> {
        Ok(plan.stored(1))
    }

    async fn read(
        _: &Cx<Nobody>,
        _: (String, String),
        prior: Option<Self>,
    ) -> Result<Option<Self>> {
        Ok(prior)
    }

    async fn update(_: &Cx<Nobody>, change: Change<Self>) -> Applied<Self> {
        let row_version = change.before.row_version.unwrap_or(0) + 1;
        Ok(change.after.stored(row_version))
    }

    async fn delete(_: &Cx<Nobody>, _: Self) -> Result<()> {
        Ok(())
    }
}

impl ModelVersion {
    fn stored(self, row_version: i64) -> Self {
        let or = |attr: Attr<String>, text: &str| Attr::Known(attr.unwrap_or(text.to_owned()));
        ModelVersion {
            status: Attr::Known("verified".to_owned()),
            created_at: or(self.created_at, "2025-01-15T12:00:00Z"),
            created_by: or(self.created_by, "bench"),
            row_version: Attr::Known(row_version),
            ..self
        }
    }
}
