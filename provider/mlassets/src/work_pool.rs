//! `mlassets_work_pool`: a Prefect work pool.

use tfplug::{
    Applied, Attr, Change, Cx, Diagnostic, Draft, Error, Found, Json, Keeping, List, Past,
    Resource, Result, Schema,
};

use crate::adopted;
use crate::backend::prefect::{
    self, Conflict, NewWorkPool, Prefect, StorageConfiguration, WorkPoolFilter, WorkPoolPatch,
    name, pool_type, template,
};
use crate::types::{BlockId, Moment, PREFECT_PROVIDER, text_or_none};

/// A Prefect work pool: where flow runs wait until workers of one kind pick them up.
///
/// Prefect makes a queue named `default` with each pool. A pool that deployments point at is not
/// destroyed, since Prefect would leave them without a pool, never to run again. Neither is a pool with other
/// queues in it, since they would end with it.
///
/// A pool that is there already, just as it is declared, is taken over: an interrupted apply may have left it.
/// So two workspaces that declare the same pool share it, and either of them can destroy it.
#[derive(Schema, Clone, Debug)]
#[tf(name = "work_pool")]
pub struct WorkPool {
    /// Name, unique in the workspace. It must not begin with `prefect`.
    #[tf(
        identity,
        check = explained("be a name that Prefect takes", |name: &String| name::check_pool(name)),
        example = "\"ml-assets-core-prod\""
    )]
    pub name: String,
    /// Kind of worker that serves the pool, such as `process`, `docker`, `kubernetes` or `ecs`.
    #[tf(name = "type", default = "process", replace, example = "\"kubernetes\"")]
    pub kind: Attr<String>,
    /// What the pool is for.
    #[tf(example = "\"Runs the nightly training.\"")]
    pub description: Option<String>,
    /// Whether flow runs are held back.
    #[tf(default = false)]
    pub paused: Attr<bool>,
    /// Most flow runs that may run at once; no limit where it is left out, and nothing runs at 0.
    #[tf(check = at_least(0), example = "10")]
    pub concurrency_limit: Option<i64>,
    /// Template of the jobs that run flows, as JSON with `job_configuration` and `variables`. Compared by
    /// meaning. Where it is left out, the pool gets the default template of its type.
    #[tf(optional, computed, keep, check = explained("be a template that Prefect takes", check_template))]
    pub base_job_template: Attr<Json>,
    /// Where the pool keeps flow code and results.
    pub storage_configuration: Option<Storage>,
    /// Destroy the pool even if deployments point at it or it has queues beside `default`, which end with it.
    #[tf(default = false, setting)]
    pub force_destroy: Attr<bool>,
    /// ID that Prefect gave the pool.
    #[tf(computed, keep)]
    pub id: Attr<String>,
    /// ID of the queue that was made with the pool.
    #[tf(computed, keep)]
    pub default_queue_id: Attr<String>,
    /// `READY` while a worker polls, `NOT_READY` while none does, or `PAUSED`.
    #[tf(computed)]
    pub status: Attr<String>,
    /// When the pool was created.
    #[tf(computed, keep)]
    pub created: Attr<Moment>,
    /// When the pool was last changed, or a worker last polled it.
    #[tf(computed)]
    pub updated: Attr<Moment>,
}

/// Where a pool keeps flow code and results.
#[derive(Schema, Clone, Debug)]
pub struct Storage {
    /// Step that uploads flow code, as a JSON object.
    #[tf(check = explained("be a JSON object", check_step))]
    pub bundle_upload_step: Option<Json>,
    /// Step that fetches and runs flow code, as a JSON object.
    #[tf(check = explained("be a JSON object", check_step))]
    pub bundle_execution_step: Option<Json>,
    /// UUID of the block for results.
    pub default_result_storage_block_id: Option<BlockId>,
}

impl Resource for WorkPool {
    type Backend = Prefect;

