//! `mlassets_artifact_verification`: whether published artifacts still have their bytes.

use std::collections::BTreeMap;

use tfplug::{Attr, Cx, DataSource, Error, Result, Schema};

use crate::backend::artifacts::{self, Found, Look, Store, VersionKey, check_segment};

/// Reads every byte of a published version and compares it with `checksums.json`. What is wrong is told, not refused:
/// use `intact` in a `check` block or a `postcondition`. A version that has no `checksums.json` is none, and an error.
///
/// `checksums.json` proves itself only if its own hash is known from elsewhere: give it as `expected_manifest_sha256`,
/// for instance from the state of the distribution or from the registry.
#[derive(Schema, Clone, Debug)]
#[tf(name = "artifact_verification")]
pub struct ArtifactVerification {
    /// The environment.
    #[tf(check = explained("be an environment's name", |name: &String| check_segment(name)), example = "\"production\"")]
    pub environment: String,
    /// The model.
    #[tf(check = explained("be a model's name", |name: &String| check_segment(name)), example = "\"ranker\"")]
    pub model: String,
    /// The version.
    #[tf(check = explained("be a version's name", |name: &String| check_segment(name)), example = "\"2025-01-15-v1\"")]
    pub version: String,
    /// The SHA-256 that `checksums.json` must have.
    #[tf(example = "mlassets_model_version.this.artifact_sha256")]
    pub expected_manifest_sha256: Option<String>,
    /// `ok`, `missing` or `corrupt` for each artifact, by its name.
    #[tf(computed)]
    pub results: Attr<BTreeMap<String, String>>,
    /// Whether nothing is wrong.
    #[tf(computed)]
    pub intact: Attr<bool>,
    /// What is wrong, each in a sentence.
    #[tf(computed)]
    pub problems: Attr<Vec<String>>,
    /// SHA-256 of `checksums.json`; null if that cannot be read.
    #[tf(computed)]
    pub manifest_sha256: Attr<String>,
}

impl DataSource for ArtifactVerification {
    type Backend = Store;

    async fn read(cx: &Cx<Store>, config: Self) -> Result<Self> {
        let key = VersionKey {
            environment: config.environment.clone(),
            model: config.model.clone(),
            version: config.version.clone(),
        };
        let expected = config.expected_manifest_sha256.clone();
        let found = cx.find(key.clone(), expected, Look::Bytes, cx.call().cancelled()).await?;
        let Some(found) = found else { return Err(no_version(&key)) };
        let results = found.conditions();
        let results = results.into_iter().map(|(name, it)| (name, it.to_string())).collect();
        let Found { manifest, problems, .. } = found;
        Ok(Self {
            results: Attr::Known(results),
            intact: Attr::Known(problems.is_empty()),
            problems: Attr::Known(problems.iter().map(ToString::to_string).collect()),
            manifest_sha256: manifest.map(|manifest: artifacts::Manifest| manifest.sha256()).into(),
            ..config
        })
    }
}

fn no_version(key: &VersionKey) -> Error {
    let detail = format!("There is no version `{key}`. Publish it first.");
    Error::user("Not found", detail).at(ArtifactVerification::VERSION)
}
