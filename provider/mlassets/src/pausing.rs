//! All deployments of a work pool paused or resumed, for the actions that do either.

use serde_json::json;
use tfplug::{Cx, Error, Progress, Result};

use crate::audit::{self, Done};
use crate::backend::prefect::Prefect;

/// Pauses or resumes each deployment of a pool, for the action `kind`. Those that are so already are left alone. One that
/// fails keeps none of the others from it.
pub(crate) async fn set_all(
    cx: &Cx<Prefect>,
    kind: &str,
    pool: &str,
    paused: bool,
    progress: &Progress,
) -> Result<()> {
    if !paused {
        audit::ready(cx.call()).await?;
    }
    if cx.find_work_pool(pool).await?.is_none() {
        let detail = format!(
            "There is no work pool {pool:?} on the Prefect server. Check the name, or create the pool first."
        );
        return Err(Error::user("No such work pool", detail));
    }
    let state = if paused { "paused" } else { "resumed" };
    let (mut changed, mut unchanged) = (Vec::new(), 0_u64);
    let mut failed: Option<Error> = None;
    let fail = |failed: &mut Option<Error>, error: Error| {
        *failed = Some(match failed.take() {
            Some(earlier) => earlier.and(error),
            None => error,
        });
    };
    for deployment in cx.deployments_of_pool(pool).await? {
        let name = &deployment.name;
        if deployment.paused == paused {
            unchanged += 1;
            continue;
        }
        if cx.call().is_cancelled() {
            let count = changed.len();
            let detail = format!("{count} deployments were {state}, the others are as before.");
            fail(&mut failed, Error::user("Cancelled", detail));
            break;
        }
        match cx.set_paused(&deployment.id, paused).await {
            Ok(true) => {
                progress.say(format!("{name}: {state}"));
                changed.push(deployment.id);
            }
            Ok(false) => progress.say(format!("{name}: is gone")),
            Err(error) => {
                progress.say(format!("{name}: failed"));
                fail(&mut failed, error.into());
            }
        }
    }
    progress.say(format!("{} {state}, {unchanged} already", changed.len()));
    if !changed.is_empty() {
        let operation = if paused { "pause" } else { "resume" };
        let facts = json!({ "work_pool": pool, "deployments": changed });
        let told = audit::tell_action(cx.call(), kind, pool, Done { operation, facts }).await;
        if let Err(error) = told {
            fail(&mut failed, error);
        }
    }
    failed.map_or(Ok(()), Err)
}
