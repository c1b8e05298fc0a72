//! `mlassets_deployment_pause`: holds deployments of Prefect back as long as it exists.
//!
//! What it paused is recorded on the server before it is paused, see `backend::prefect::PauseRecord`; so neither a
//! killed apply nor a lost state makes it forget which deployments are its own to resume.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use tfplug::{
    Applied, Attr, Change, Cx, Draft, Error, Failure, Found, Keeping, List, Resource, Result,
    Schema, Set,
};
use uuid::Uuid;

use crate::adopted;
use crate::backend::prefect::{
    self, Deployment, DeploymentFilter, PauseHead, PauseRecord, Prefect, name, record_name,
};
use crate::diagnose::no_pool;
use crate::types::Moment;

/// Holds deployments of Prefect back as long as it exists: those of a work pool, or those that are named.
///
/// It pauses what is not paused yet, and its end resumes exactly that: what somebody else had paused before stays
/// paused. A deployment that comes into the pool later, or that somebody resumes, is shown by the next plan and
/// paused by its apply. Flow runs that have begun go on; those that the schedules have made and that have not begun
/// are taken back by Prefect.
///
/// Which deployments it paused, why and since when is kept in variables of the workspace whose names begin with
/// `mlassets-pause-`, so that an interrupted apply can go on and a lost state can be imported. Leave them alone.
///
/// A creation that fails half-way keeps what it has paused. Terraform replaces such a resource, so the next
/// apply resumes those deployments for a moment before it pauses all of them.
#[derive(Schema, Clone, Debug)]
#[tf(name = "deployment_pause", exactly_one = [work_pool_name, deployment_ids])]
pub struct DeploymentPause {
    /// What is paused: `pool/<work pool>`, or `deployments/<digest>` of the IDs that it began with.
    #[tf(identity, computed, keep, example = "\"pool/ml-assets-core-prod\"")]
    pub id: Attr<String>,
    /// The work pool whose deployments are held back, the present ones and those to come.
    #[tf(
        replace,
        check = explained("be a name that Prefect takes", |name: &String| name::check_addressable(name)),
        example = "\"ml-assets-core-prod\""
    )]
    pub work_pool_name: Option<String>,
    /// IDs of the deployments that are held back.
    #[tf(
        check = [len(1..=1000), each(custom("be a UUID", |id: &String| Uuid::try_parse(id).is_ok()))],
        example = "[data.mlassets_deployment.nightly.id]"
    )]
    pub deployment_ids: Option<Set<String>>,
    /// Why, for those who find their deployments paused.
    #[tf(check = len(1..=PauseHead::LONGEST_REASON), example = "\"Release of 2025-01-15-v1\"")]
    pub reason: Option<String>,
    /// Where that is dealt with.
    #[tf(check = len(1..=PauseHead::LONGEST_TICKET), example = "\"OPS-42\"")]
    pub ticket: Option<String>,
    /// The deployments that it paused, each ID with the deployment's name. Its end resumes them.
    #[tf(computed, keep)]
    pub paused_deployments: Attr<BTreeMap<String, String>>,
    /// The deployments that are held back and were paused by somebody else. Its end leaves them paused.
    #[tf(computed, keep)]
    pub previously_paused: Attr<BTreeMap<String, String>>,
    /// The deployments that should be held back and are not; none after an apply.
    #[tf(computed, keep)]
    pub running_deployments: Attr<BTreeMap<String, String>>,
    /// Name of the variable that says what was paused, why and since when. Null if it was damaged or deleted: the
    /// next apply writes it anew.
    #[tf(computed, keep)]
    pub record: Attr<String>,
    /// Since when.
    #[tf(computed, keep)]
    pub paused_at: Attr<Moment>,
}

/// How the ID of a whole pool's pause begins.
const POOL: &str = "pool/";

impl Resource for DeploymentPause {
    type Backend = Prefect;

