//! `mlassets_work_queue`: a queue of a Prefect work pool.

use tfplug::{
    Applied, Attr, Change, Cx, Diagnostic, Error, Found, Keeping, List, Past, Resource, Result,
    Schema,
};

use crate::adopted;
use crate::backend::prefect::{
    self, Conflict, NewWorkQueue, Prefect, WorkPoolFilter, WorkQueuePatch, name,
};
use crate::diagnose::no_pool;
use crate::ranks;
use crate::types::{Moment, PREFECT_PROVIDER, text_or_none};

/// A queue of a Prefect work pool, with a limit and a priority of its own.
///
/// Priorities are unique in a pool. Prefect moves queues back to make room for another one; those that ask for
/// a priority of their own are put back in the same apply. Where two queues ask for the same one, the next plan
/// shows one of them as moved. Leave the priority out where the order does not matter.
///
/// The queue `default` is made with its pool. Declared as a resource it is taken over rather than created,
/// and destroying it only makes Terraform forget it.
///
/// A queue that is there already, just as it is declared, is taken over, too: an interrupted apply may have
/// left it. So two workspaces that declare the same queue share it, and either of them can destroy it.
#[derive(Schema, Clone, Debug)]
#[tf(name = "work_queue", import = "{work_pool_name}/{name}")]
pub struct WorkQueue {
    /// The work pool that the queue belongs to.
    #[tf(
        identity,
        check = explained("be a name that Prefect takes", |name: &String| name::check_addressable(name)),
        example = "\"ml-assets-core-prod\""
    )]
    pub work_pool_name: String,
    /// Name, unique in the pool.
    #[tf(identity, check = explained("be a name that Prefect takes", |name: &String| name::check_queue(name)))]
    pub name: String,
    /// What the queue is for.
    pub description: Option<String>,
    /// Whether its flow runs are held back.
    #[tf(default = false)]
    pub paused: Attr<bool>,
    /// Most of its flow runs that may run at once; no limit where it is left out.
    #[tf(check = at_least(0))]
    pub concurrency_limit: Option<i64>,
    /// Rank among the queues of the pool: 1 comes first. Left out, the queue comes last.
    #[tf(optional, computed, keep, check = at_least(1))]
    pub priority: Attr<i64>,
    /// ID that Prefect gave the queue.
    #[tf(computed, keep)]
    pub id: Attr<String>,
    /// `READY`, `NOT_READY` or `PAUSED`.
    #[tf(computed)]
    pub status: Attr<String>,
    /// When the queue was created.
    #[tf(computed, keep)]
    pub created: Attr<Moment>,
    /// When the queue was last changed, or a worker last polled it.
    #[tf(computed)]
    pub updated: Attr<Moment>,
}

/// The queue that each pool has from the beginning.
const DEFAULT: &str = "default";

impl Resource for WorkQueue {
    type Backend = Prefect;

    async fn create(cx: &Cx<Prefect>, plan: Self) -> Applied<Self> {
        let mut hold = adopted::hold::<Self>(cx, &plan.import_id()).await;
        let (pool, priority) = (&plan.work_pool_name, plan.priority.known());
        let turn = ranks::turn(cx, pool, &plan.name, priority).await.map_err(Error::from)?;
        let new = plan.as_new();
        let queue = match cx.create_work_queue(&plan.work_pool_name, &new).await {
            Err(error) if is_name_taken(&error) => {
                let queue = take_over(cx, &plan, error).await?;
                hold.adopt();
                queue
            }
            Err(error) if error.is_object_missing() => {
                return Err(no_pool(&plan.work_pool_name).at(Self::WORK_POOL_NAME).into());
            }
            created => {
                let queue = created.map_err(Error::from)?;
                if queue.found {
                    hold.adopt();
                }
                queue
            }
        };
        if let Some(turn) = turn {
            turn.settle(cx)
                .await
                .map_err(Error::from)
                .keeping(plan.clone().became(queue.clone()))?;
        }
        Ok(plan.became(queue))
    }