    fn validate(config: &mut Draft<'_, Self>) {
        let Some(kind) = config.get(Self::KIND).known() else { return };
        if pool_type::known(&kind).is_none() {
            let hint = pool_type::nearest(&kind)
                .map(|near| format!(" Did you mean {near:?}?"))
                .unwrap_or_default();
            let detail = format!(
                "Prefect takes any type, but a pool stays not ready for ever unless a worker of its type exists.{hint}"
            );
            config.warn(Self::KIND, "Unknown type of work pool", detail);
        }
    }

    fn plan(draft: &mut Draft<'_, Self>) {
        // A template that is no longer configured gives way to the default of the type.
        let configured = !draft.configured(Self::BASE_JOB_TEMPLATE).is_null();
        let was_configured = draft.private().get::<bool>(TEMPLATE_CONFIGURED).unwrap_or(false);
        if configured {
            // Not only where it changes: after an import any apply is the first one to say so.
            draft
                .private()
                .set(TEMPLATE_CONFIGURED, &true)
                .expect("a truth value can be written as JSON");
        } else if was_configured {
            draft.set(Self::BASE_JOB_TEMPLATE, Attr::Unknown);
            // The server decides on these with every change.
            draft.set(Self::STATUS, Attr::Unknown);
            draft.set(Self::UPDATED, Attr::Unknown);
        }
        if draft.prior(Self::KIND).is_some_and(|prior| draft.get(Self::KIND) != Attr::Known(prior))
        {
            let detail = "Another type is another pool, and queues end with theirs: the apply refuses if there are any \
                          beside `default`. Let those in Terraform follow, by `lifecycle { replace_triggered_by = \
                          [mlassets_work_pool.NAME.id] }` in each, or set `force_destroy = true` and apply that.";
            draft.warn(Self::KIND, "The pool is replaced", detail);
        }
    }

    async fn create(cx: &Cx<Prefect>, plan: Self) -> Applied<Self> {
        let configured = plan.base_job_template.is_known();
        let mut hold = adopted::hold::<Self>(cx, &plan.name).await;
        let new = plan.as_new(cx).await?;
        let pool = match cx.create_work_pool(&new).await {
            Err(error) if is_name_taken(&error) => {
                let pool = adopt(cx, &new, &plan, error).await?;
                hold.adopt();
                pool
            }
            created => {
                let pool = created.map_err(Error::from)?;
                if pool.found {
                    hold.adopt();
                }
                pool
            }
        };
        remember_template(cx, configured)?;
        Ok(plan.became(pool))
    }

    async fn read(cx: &Cx<Prefect>, name: String, prior: Option<Self>) -> Result<Option<Self>> {
        Ok(cx.find_work_pool(&name).await?.map(|pool| Self::found(pool, prior.as_ref())))
    }

    async fn update(cx: &Cx<Prefect>, Change { before, after }: Change<Self>) -> Applied<Self> {
        let configured = after.base_job_template.is_known()
            && after.base_job_template != before.base_job_template;
        let mut patch = after.as_patch(&before);
        if after.base_job_template.is_unknown() {
            patch.base_job_template = default_template(cx, &after).await?.into();
        }
        cx.update_work_pool(&after.name, &patch).await.map_err(Error::from)?;
        if configured || after.base_job_template.is_unknown() {
            remember_template(cx, configured)?;
        }
        let found =
            cx.find_work_pool(&after.name).await.map_err(Error::from).keeping(after.clone())?;
        let gone = || {
            Error::remote(
                "Work pool vanished",
                "Someone deleted the pool while it was changed. Apply again.",
            )
        };
        Ok(after.became(found.ok_or_else(gone)?))
    }

    async fn plan_delete(cx: &Cx<Prefect>, state: &Self) -> Result<()> {
        refuse_if_in_use(cx, state).await
    }

    async fn delete(cx: &Cx<Prefect>, state: Self) -> Result<()> {
        let hold = adopted::hold::<Self>(cx, &state.name).await;
        if hold.spares(cx) {
            return Ok(());
        }
        refuse_if_in_use(cx, &state).await?;
        refuse_with_queues(cx, &state).await?;
        cx.delete_work_pool(&state.name).await?;
        Ok(())
    }