    fn plan(draft: &mut Draft<'_, Self>) {
        let id = match draft.prior(Self::ID) {
            Some(id) => Some(id),
            None => id_of(draft.get(Self::WORK_POOL_NAME), draft.get(Self::DEPLOYMENT_IDS)),
        };
        if let Some(id) = id {
            draft.set(Self::RECORD, record_name(&id));
            draft.set(Self::ID, id);
        }
        draft.set(Self::RUNNING_DEPLOYMENTS, BTreeMap::new());
        if draft.is_changed() {
            draft.set(Self::PAUSED_DEPLOYMENTS, Attr::Unknown);
            draft.set(Self::PREVIOUSLY_PAUSED, Attr::Unknown);
        }
    }

    async fn create(cx: &Cx<Prefect>, plan: Self) -> Applied<Self> {
        let id = id_of(plan.work_pool_name.clone().into(), plan.deployment_ids.clone().into());
        let id = id.ok_or_else(|| Error::bug("A pause of nothing was planned."))?;
        let mut hold = adopted::hold::<Self>(cx, &id).await;
        let plan = Self { id: Attr::Known(id.clone()), ..plan };
        let mut record = match cx.find_pause(&id).await.map_err(Error::from)? {
            Some(record) if plan.says_the_same(&record.head) => {
                hold.adopt();
                record
            }
            Some(record) => return Err(plan.exists(&record.head).into()),
            None => {
                plan.refuse_what_is_not_there(cx).await?;
                let head = plan.head(id, Timestamp::now().to_string());
                cx.begin_pause(head).await.map_err(Error::from)?
            }
        };
        pause(cx, plan, &mut record).await
    }

    async fn read(cx: &Cx<Prefect>, id: String, prior: Option<Self>) -> Result<Option<Self>> {
        let record = cx.find_pause(&id).await?;
        if record.is_none() && prior.is_none() {
            return Ok(None);
        }
        let known = prior.as_ref().map(Self::paused).unwrap_or_default();
        let recorded = record.as_ref().map(PauseRecord::paused).unwrap_or_default();
        let whole = record.as_ref().is_some_and(PauseRecord::is_whole);
        let head = record.map(|record| record.head);
        let own: BTreeSet<String> =
            if whole { recorded } else { known.union(&recorded).cloned().collect() };
        let (reason, ticket, since) = match (head, &prior) {
            (Some(head), _) => (head.reason, head.ticket, Moment::read(Some(&head.paused_at))),
            (None, Some(prior)) => (prior.reason.clone(), prior.ticket.clone(), prior.paused_at),
            (None, None) => (None, None, Attr::Null),
        };
        let pool = id.strip_prefix(POOL).map(str::to_owned);
        let ids = || own.iter().cloned().collect();
        let found = Self {
            deployment_ids: match prior {
                Some(prior) => prior.deployment_ids,
                None => pool.is_none().then(ids),
            },
            work_pool_name: pool,
            reason,
            ticket,
            paused_deployments: Attr::Null,
            previously_paused: Attr::Null,
            running_deployments: Attr::Null,
            record: whole.then(|| record_name(&id)).into(),
            paused_at: since,
            id: Attr::Known(id),
        };
        let seen = found.look(cx, &own).await?;
        Ok(Some(found.shows(&seen, &own)))
    }

    async fn update(cx: &Cx<Prefect>, Change { before, after }: Change<Self>) -> Applied<Self> {
        let mut record = record_of(cx, &before, &after).await?;
        let unselected = after.unselected(&record.paused());
        let mut after = pause(cx, after, &mut record).await?;
        if unselected.is_empty() {
            return Ok(after);
        }
        resume(cx, &mut record, &unselected).await.keeping(after.clone())?;
        if let Attr::Known(paused) = &mut after.paused_deployments {
            paused.retain(|id, _| !unselected.contains(id));
        }
        Ok(after)
    }