    async fn read(
        cx: &Cx<Prefect>,
        (pool, name): (String, String),
        prior: Option<Self>,
    ) -> Result<Option<Self>> {
        let found = cx.find_work_queue(&pool, &name).await?;
        Ok(found.map(|queue| Self::found(pool, queue, prior.as_ref())))
    }

    async fn update(cx: &Cx<Prefect>, Change { before, after }: Change<Self>) -> Applied<Self> {
        let (pool, name) = (&after.work_pool_name, &after.name);
        let patch = after.as_patch(Some(&before));
        let turn = ranks::turn(cx, pool, name, patch.priority).await.map_err(Error::from)?;
        cx.update_work_queue(pool, name, &patch).await.map_err(Error::from)?;
        if let Some(turn) = turn {
            turn.settle(cx).await.map_err(Error::from).keeping(after.clone())?;
        }
        let found =
            cx.find_work_queue(pool, name).await.map_err(Error::from).keeping(after.clone())?;
        let gone = || {
            Error::remote(
                "Work queue vanished",
                "Someone deleted it while it was changed. Apply again.",
            )
        };
        Ok(after.became(found.ok_or_else(gone)?))
    }

    async fn delete(cx: &Cx<Prefect>, state: Self) -> Result<()> {
        let hold = adopted::hold::<Self>(cx, &state.import_id()).await;
        if hold.spares(cx) {
            return Ok(());
        }
        match cx.delete_work_queue(&state.work_pool_name, &state.name).await {
            Err(prefect::Error::DefaultQueue { .. }) => {
                let detail = "Prefect cannot delete the default queue of a pool. Terraform has forgotten it; it ends with \
                              its pool.";
                cx.call()
                    .warn(Diagnostic::warning("The default queue stays", detail).at(Self::NAME));
                Ok(())
            }
            deleted => deleted.map(drop).map_err(Error::from),
        }
    }

    fn past() -> Past<Self> {
        Past::new().moved(PREFECT_PROVIDER, |queue: PrefectWorkQueue| Ok(queue.into()))
    }
}

/// A work queue in the state of Prefect's own provider.
#[derive(Schema, Debug)]
#[tf(name = "prefect_work_queue")]
struct PrefectWorkQueue {
    /// UUID.
    id: Option<String>,
    /// The pool.
    work_pool_name: String,
    /// Name.
    name: String,
    /// What it is for.
    description: Option<String>,
    /// Whether it rests.
    is_paused: Option<bool>,
    /// Most flow runs at once.
    concurrency_limit: Option<i64>,
    /// Rank in the pool.
    priority: Option<i64>,
}

/// The refresh after it finds the rest.
impl From<PrefectWorkQueue> for WorkQueue {
    fn from(queue: PrefectWorkQueue) -> Self {
        WorkQueue {
            work_pool_name: queue.work_pool_name,
            name: queue.name,
            // Prefect has an empty text where there is none.
            description: queue.description.filter(|text| !text.is_empty()),
            paused: queue.is_paused.into(),
            concurrency_limit: queue.concurrency_limit,
            priority: queue.priority.into(),
            id: queue.id.into(),
            status: Attr::Null,
            created: Attr::Null,
            updated: Attr::Null,
        }
    }
}

/// Which work queues are listed.
#[derive(Schema, Debug)]
pub struct WorkQueues {
    /// Only those of this work pool.
    #[tf(
        check = explained("be a name that Prefect takes", |name: &String| name::check_addressable(name)),
        example = "\"ml-assets-core-prod\""
    )]
    pub work_pool_name: Option<String>,
    /// Only those whose names begin with this.
    pub name_prefix: Option<String>,
    /// Only those that are paused, or only those that are not.
    pub paused: Option<bool>,
    /// Whether the queue that each pool has from the beginning is listed, too; left out, it is not.
    pub include_default: Option<bool>,
}

impl List for WorkQueue {
    type Filter = WorkQueues;