    fn past() -> Past<Self> {
        Past::new().moved(PREFECT_PROVIDER, |pool: PrefectWorkPool| Ok(pool.into()))
    }
}

/// A work pool in the state of Prefect's own provider.
#[derive(Schema, Debug)]
#[tf(name = "prefect_work_pool")]
struct PrefectWorkPool {
    /// UUID.
    id: Option<String>,
    /// Name.
    name: String,
    /// Kind of worker.
    #[tf(name = "type")]
    kind: Option<String>,
    /// What it is for.
    description: Option<String>,
    /// Whether it rests.
    paused: Option<bool>,
    /// Most flow runs at once.
    concurrency_limit: Option<i64>,
    /// Template of jobs.
    base_job_template: Option<Json>,
    /// UUID of its first queue.
    default_queue_id: Option<String>,
}

/// The refresh after it finds the rest.
impl From<PrefectWorkPool> for WorkPool {
    fn from(pool: PrefectWorkPool) -> Self {
        WorkPool {
            name: pool.name,
            kind: pool.kind.into(),
            description: pool.description.filter(|text| !text.is_empty()),
            paused: pool.paused.into(),
            concurrency_limit: pool.concurrency_limit,
            base_job_template: pool.base_job_template.into(),
            storage_configuration: None,
            force_destroy: Attr::Known(false),
            id: pool.id.into(),
            default_queue_id: pool.default_queue_id.into(),
            status: Attr::Null,
            created: Attr::Null,
            updated: Attr::Null,
        }
    }
}

/// Which work pools are listed.
#[derive(Schema, Debug)]
pub struct WorkPools {
    /// Only those whose names begin with this.
    #[tf(example = "\"ml-assets-\"")]
    pub name_prefix: Option<String>,
    /// Only those of this type.
    #[tf(name = "type", example = "\"kubernetes\"")]
    pub kind: Option<String>,
    /// Only those that are paused, or only those that are not.
    pub paused: Option<bool>,
}

impl List for WorkPool {
    type Filter = WorkPools;

    async fn list(cx: &Cx<Prefect>, filter: WorkPools, found: &Found<Self>) -> Result<()> {
        let of_type = WorkPoolFilter {
            types: filter.kind.into_iter().collect(),
            ..WorkPoolFilter::default()
        };
        let prefix = filter.name_prefix.unwrap_or_default();
        for pool in cx.list_work_pools(&of_type).await? {
            // What Prefect keeps for itself cannot be managed.
            let manageable = name::check_pool(&pool.name).is_ok();
            let wanted = filter.paused.is_none_or(|paused| paused == pool.is_paused);
            if manageable && wanted && pool.name.starts_with(&prefix) {
                found.add(pool.name.clone(), Self::found(pool, None)).await;
            }
        }
        Ok(())
    }
}

/// Whether the template in force came from the configuration.
const TEMPLATE_CONFIGURED: &str = "template_configured";

impl WorkPool {
    async fn as_new(&self, cx: &Cx<Prefect>) -> Result<NewWorkPool> {
        let base_job_template = match &self.base_job_template {
            Attr::Known(template) => Some(template.0.clone()),
            Attr::Null | Attr::Unknown => default_template(cx, self).await?,
        };
        Ok(NewWorkPool {
            name: self.name.clone(),
            pool_type: self.kind(),
            description: self.description.clone(),
            base_job_template,
            is_paused: self.paused.known(),
            concurrency_limit: self.concurrency_limit,
            storage_configuration: self.storage_configuration.clone().map(Storage::into_backend),
        })
    }

    /// Only what changes, so that a server that does not know a field is not told of it.
    fn as_patch(&self, before: &Self) -> WorkPoolPatch {
        let changed = |changed: bool| changed.then_some(());
        WorkPoolPatch {
            description: changed(self.description != before.description)
                .map_or_else(prefect::Change::default, |()| self.description.clone().into()),
            base_job_template: changed(self.base_job_template != before.base_job_template)
                .map_or_else(prefect::Change::default, |()| {
                    self.base_job_template.clone().known().map(|template| template.0).into()
                }),
            is_paused: changed(self.paused != before.paused).and_then(|()| self.paused.known()),
            concurrency_limit: changed(self.concurrency_limit != before.concurrency_limit)
                .map_or_else(prefect::Change::default, |()| self.concurrency_limit.into()),
            storage_configuration: changed(!same_storage(self, before)).map(|()| {
                self.storage_configuration.clone().map(Storage::into_backend).unwrap_or_default()
            }),
        }
    }