    async fn delete(cx: &Cx<Prefect>, state: Self) -> Result<()> {
        let id = state.id.clone().known().unwrap_or_default();
        let hold = adopted::hold::<Self>(cx, &id).await;
        if hold.spares(cx) {
            return Ok(());
        }
        let mut record = record_of(cx, &state, &state).await?;
        let own = record.paused();
        resume(cx, &mut record, &own).await?;
        Ok(cx.end_pause(&id).await?)
    }
}

/// Which pauses are listed.
#[derive(Schema, Debug)]
pub struct DeploymentPauses {
    /// Only those that are dealt with there.
    #[tf(example = "\"OPS-42\"")]
    pub ticket: Option<String>,
}

impl List for DeploymentPause {
    type Filter = DeploymentPauses;

    async fn list(cx: &Cx<Prefect>, filter: DeploymentPauses, found: &Found<Self>) -> Result<()> {
        for pause in cx.list_pauses().await? {
            let id = match pause {
                Ok(head) if filter.ticket.is_some() && filter.ticket != head.ticket => continue,
                Ok(head) => head.pause,
                Err(error) => {
                    found.leave_out("a pause", error.into()).await;
                    continue;
                }
            };
            match Self::read(cx, id.clone(), None).await {
                Ok(Some(pause)) => found.add(id, pause).await,
                Ok(None) => {}
                Err(error) => found.leave_out(id, error).await,
            }
        }
        Ok(())
    }
}

/// The ID of a pause, once it is known what is paused.
fn id_of(pool: Attr<String>, ids: Attr<Set<String>>) -> Option<String> {
    if let Attr::Known(pool) = pool {
        return Some(format!("{POOL}{pool}"));
    }
    let ids: BTreeSet<String> = ids.known()?.0.iter().map(|id| id.to_lowercase()).collect();
    let all = ids.into_iter().collect::<Vec<_>>().join(",");
    Some(format!("deployments/{}", &hex::encode(Sha256::digest(all))[..16]))
}

/// A deployment, and whether it is one of those that should be held back.
struct Seen {
    deployment: Deployment,
    is_target: bool,
}

impl DeploymentPause {
    /// The IDs of the deployments that it paused, as far as the state knows.
    fn paused(&self) -> BTreeSet<String> {
        let paused = self.paused_deployments.clone().known().unwrap_or_default();
        paused.into_keys().collect()
    }

    /// The named deployments; none for a whole pool.
    fn selected(&self) -> BTreeSet<String> {
        let ids = self.deployment_ids.clone().unwrap_or_default().0;
        ids.into_iter().map(|id| id.to_lowercase()).collect()
    }

    /// Those of its own that are named no longer.
    fn unselected(&self, own: &BTreeSet<String>) -> BTreeSet<String> {
        match &self.deployment_ids {
            Some(_) => own.difference(&self.selected()).cloned().collect(),
            None => BTreeSet::new(),
        }
    }

    fn head(&self, pause: String, paused_at: String) -> PauseHead {
        PauseHead { pause, reason: self.reason.clone(), ticket: self.ticket.clone(), paused_at }
    }

    fn says_the_same(&self, head: &PauseHead) -> bool {
        self.reason == head.reason && self.ticket == head.ticket
    }

    /// A pause that says something else is somebody else's.
    fn exists(&self, head: &PauseHead) -> Error {
        let words = [("reason", &head.reason), ("ticket", &head.ticket)];
        let words: Vec<String> = words
            .into_iter()
            .map(|(name, word)| match word {
                Some(word) => format!("{name} {word:?}"),
                None => format!("no {name}"),
            })
            .collect();
        let detail = format!(
            "They have been held back since {} with {}. To manage that pause, import it: `terraform import ADDRESS {:?}`.",
            head.paused_at,
            words.join(" and "),
            head.pause
        );
        let error = Error::user("Deployments are paused already", detail);
        if self.work_pool_name.is_some() {
            error.at(Self::WORK_POOL_NAME)
        } else {
            error.at(Self::DEPLOYMENT_IDS)
        }
    }

