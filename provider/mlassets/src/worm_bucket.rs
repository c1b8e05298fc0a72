//! `mlassets_worm_bucket`: a bucket of records that are written once.

use tfplug::{
    Applied, Attr, Change, Cx, Diagnostic, Draft, Error, Found, List, Resource, Result, Schema,
};

use crate::adopted;
use crate::backend::worm::{self, Anchor, Archive, NewBucket, check_bucket, counted};
use crate::types::Moment;

/// A bucket of records that are written once and kept for their retention, in the archive of the
/// provider's `worm` block: a folder of a directory, a bucket of S3 with Object Lock, or a container of Azure.
///
/// Retention can grow and never shrinks, for records that are there already, too. All entries of a bucket
/// form a chain of hashes. The newest hash that Terraform saw is in its state, so that a chain that was cut
/// or rewritten since is noticed, and so is a bucket that is gone.
///
/// An empty bucket with the same retention that is there already is taken over: an interrupted apply may have
/// left it. So two workspaces that declare the same bucket share it.
#[derive(Schema, Clone, Debug)]
#[tf(name = "worm_bucket")]
pub struct WormBucket {
    /// Name: 3 to 63 lower case letters, digits, dots and hyphens.
    #[tf(
        identity,
        check = explained("be a bucket's name", |name: &String| check_bucket(name)),
        example = "\"audit\""
    )]
    pub name: String,
    /// Days for which each record is kept after it was written. Can be raised, never lowered.
    #[tf(check = between(1..=36_500), example = "365")]
    pub retention_days: i64,
    /// Destroying the resource leaves bucket and records where they are, and creating it takes up such a bucket
    /// if its retention is the same. Without it, a bucket that holds records can be neither destroyed nor taken
    /// up.
    #[tf(default = false, setting)]
    pub keep_on_destroy: Attr<bool>,
    /// When the bucket was created.
    #[tf(computed, keep)]
    pub created_at: Attr<Moment>,
    /// How many records it holds.
    #[tf(computed)]
    pub record_count: Attr<i64>,
    /// Number of the newest entry of the chain.
    #[tf(computed)]
    pub head_sequence: Attr<i64>,
    /// How the object store locks what is written: `COMPLIANCE` or `GOVERNANCE`. Null in a directory, which cannot.
    #[tf(computed, keep)]
    pub lock_mode: Attr<String>,
    /// Hash of the newest entry of the chain. It changes with every record, and an output of it shows that in the
    /// next plan.
    #[tf(computed)]
    pub head_hash: Attr<String>,
}

impl Resource for WormBucket {
    type Backend = Archive;

    fn plan(draft: &mut Draft<'_, Self>) {
        if draft.change(Self::NAME).is_none()
            && let Some((was, now)) = draft.change(Self::RETENTION_DAYS)
            && now < was
        {
            let was = counted(was.unsigned_abs(), "day", "days");
            let detail = format!("It is {was} and can only grow.");
            draft.deny(Self::RETENTION_DAYS, "Retention can only grow", detail);
        }
    }

    async fn create(cx: &Cx<Archive>, plan: Self) -> Applied<Self> {
        let mut hold = adopted::hold::<Self>(cx, &plan.name).await;
        let there = cx.find_bucket(&plan.name, None).await.map_err(Error::from)?;
        let new = NewBucket { name: plan.name.clone(), retention_days: plan.retention_days()? };
        let bucket = match (there, cx.create_bucket(new).await) {
            (Some(there), Err(worm::Error::BucketExists { .. })) if plan.takes_up(&there) => {
                hold.adopt();
                there
            }
            (there, created) => {
                let bucket = created.map_err(Error::from)?;
                if there.is_some() {
                    hold.adopt();
                }
                bucket
            }
        };
        Ok(bucket.into())
    }

    async fn read(cx: &Cx<Archive>, name: String, prior: Option<Self>) -> Result<Option<Self>> {
        let anchor = prior.as_ref().and_then(Self::anchor);
        Ok(cx.find_bucket(&name, anchor).await?.map(Self::from))
    }

    async fn update(cx: &Cx<Archive>, Change { before, after }: Change<Self>) -> Applied<Self> {
        let bucket = if after.retention_days == before.retention_days {
            cx.find_bucket(&after.name, before.anchor()).await.map_err(Error::from)?
        } else {
            Some(
                cx.extend_retention(&after.name, after.retention_days()?)
                    .await
                    .map_err(Error::from)?,
            )
        };
        let gone = || {
            Error::remote(
                "Bucket vanished",
                "Someone removed it while it was changed. Apply again.",
            )
        };
        Ok(bucket.ok_or_else(gone)?.into())
    }

