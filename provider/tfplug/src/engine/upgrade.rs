//! `UpgradeResourceState`: a stored state in the present shape.

use serde_json::Value as Json;

use crate::diag::{Error, Result};
use crate::erased::Managed;

/// Turns a stored state of version `from` into one of the present version.
///
/// Terraform asks for every stored state, also for those of the present version: these pass through.
pub fn upgrade(resource: &dyn Managed, from: i64, stored: Json) -> Result<Json> {
    let now = resource.shape().version;
    match from.cmp(&now) {
        std::cmp::Ordering::Equal => Ok(stored),
        std::cmp::Ordering::Less => resource.upgrade(from, stored),
        std::cmp::Ordering::Greater => Err(Error::user(
            "State is newer than the provider",
            format!(
                "The state has version {from} and this provider knows versions up to {now}. Use a newer provider."
            ),
        )),
    }
}
