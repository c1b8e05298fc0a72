//! The data source `mlassets_work_pools`: the work pools of Prefect that are of a kind.

use tfplug::{Attr, Cx, DataSource, Result, Schema};

use crate::backend::prefect::{self, Prefect, WorkPoolFilter};

/// The work pools of the workspace, or those of one type. None may fit.
#[derive(Schema, Debug)]
#[tf(name = "work_pools")]
pub struct WorkPools {
    /// Those of this type.
    #[tf(name = "type", example = "\"kubernetes\"")]
    pub kind: Option<String>,
    /// What was found, by name.
    #[tf(computed)]
    pub work_pools: Attr<Vec<WorkPoolItem>>,
}

/// One of the work pools. Its job template may be long: the data source `mlassets_work_pool` has it.
#[derive(Schema, Clone, Debug)]
pub struct WorkPoolItem {
    /// ID that Prefect gave the pool.
    #[tf(computed)]
    pub id: Attr<String>,
    /// Its name.
    #[tf(computed)]
    pub name: Attr<String>,
    /// Kind of worker that serves it.
    #[tf(name = "type", computed)]
    pub kind: Attr<String>,
    /// What it is for.
    #[tf(computed)]
    pub description: Attr<String>,
    /// Whether flow runs are held back.
    #[tf(computed)]
    pub paused: Attr<bool>,
    /// Most flow runs that may run at once; null if there is no limit.
    #[tf(computed)]
    pub concurrency_limit: Attr<i64>,
    /// ID of the queue that was made with it.
    #[tf(computed)]
    pub default_queue_id: Attr<String>,
    /// `READY` while a worker polls, `NOT_READY` while none does, or `PAUSED`.
    #[tf(computed)]
    pub status: Attr<String>,
}

impl DataSource for WorkPools {
    type Backend = Prefect;

    async fn read(cx: &Cx<Prefect>, config: Self) -> Result<Self> {
        let filter = WorkPoolFilter {
            types: config.kind.iter().cloned().collect(),
            ..WorkPoolFilter::default()
        };
        let found = cx.list_work_pools(&filter).await?;
        let work_pools = Attr::Known(found.into_iter().map(WorkPoolItem::from).collect());
        Ok(WorkPools { work_pools, ..config })
    }
}

impl From<prefect::WorkPool> for WorkPoolItem {
    fn from(pool: prefect::WorkPool) -> Self {
        WorkPoolItem {
            id: Attr::Known(pool.id),
            name: Attr::Known(pool.name),
            kind: Attr::Known(pool.pool_type),
            description: pool.description.into(),
            paused: Attr::Known(pool.is_paused),
            concurrency_limit: pool.concurrency_limit.into(),
            default_queue_id: pool.default_queue_id.into(),
            status: pool.status.into(),
        }
    }
}