    fn kind(&self) -> String {
        self.kind.clone().unwrap_or("process".to_owned())
    }

    /// What was planned, with what the server decided.
    fn became(self, pool: prefect::WorkPool) -> Self {
        let found = Self::found(pool, Some(&self));
        WorkPool { force_destroy: self.force_destroy, ..found }
    }

    fn found(pool: prefect::WorkPool, prior: Option<&Self>) -> Self {
        WorkPool {
            name: pool.name,
            kind: Attr::Known(pool.pool_type),
            description: text_or_none(
                pool.description.unwrap_or_default(),
                prior.and_then(|prior| prior.description.as_ref()),
            ),
            paused: Attr::Known(pool.is_paused),
            concurrency_limit: pool.concurrency_limit,
            base_job_template: Attr::Known(Json(pool.base_job_template)),
            storage_configuration: Storage::found(
                pool.storage_configuration,
                prior.and_then(|prior| prior.storage_configuration.as_ref()),
            ),
            force_destroy: Attr::Known(false),
            id: Attr::Known(pool.id),
            default_queue_id: pool.default_queue_id.into(),
            status: pool.status.into(),
            created: Moment::read(pool.created.as_deref()),
            updated: Moment::read(pool.updated.as_deref()),
        }
    }
}

impl Storage {
    fn into_backend(self) -> StorageConfiguration {
        StorageConfiguration {
            bundle_upload_step: self.bundle_upload_step.map(|step| step.0),
            bundle_execution_step: self.bundle_execution_step.map(|step| step.0),
            default_result_storage_block_id: self
                .default_result_storage_block_id
                .map(|id| id.0.to_string()),
        }
    }

    /// Nothing at all and an empty object are the same to Prefect.
    fn found(storage: StorageConfiguration, prior: Option<&Self>) -> Option<Self> {
        let empty = storage.means(&StorageConfiguration::default());
        (!empty || prior.is_some()).then(|| Storage {
            bundle_upload_step: storage.bundle_upload_step.map(Json),
            bundle_execution_step: storage.bundle_execution_step.map(Json),
            default_result_storage_block_id: storage
                .default_result_storage_block_id
                .and_then(|id| id.parse().ok())
                .map(BlockId),
        })
    }
}

fn same_storage(left: &WorkPool, right: &WorkPool) -> bool {
    let backend = |pool: &WorkPool| {
        pool.storage_configuration.clone().map(Storage::into_backend).unwrap_or_default()
    };
    backend(left).means(&backend(right))
}

fn check_step(step: &Json) -> Result<(), &'static str> {
    let wanted = "the step must be a JSON object; leave it out if there is none";
    if step.0.is_object() { Ok(()) } else { Err(wanted) }
}

