//! `mlassets_resume_deployments`: resumes what runs in a work pool.

use tfplug::{Action, At as _, Cx, Progress, Result, Schema};

use crate::backend::prefect::{Prefect, name};
use crate::pausing;

/// Resumes all deployments of a Prefect work pool, so that their schedules make flow runs again.
///
/// All of them: also those that somebody paused before and for another reason. Deployments that are not paused
/// are left alone, so it does no harm to do it twice. An unknown pool is an error.
#[derive(Schema, Clone, Debug)]
#[tf(name = "resume_deployments")]
pub struct ResumeDeployments {
    /// The work pool.
    #[tf(
        check = explained("be a pool's name", |name: &String| name::check_pool(name)),
        example = "mlassets_work_pool.training.name"
    )]
    pub work_pool_name: String,
}

const KIND: &str = "mlassets_resume_deployments";

impl Action for ResumeDeployments {
    type Backend = Prefect;

    async fn invoke(cx: &Cx<Prefect>, config: Self, progress: &Progress) -> Result<()> {
        pausing::set_all(cx, KIND, &config.work_pool_name, false, progress)
            .await
            .at(Self::WORK_POOL_NAME)
    }
}
