//! `mlassets_concurrency_limit`: a concurrency limit of a Prefect workspace, global or of a tag.

use tfplug::{Applied, Attr, Change, Cx, Error, Found, Keeping, List, Resource, Result, Schema};

use crate::adopted;
use crate::backend::prefect::{
    self, ConcurrencyLimitPatch, Conflict, NewConcurrencyLimit, Prefect, name,
};
use crate::types::Moment;

/// A concurrency limit of a Prefect workspace: how many may hold a slot of it at once.
///
/// Flows and tasks take slots of a limit by its name, with `concurrency` and `rate_limit`. The limit called
/// `tag:<tag>` is the one that Prefect applies by itself to task runs with that tag.
///
/// A limit that is there already, just as it is declared, is taken over: an interrupted apply may have left it.
/// So two workspaces that declare the same limit share it, and either of them can destroy it.
#[derive(Schema, Clone, Debug)]
#[tf(name = "concurrency_limit")]
pub struct ConcurrencyLimit {
    /// Name, unique in the workspace; `tag:<tag>` for the task runs with a tag. An import takes the limit's ID
    /// as well.
    #[tf(
        identity,
        check = explained("be a name that Prefect takes", |name: &String| name::check_limit(name)),
        example = "\"feature-store\""
    )]
    pub name: String,
    /// How many slots there are. With 0 nobody gets one.
    #[tf(check = at_least(0), example = "10")]
    pub limit: i64,
    /// Whether it limits anything. Without it, whoever asks gets a slot.
    #[tf(default = true)]
    pub active: Attr<bool>,
    /// How many taken slots become free by themselves in a second, as a rate limit needs it.
    #[tf(
        default = 0.0,
        check = custom("be at least 0", |rate: &f64| *rate >= 0.0)
    )]
    pub slot_decay_per_second: Attr<f64>,
    /// ID that Prefect gave the limit.
    #[tf(computed, keep)]
    pub id: Attr<String>,
    /// How many slots are taken.
    #[tf(computed)]
    pub active_slots: Attr<i64>,
    /// When the limit was created.
    #[tf(computed, keep)]
    pub created: Attr<Moment>,
    /// When the limit was last changed, or a slot of it was taken.
    #[tf(computed)]
    pub updated: Attr<Moment>,
}

impl Resource for ConcurrencyLimit {
    type Backend = Prefect;

    async fn create(cx: &Cx<Prefect>, plan: Self) -> Applied<Self> {
        let mut hold = adopted::hold::<Self>(cx, &plan.name).await;
        let new = plan.as_new();
        let limit = match cx.create_concurrency_limit(&new).await {
            Err(error) if is_name_taken(&error) => {
                let limit = take_over(cx, &new, error).await?;
                hold.adopt();
                limit
            }
            created => {
                let limit = created.map_err(Error::from)?;
                if limit.found {
                    hold.adopt();
                }
                limit
            }
        };
        Ok(limit.into())
    }

    async fn read(cx: &Cx<Prefect>, name: String, _: Option<Self>) -> Result<Option<Self>> {
        Ok(cx.find_concurrency_limit(&name).await?.map(Self::from))
    }

    async fn update(cx: &Cx<Prefect>, Change { before, after }: Change<Self>) -> Applied<Self> {
        let (old, new) = (before.as_new(), after.as_new());
        let decay = new.slot_decay_per_second;
        let patch = ConcurrencyLimitPatch {
            limit: (old.limit != new.limit).then_some(new.limit),
            active: (old.active != new.active).then_some(new.active),
            slot_decay_per_second: (old.slot_decay_per_second.to_bits() != decay.to_bits())
                .then_some(decay),
        };
        cx.update_concurrency_limit(&after.name, &patch).await.map_err(Error::from)?;
        let found = cx.find_concurrency_limit(&after.name).await.map_err(Error::from);
        let gone = || {
            Error::remote(
                "Concurrency limit vanished",
                "Someone deleted it while it was changed. Apply again.",
            )
        };
        Ok(found.keeping(after)?.ok_or_else(gone)?.into())
    }

    async fn delete(cx: &Cx<Prefect>, state: Self) -> Result<()> {
        let hold = adopted::hold::<Self>(cx, &state.name).await;
        if !hold.spares(cx) {
            cx.delete_concurrency_limit(&state.name).await?;
        }
        Ok(())
    }
}

/// Which concurrency limits are listed.
#[derive(Schema, Debug)]
pub struct ConcurrencyLimits {
    /// Only those whose names begin with this; `tag:` for those of task runs with a tag.
    #[tf(example = "\"tag:\"")]
    pub name_prefix: Option<String>,
    /// Only those that limit something, or only those that do not.
    pub active: Option<bool>,
}

impl List for ConcurrencyLimit {
    type Filter = ConcurrencyLimits;

    async fn list(cx: &Cx<Prefect>, filter: ConcurrencyLimits, found: &Found<Self>) -> Result<()> {
        let prefix = filter.name_prefix.unwrap_or_default();
        for limit in cx.list_concurrency_limits().await? {
            // What Prefect's own services name otherwise cannot be managed.
            let manageable = name::check_limit(&limit.name).is_ok();
            let wanted = filter.active.is_none_or(|active| active == limit.active);
            if manageable && wanted && limit.name.starts_with(&prefix) {
                found.add(limit.name.clone(), limit.into()).await;
            }
        }
        Ok(())
    }
}

impl ConcurrencyLimit {
    fn as_new(&self) -> NewConcurrencyLimit {
        NewConcurrencyLimit {
            name: self.name.clone(),
            limit: self.limit,
            active: self.active.unwrap_or(true),
            slot_decay_per_second: self.slot_decay_per_second.unwrap_or(0.0),
        }
    }
}

impl From<prefect::ConcurrencyLimit> for ConcurrencyLimit {
    fn from(limit: prefect::ConcurrencyLimit) -> Self {
        ConcurrencyLimit {
            name: limit.name,
            limit: limit.limit,
            active: Attr::Known(limit.active),
            slot_decay_per_second: Attr::Known(limit.slot_decay_per_second),
            id: Attr::Known(limit.id),
            active_slots: Attr::Known(limit.active_slots),
            created: Moment::read(limit.created.as_deref()),
            updated: Moment::read(limit.updated.as_deref()),
        }
    }
}

fn is_name_taken(error: &prefect::Error) -> bool {
    matches!(error, prefect::Error::Conflict { conflict: Conflict::NameTaken, .. })
}

/// A limit that is just as it was planned is the one that an interrupted apply left behind; any other is
/// somebody else's.
async fn take_over(
    cx: &Cx<Prefect>,
    new: &NewConcurrencyLimit,
    taken: prefect::Error,
) -> Result<prefect::ConcurrencyLimit> {
    let Some(limit) = cx.find_concurrency_limit(&new.name).await? else {
        return Err(taken.into());
    };
    let decay = limit.slot_decay_per_second.to_bits();
    if limit.limit == new.limit
        && limit.active == new.active
        && decay == new.slot_decay_per_second.to_bits()
    {
        return Ok(limit);
    }
    let detail = format!(
        "{taken}. To manage the existing limit, import it: `terraform import ADDRESS {:?}`.",
        new.name
    );
    Err(Error::user("Concurrency limit exists", detail).at(ConcurrencyLimit::NAME))
}
