//! `mlassets_pause_deployments`: pauses what runs in a work pool.

use tfplug::{Action, At as _, Cx, Progress, Result, Schema};

use crate::backend::prefect::{Prefect, name};
use crate::pausing;

/// Pauses all deployments of a Prefect work pool, so that their schedules make no flow runs.
///
/// Flow runs that have begun go on; those that a schedule has made and that have not begun are taken back.
/// Deployments that are paused already are left alone, so it does no harm to do it twice. A deployment that is
/// made later is not paused. An unknown pool is an error.
#[derive(Schema, Clone, Debug)]
#[tf(name = "pause_deployments")]
pub struct PauseDeployments {
    /// The work pool.
    #[tf(
        check = explained("be a pool's name", |name: &String| name::check_pool(name)),
        example = "mlassets_work_pool.training.name"
    )]
    pub work_pool_name: String,
}

const KIND: &str = "mlassets_pause_deployments";

impl Action for PauseDeployments {
    type Backend = Prefect;

    async fn invoke(cx: &Cx<Prefect>, config: Self, progress: &Progress) -> Result<()> {
        pausing::set_all(cx, KIND, &config.work_pool_name, true, progress)
            .await
            .at(Self::WORK_POOL_NAME)
    }
}