    async fn refuse_what_is_not_there(&self, cx: &Cx<Prefect>) -> Result<()> {
        if let Some(pool) = &self.work_pool_name {
            let found = cx.find_work_pool(pool).await?;
            return found.map(drop).ok_or_else(|| no_pool(pool).at(Self::WORK_POOL_NAME));
        }
        let found = self.look(cx, &BTreeSet::new()).await?;
        let mut missing = self.selected();
        for seen in &found {
            missing.remove(&seen.deployment.id);
        }
        if missing.is_empty() {
            return Ok(());
        }
        let missing: Vec<_> = missing.into_iter().collect();
        let detail = format!("There is none with the ID {}.", missing.join(" or "));
        Err(Error::user("No such deployment", detail).at(Self::DEPLOYMENT_IDS))
    }

    /// The deployments that should be held back, and those of its own that have gone elsewhere.
    async fn look(&self, cx: &Cx<Prefect>, own: &BTreeSet<String>) -> Result<Vec<Seen>> {
        let targets = match &self.work_pool_name {
            Some(pool) => cx.deployments_of_pool(pool).await?,
            None => by_id(cx, self.selected()).await?,
        };
        let mut elsewhere = own.clone();
        for target in &targets {
            elsewhere.remove(&target.id);
        }
        let elsewhere = by_id(cx, elsewhere).await?;
        let seen = |is_target| move |deployment| Seen { deployment, is_target };
        Ok(targets
            .into_iter()
            .map(seen(true))
            .chain(elsewhere.into_iter().map(seen(false)))
            .collect())
    }

    /// This pause with the deployments as they are.
    fn shows(self, seen: &[Seen], own: &BTreeSet<String>) -> Self {
        let those = |fits: &dyn Fn(&Seen, bool) -> bool| {
            let fitting = seen.iter().filter(|seen| fits(seen, own.contains(&seen.deployment.id)));
            let named = fitting
                .map(|seen| (seen.deployment.id.clone(), seen.deployment.name.clone()))
                .collect();
            Attr::Known(named)
        };
        Self {
            paused_deployments: those(&|seen, own| own && seen.deployment.paused),
            previously_paused: those(&|seen, own| !own && seen.is_target && seen.deployment.paused),
            running_deployments: those(&|seen, _| seen.is_target && !seen.deployment.paused),
            ..self
        }
    }
}

async fn by_id(cx: &Cx<Prefect>, ids: BTreeSet<String>) -> Result<Vec<Deployment>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids = ids.into_iter().collect();
    Ok(cx.list_deployments(&DeploymentFilter { ids, ..DeploymentFilter::default() }).await?)
}

/// The record of a pause that is in the state, mended if somebody has damaged it, with the words of `after`.
async fn record_of(
    cx: &Cx<Prefect>,
    before: &DeploymentPause,
    after: &DeploymentPause,
) -> Result<PauseRecord> {
    let id = before.id.clone().known().unwrap_or_default();
    let found = cx.find_pause(&id).await?;
    let intact = found.as_ref().is_some_and(PauseRecord::is_whole);
    let since = found.map(|record| record.head.paused_at);
    let since = since.or_else(|| before.paused_at.known().map(|since| since.0.to_string()));
    let head = after.head(id, since.unwrap_or_else(|| Timestamp::now().to_string()));
    let mut record = cx.begin_pause(head).await?;
    if !intact {
        cx.mend_pause(&mut record, before.paused()).await?;
    }
    Ok(record)
}