    async fn list(cx: &Cx<Prefect>, filter: WorkQueues, found: &Found<Self>) -> Result<()> {
        let names = filter.work_pool_name.into_iter().collect();
        let pools = WorkPoolFilter { names, ..WorkPoolFilter::default() };
        let prefix = filter.name_prefix.unwrap_or_default();
        for pool in cx.list_work_pools(&pools).await? {
            for queue in cx.list_work_queues(&pool.name).await? {
                let default = pool.default_queue_id.as_ref() == Some(&queue.id);
                let wanted = filter.paused.is_none_or(|paused| paused == queue.is_paused)
                    && (!default || filter.include_default.unwrap_or(false));
                if wanted && queue.name.starts_with(&prefix) {
                    let queue = Self::found(pool.name.clone(), queue, None);
                    found.add(queue.import_id(), queue).await;
                }
            }
        }
        Ok(())
    }
}

impl WorkQueue {
    fn import_id(&self) -> String {
        format!("{}/{}", self.work_pool_name, self.name)
    }

    fn as_new(&self) -> NewWorkQueue {
        NewWorkQueue {
            name: self.name.clone(),
            description: self.description.clone(),
            is_paused: self.paused.known(),
            concurrency_limit: self.concurrency_limit,
            priority: self.priority.known(),
        }
    }

    /// Only what changes; everything if there is nothing to compare with.
    fn as_patch(&self, before: Option<&Self>) -> WorkQueuePatch {
        let same = |same: fn(&Self, &Self) -> bool| before.is_some_and(|before| same(self, before));
        WorkQueuePatch {
            name: None,
            description: (!same(|a, b| a.description == b.description))
                .then(|| self.description.clone().unwrap_or_default()),
            is_paused: self.paused.known().filter(|_| !same(|a, b| a.paused == b.paused)),
            concurrency_limit: if same(|a, b| a.concurrency_limit == b.concurrency_limit) {
                prefect::Change::Keep
            } else {
                self.concurrency_limit.into()
            },
            priority: self.priority.known().filter(|_| !same(|a, b| a.priority == b.priority)),
        }
    }

    /// What was planned, with what the server decided.
    fn became(self, queue: prefect::WorkQueue) -> Self {
        Self::found(self.work_pool_name.clone(), queue, Some(&self))
    }

    fn found(pool: String, queue: prefect::WorkQueue, prior: Option<&Self>) -> Self {
        WorkQueue {
            work_pool_name: pool,
            name: queue.name,
            description: text_or_none(
                queue.description.unwrap_or_default(),
                prior.and_then(|prior| prior.description.as_ref()),
            ),
            paused: Attr::Known(queue.is_paused),
            concurrency_limit: queue.concurrency_limit,
            priority: queue.priority.into(),
            id: Attr::Known(queue.id),
            status: queue.status.into(),
            created: Moment::read(queue.created.as_deref()),
            updated: Moment::read(queue.updated.as_deref()),
        }
    }
}

fn is_name_taken(error: &prefect::Error) -> bool {
    matches!(error, prefect::Error::Conflict { conflict: Conflict::NameTaken, .. })
}

/// The default queue is taken over as it is declared; another one only if it is just as it was planned,
/// since then an interrupted apply left it behind.
async fn take_over(
    cx: &Cx<Prefect>,
    plan: &WorkQueue,
    taken: prefect::Error,
) -> Result<prefect::WorkQueue> {
    let (pool, name) = (&plan.work_pool_name, &plan.name);
    let Some(queue) = cx.find_work_queue(pool, name).await? else { return Err(taken.into()) };
    if name == DEFAULT {
        cx.update_work_queue(pool, name, &plan.as_patch(None)).await?;
        return cx.find_work_queue(pool, name).await?.ok_or_else(|| taken.into());
    }
    let as_planned = queue.description.as_deref().unwrap_or_default()
        == plan.description.as_deref().unwrap_or_default()
        && plan.paused.known() == Some(queue.is_paused)
        && queue.concurrency_limit == plan.concurrency_limit
        && plan.priority.known().is_none_or(|priority| queue.priority == Some(priority));
    if as_planned {
        return Ok(queue);
    }
    let detail = format!(
        "{taken}. To manage the existing queue, import it: `terraform import ADDRESS {:?}`.",
        plan.import_id()
    );
    Err(Error::user("Work queue exists", detail).at(WorkQueue::NAME))
}