    async fn plan_delete(cx: &Cx<Archive>, state: &Self) -> Result<()> {
        if state.keep_on_destroy.unwrap_or(false) {
            return Ok(());
        }
        let now = jiff::Timestamp::now();
        let records = cx.list_records(&state.name).await?;
        let kept = records
            .iter()
            .filter_map(|found| found.record.as_ref())
            .filter(|record| record.retain_until > now);
        let Some(until) = kept.map(|record| record.retain_until).max() else {
            let locked = cx.chain_kept_until(&state.name).await?.filter(|until| *until > now);
            return locked.map_or(Ok(()), |until| Err(chain_is_locked(until)));
        };
        let detail = format!(
            "Records in it are kept until {until} at the latest, so the bucket cannot be destroyed. Leave it in place, or \
             set `keep_on_destroy = true` and apply that, so that Terraform only forgets it."
        );
        Err(Error::user("Under retention", detail).at(Self::NAME))
    }

    async fn delete(cx: &Cx<Archive>, state: Self) -> Result<()> {
        if state.keep_on_destroy.unwrap_or(false) {
            let detail =
                "Terraform has forgotten the bucket; it and its records are where they were.";
            cx.call().warn(Diagnostic::warning("The bucket stays", detail).at(Self::NAME));
            return Ok(());
        }
        let hold = adopted::hold::<Self>(cx, &state.name).await;
        if hold.spares(cx) {
            return Ok(());
        }
        match cx.delete_bucket(&state.name).await {
            Ok(()) | Err(worm::Error::NoBucket { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// A bucket without records whose chain tells of some.
fn chain_is_locked(until: jiff::Timestamp) -> Error {
    let detail = format!(
        "It holds no records any more, but its chain is locked until {until}, so it cannot be destroyed. Leave it in place, \
         or set `keep_on_destroy = true` and apply that, so that Terraform only forgets it."
    );
    Error::user("Under retention", detail).at(WormBucket::NAME)
}

/// Which buckets are listed. In an object store these are the ones that can lock what they hold and have a chain.
#[derive(Schema, Debug)]
pub struct WormBuckets {
    /// Only those whose names begin with this.
    #[tf(example = "\"ml-assets-\"")]
    pub name_prefix: Option<String>,
}

impl List for WormBucket {
    type Filter = WormBuckets;

    async fn list(cx: &Cx<Archive>, filter: WormBuckets, found: &Found<Self>) -> Result<()> {
        let prefix = filter.name_prefix.unwrap_or_default();
        for name in cx.list_buckets(&prefix).await? {
            // A damaged bucket does not hide the others.
            match cx.find_bucket(&name, None).await {
                Ok(Some(bucket)) => found.add(name, bucket.into()).await,
                // An account has other buckets, too.
                Ok(None) | Err(worm::Error::Unprotected { .. }) => {}
                Err(error) => found.leave_out(name, error.into()).await,
            }
        }
        Ok(())
    }
}

impl WormBucket {
    fn retention_days(&self) -> Result<u32> {
        u32::try_from(self.retention_days).map_err(|_| Error::bug("The retention was not checked."))
    }

    /// Whether a bucket in use is the one that a destroy with `keep_on_destroy` has left in place.
    fn takes_up(&self, there: &worm::Bucket) -> bool {
        self.keep_on_destroy.unwrap_or(false)
            && i64::from(there.retention_days) == self.retention_days
    }

    fn anchor(&self) -> Option<Anchor> {
        let sequence = u64::try_from(self.head_sequence.known()?).ok()?;
        Some(Anchor { sequence, hash: self.head_hash.clone().known()? })
    }
}

impl From<worm::Bucket> for WormBucket {
    fn from(bucket: worm::Bucket) -> Self {
        let count = |count: u64| Attr::Known(i64::try_from(count).unwrap_or(i64::MAX));
        WormBucket {
            name: bucket.name,
            retention_days: bucket.retention_days.into(),
            keep_on_destroy: Attr::Known(false),
            created_at: Attr::Known(bucket.created_at.into()),
            record_count: count(bucket.record_count),
            head_sequence: count(bucket.head.sequence),
            lock_mode: bucket.lock_mode.map(|mode| mode.name().to_owned()).into(),
            head_hash: Attr::Known(bucket.head.hash),
        }
    }
}
