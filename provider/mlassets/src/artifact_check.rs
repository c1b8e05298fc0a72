//! Whether the artifacts of a registered version are what was registered, where that can be known: in the store of the
//! provider's `artifacts` block. Artifacts that are elsewhere are their keeper's matter.

use std::fmt::Display;

use tfplug::{Cx, Error, Path, Result};

use crate::backend::artifacts::{Look, Problem};
use crate::backend::registry::Registry;
use crate::provider::Backends;

/// Refuses a version whose artifacts are in the store and are not, byte by byte, those that were registered.
///
/// A version that is not registered is not refused here: whoever deploys it says so better.
pub(crate) async fn verified(cx: &Cx<Registry>, model: &str, version: &str) -> Result<()> {
    let Some(backends) = cx.call().backends::<Backends>() else { return Ok(()) };
    let Some(store) = backends.artifacts()? else { return Ok(()) };
    let Some(row) = cx.find_version(model, version).await? else { return Ok(()) };
    let Some(key) = store.locate(&row.artifact_uri) else {
        tracing::debug!(
            uri = row.artifact_uri,
            "artifacts that are not in the store are not looked at"
        );
        return Ok(());
    };
    let anchor = Some(row.artifact_sha256);
    let found = store.find(key, anchor, Look::Bytes, cx.call().cancelled()).await?;
    let problems = found.map(|found| found.problems);
    let listed = match &problems {
        None => listed(&["there is no such version in the store"]),
        Some(problems) => listed::<Problem>(problems),
    };
    if listed.is_empty() {
        return Ok(());
    }
    let detail = format!(
        "Version `{version}` of model `{model}` is not deployed: what lies at `{}` is not what was registered:{listed}\n\
         Put the files back, for instance by an apply of their `mlassets_artifact_distribution`, or deploy another version.",
        row.artifact_uri
    );
    Err(Error::user("Artifacts are not what was registered", detail).at(Path::attribute("version")))
}

fn listed<T: Display>(problems: &[T]) -> String {
    problems.iter().map(|problem| format!("\n- {problem}")).collect()
}
