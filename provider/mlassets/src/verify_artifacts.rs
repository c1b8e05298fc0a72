//! `mlassets_verify_artifacts`: a published version, read to its last byte.

use tfplug::{Action, Cx, Error, Progress, Result, Schema};
use tokio::sync::mpsc::unbounded_channel;

use crate::backend::artifacts::{self, Store, VersionKey, check_segment};
use crate::backend::worm::counted;

/// Reads every byte of a published version and compares it with `checksums.json`. Nothing is changed. What is wrong
/// fails the run, all of it at once, by the names of the files.
///
/// `checksums.json` proves itself only if its own hash is known from elsewhere: give it as `expected_manifest_sha256`.
#[derive(Schema, Clone, Debug)]
#[tf(name = "verify_artifacts")]
pub struct VerifyArtifacts {
    /// The environment.
    #[tf(
        check = explained("be an environment's name", |name: &String| check_segment(name)),
        example = "mlassets_artifact_distribution.ranker.environment"
    )]
    pub environment: String,
    /// The model.
    #[tf(
        check = explained("be a model's name", |name: &String| check_segment(name)),
        example = "mlassets_artifact_distribution.ranker.model"
    )]
    pub model: String,
    /// The version.
    #[tf(
        check = explained("be a version's name", |name: &String| check_segment(name)),
        example = "mlassets_artifact_distribution.ranker.version"
    )]
    pub version: String,
    /// The SHA-256 that `checksums.json` must have.
    #[tf(example = "mlassets_artifact_distribution.ranker.manifest_sha256")]
    pub expected_manifest_sha256: Option<String>,
}

impl Action for VerifyArtifacts {
    type Backend = Store;

    async fn invoke(cx: &Cx<Store>, config: Self, progress: &Progress) -> Result<()> {
        let Self { environment, model, version, expected_manifest_sha256 } = config;
        let key = VersionKey { environment, model, version };
        let (tell, mut told) = unbounded_channel();
        // Who listens no longer has heard enough.
        let tell = move |line| drop(tell.send(line));
        let verify = cx.verify(key.clone(), expected_manifest_sha256, tell, cx.call().cancelled());
        let listen = async {
            while let Some(line) = told.recv().await {
                progress.say(line);
            }
        };
        let (found, ()) = tokio::join!(verify, listen);
        let Some(found) = found? else {
            let detail = format!("There is no version `{key}`. Publish it first.");
            return Err(Error::user("Not found", detail).at(Self::VERSION));
        };
        if !found.problems.is_empty() {
            let (version, problems) = (key.to_string(), found.problems);
            return Err(artifacts::Error::Damaged { version, problems }.into());
        }
        let manifest = found.manifest.as_ref();
        let count = manifest.map_or(0, |manifest| manifest.artifacts.len());
        let sha256 = manifest.map(artifacts::Manifest::sha256).unwrap_or_default();
        progress.say(format!(
            "{key}: {} intact, checksums.json has the SHA-256 {sha256}",
            counted(count as u64, "artifact", "artifacts")
        ));
        Ok(())
    }
}