fn check_template(template: &Json) -> Result<(), String> {
    let problems = template::check(&template.0);
    if problems.is_empty() {
        return Ok(());
    }
    Err(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
}

/// The default template of the pool's type. A server that has no list of them leaves the pool without one.
async fn default_template(cx: &Cx<Prefect>, pool: &WorkPool) -> Result<Option<serde_json::Value>> {
    use prefect::{Denied, Error as E};
    let kind = pool.kind();
    match cx.worker_types().await {
        Ok(types) => Ok(types
            .into_iter()
            .find(|known| known.pool_type == kind)
            .map(|known| known.default_base_job_template)),
        Err(
            error @ (E::NotFound { .. }
            | E::Unexpected { .. }
            | E::Unauthorized { denied: Denied::Forbidden, .. }),
        ) => {
            let detail = format!(
                "The pool is left without one, as Prefect's server would do by itself: {error}."
            );
            cx.call().warn(
                Diagnostic::warning("No default job template", detail)
                    .at(WorkPool::BASE_JOB_TEMPLATE),
            );
            Ok(None)
        }
        // Nothing else would go better with this server.
        Err(error) => Err(error.into()),
    }
}

fn remember_template(cx: &Cx<Prefect>, configured: bool) -> Result<()> {
    cx.call().edit_private(|private| private.set(TEMPLATE_CONFIGURED, &configured))
}

fn is_name_taken(error: &prefect::Error) -> bool {
    matches!(error, prefect::Error::Conflict { conflict: Conflict::NameTaken, .. })
}

/// A pool that is just as it was planned is the one that an interrupted apply left behind; any other is
/// somebody else's.
async fn adopt(
    cx: &Cx<Prefect>,
    new: &NewWorkPool,
    plan: &WorkPool,
    taken: prefect::Error,
) -> Result<prefect::WorkPool> {
    let foreign = || {
        let detail = format!(
            "{taken}. To manage the existing pool, import it: `terraform import ADDRESS {:?}`.",
            plan.name
        );
        Error::user("Work pool exists", detail).at(WorkPool::NAME)
    };
    let Some(pool) = cx.find_work_pool(&plan.name).await? else {
        return Err(Error::from(taken.clone()));
    };
    let as_planned = pool.pool_type == new.pool_type
        && pool.description.as_deref().unwrap_or_default()
            == new.description.as_deref().unwrap_or_default()
        && Some(pool.is_paused) == new.is_paused
        && pool.concurrency_limit == new.concurrency_limit
        && new
            .base_job_template
            .as_ref()
            .is_none_or(|template| prefect::json_eq(template, &pool.base_job_template))
        && new
            .storage_configuration
            .as_ref()
            .is_none_or(|storage| storage.means(&pool.storage_configuration));
    if as_planned { Ok(pool) } else { Err(foreign()) }
}

async fn refuse_if_in_use(cx: &Cx<Prefect>, pool: &WorkPool) -> Result<()> {
    if pool.force_destroy.unwrap_or(false) {
        return Ok(());
    }
    let deployments = cx.deployments_of_pool(&pool.name).await?;
    if deployments.is_empty() {
        return Ok(());
    }
    let mut names: Vec<&str> =
        deployments.iter().take(5).map(|deployment| deployment.name.as_str()).collect();
    if deployments.len() > names.len() {
        names.push("…");
    }
    let detail = format!(
        "Deployments point at it and would never run again: {}. Move them to another pool first, or set \
         `force_destroy = true` and apply that.",
        names.join(", ")
    );
    Err(Error::user("Work pool is in use", detail).at(WorkPool::NAME))
}

/// The queues that would end with the pool: those that Terraform manages were destroyed before, unless only
/// the pool is replaced.
async fn refuse_with_queues(cx: &Cx<Prefect>, pool: &WorkPool) -> Result<()> {
    let queues = match cx.list_work_queues(&pool.name).await {
        Err(error) if error.is_object_missing() => return Ok(()),
        queues => queues?,
    };
    let names: Vec<&str> = queues
        .iter()
        .filter(|queue| pool.default_queue_id != Attr::Known(queue.id.clone()))
        .map(|queue| queue.name.as_str())
        .collect();
    if names.is_empty() {
        return Ok(());
    }
    let names = names.join(", ");
    if pool.force_destroy.unwrap_or(false) {
        let detail = format!("With the pool {:?} ended its queues: {names}.", pool.name);
        cx.call().warn(Diagnostic::warning("Queues ended with their pool", detail));
        return Ok(());
    }
    let detail = format!(
        "They would end with it: {names}. Destroy them first; those in Terraform must refer to the pool, and follow its \
         replacement by `lifecycle {{ replace_triggered_by = [mlassets_work_pool.NAME.id] }}`. Or set `force_destroy = true` \
         and apply that."
    );
    Err(Error::user("Work pool has queues", detail).at(WorkPool::NAME))
}
