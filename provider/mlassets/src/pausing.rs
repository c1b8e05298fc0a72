//! All deployments of a work pool paused or resumed, for the actions that do either.

use tfplug::{Cx, Error, Progress, Result};

use crate::backend::prefect::Prefect;

/// Pauses or resumes each deployment of a pool. Those that are so already are left alone. One that fails keeps
/// none of the others from it.
pub(crate) async fn set_all(
    cx: &Cx<Prefect>,
    pool: &str,
    paused: bool,
    progress: &Progress,
) -> Result<()> {
    if cx.find_work_pool(pool).await?.is_none() {
        let detail = format!(
            "There is no work pool {pool:?} on the Prefect server. Check the name, or create the pool first."
        );
        return Err(Error::user("No such work pool", detail));
    }
    let state = if paused { "paused" } else { "resumed" };
    let (mut changed, mut unchanged) = (0_u64, 0_u64);
    let mut failed: Option<Error> = None;
    for deployment in cx.deployments_of_pool(pool).await? {
        let name = &deployment.name;
        if deployment.paused == paused {
            unchanged += 1;
            continue;
        }
        if cx.call().is_cancelled() {
            let detail = format!("{changed} deployments were {state}, the others are as before.");
            return Err(Error::user("Cancelled", detail));
        }
        match cx.set_paused(&deployment.id, paused).await {
            Ok(true) => {
                changed += 1;
                progress.say(format!("{name}: {state}"));
            }
            Ok(false) => progress.say(format!("{name}: is gone")),
            Err(error) => {
                progress.say(format!("{name}: failed"));
                let error = Error::from(error);
                failed = Some(match failed {
                    Some(earlier) => earlier.and(error),
                    None => error,
                });
            }
        }
    }
    progress.say(format!("{changed} {state}, {unchanged} already"));
    failed.map_or(Ok(()), Err)
}