/// Pauses what is not paused yet. One that cannot be paused does not spare the others.
async fn pause(
    cx: &Cx<Prefect>,
    plan: DeploymentPause,
    record: &mut PauseRecord,
) -> Applied<DeploymentPause> {
    let mut seen = plan.look(cx, &record.paused()).await?;
    let is_running = |seen: &Seen| seen.is_target && !seen.deployment.paused;
    let running =
        seen.iter().filter(|seen| is_running(seen)).map(|seen| seen.deployment.id.clone());
    let running: Vec<String> = running.collect();
    cx.record_paused(record, running.clone()).await.map_err(Error::from)?;

    let mut work = Work::new(cx, "paused", running.len());
    let mut not_ours = BTreeSet::new();
    for seen in seen.iter_mut().filter(|seen| is_running(seen)) {
        if let Some(there) = work.set_paused(&seen.deployment.id, true).await {
            // One that was deleted meanwhile is no matter any more.
            (seen.deployment.paused, seen.is_target) = (there, there);
        }
        if !seen.deployment.paused {
            not_ours.insert(seen.deployment.id.clone());
        }
    }
    if !not_ours.is_empty()
        && let Err(error) = cx.forget_paused(record, &not_ours).await
    {
        tracing::warn!(%error, "the record of a pause names deployments that were not paused");
    }
    let own = record.paused().difference(&not_ours).cloned().collect();
    let since = Moment::read(Some(&record.head.paused_at));
    let state = DeploymentPause { paused_at: since, ..plan }.shows(&seen, &own);
    work.end().map_err(|error| Failure { error, kept: Some(state.clone()) })?;
    Ok(state)
}

/// Resumes these deployments. Those that are resumed although others fail are taken out of the record.
async fn resume(cx: &Cx<Prefect>, record: &mut PauseRecord, ids: &BTreeSet<String>) -> Result<()> {
    let mut work = Work::new(cx, "resumed", ids.len());
    let mut done = BTreeSet::new();
    for id in ids {
        if work.set_paused(id, false).await.is_some() {
            done.insert(id.clone());
        }
    }
    let ended = work.end();
    // At the end of a pause its record goes as a whole.
    if ended.is_err() || done != record.paused() {
        cx.forget_paused(record, &done).await?;
    }
    ended
}

/// Deployments that are paused or resumed one after the other.
struct Work<'a> {
    cx: &'a Cx<Prefect>,
    verb: &'static str,
    all: usize,
    done: usize,
    errors: Vec<Error>,
    /// Whether it is no use to go on.
    stopped: bool,
}

impl<'a> Work<'a> {
    fn new(cx: &'a Cx<Prefect>, verb: &'static str, all: usize) -> Self {
        Work { cx, verb, all, done: 0, errors: Vec::new(), stopped: false }
    }

    /// Whether there is such a deployment, which is then as wanted; nothing if that failed.
    async fn set_paused(&mut self, id: &str, paused: bool) -> Option<bool> {
        if self.cx.call().is_cancelled() && !self.stopped {
            self.stopped = true;
            self.errors.push(Error::user("Cancelled", "Terraform was asked to stop."));
        }
        if self.stopped {
            return None;
        }
        match self.cx.set_paused(id, paused).await {
            Ok(there) => {
                self.done += 1;
                tracing::info!(
                    deployment = id,
                    there,
                    "{} {} of {}",
                    self.verb,
                    self.done,
                    self.all
                );
                Some(there)
            }
            Err(error) => {
                use prefect::Error as E;
                // The next one would wait as long for the same.
                self.stopped = matches!(
                    error,
                    E::Unavailable { .. } | E::Transport { .. } | E::Ambiguous { .. }
                );
                self.errors.push(error.into());
                None
            }
        }
    }

    fn end(self) -> Result<()> {
        let Some(error) = self.errors.into_iter().reduce(Error::and) else { return Ok(()) };
        let detail = format!(
            "{} of {} deployments were {}. Apply again to go on with the others.",
            self.done, self.all, self.verb
        );
        Err(Error::remote("Not all deployments were reached", detail).and(error))
    }
}
