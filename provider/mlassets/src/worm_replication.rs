//! `mlassets_worm_replication`: a copy of a bucket's records and chain in S3.

use std::sync::Arc;

use tfplug::{
    Applied, Attr, Change, Cx, Diagnostic, Draft, Error, Found, List, Resource, Result, Schema,
};

use crate::backend::worm::{
    Error as Failure, FoundCopy, Progress, Replica, Replicator, check_bucket,
};

/// A copy of a bucket of the archive, records and chain, in a bucket of S3 that exists already.
///
/// Each apply copies what is missing, in the order of the chain and only where there is nothing yet. Nothing there
/// is ever overwritten or deleted: where something else lies already, the rest is copied and the apply fails. A destroy
/// leaves the copy where it is. Records that come later show as `lag`
/// in the next plan, whose apply copies them.
///
/// A refresh compares a list of the copy with the chain. What was copied and is missing, has another size, or was written
/// again out of order with other bytes shows in `problems`. The next apply copies what is missing; what has other bytes
/// is an error, since a copy is never overwritten. Bytes are read only of what a list cannot vouch for.
#[derive(Schema, Clone, Debug)]
#[tf(name = "worm_replication", import = "{bucket}/{target_bucket}/{prefix}")]
pub struct WormReplication {
    /// The bucket of the archive.
    #[tf(
        identity,
        check = explained("be a bucket's name", |name: &String| check_bucket(name)),
        example = "mlassets_worm_bucket.audit.name"
    )]
    pub bucket: String,
    /// The bucket of S3 that holds the copy.
    #[tf(
        identity,
        check = explained("be a bucket's name", |name: &String| check_bucket(name)),
        example = "\"ml-assets-core-audit\""
    )]
    pub target_bucket: String,
    /// What the keys of the copy begin with.
    #[tf(identity, check = explained("end with `/`", |prefix: &String| check_prefix(prefix)), example = "\"worm/\"")]
    pub prefix: String,
    /// The storage class of what is copied; by default `GLACIER_IR`, from which it can be read at once. It counts
    /// for what is copied from now on.
    #[tf(
        default = "GLACIER_IR",
        setting,
        check = one_of(&["STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR"])
    )]
    pub storage_class: Attr<String>,
    /// The entry of the chain up to which everything is copied.
    #[tf(computed)]
    pub last_synced_sequence: Attr<i64>,
    /// How many entries of the chain are not copied yet.
    #[tf(computed, keep)]
    pub lag: Attr<i64>,
    /// What was copied and is gone or has other bytes now; empty when all is well.
    #[tf(computed, keep)]
    pub problems: Attr<Vec<String>>,
}

/// The storage class of what is copied, unless another one is asked for.
const CLASS: &str = "GLACIER_IR";

impl Resource for WormReplication {
    type Backend = Replicator;

    fn plan(draft: &mut Draft<'_, Self>) {
        // What is behind catches up.
        let is_damaged = draft.prior(Self::PROBLEMS).is_some_and(|problems| !problems.is_empty());
        if draft.is_create() || is_damaged || draft.prior(Self::LAG).is_some_and(|lag| lag != 0) {
            draft.set(Self::LAG, 0);
            draft.set(Self::LAST_SYNCED_SEQUENCE, Attr::Unknown);
            draft.set(Self::PROBLEMS, Vec::new());
        }
    }

    async fn create(cx: &Cx<Replicator>, plan: Self) -> Applied<Self> {
        let progress = plan.replica(cx).catch_up(&cx.archive, &plan.bucket).await;
        Ok(plan.at(progress.map_err(told)?))
    }

    async fn read(
        cx: &Cx<Replicator>,
        (bucket, target_bucket, prefix): (String, String, String),
        prior: Option<Self>,
    ) -> Result<Option<Self>> {
        let storage_class = prior
            .as_ref()
            .map_or_else(|| Attr::Known(CLASS.to_owned()), |prior| prior.storage_class.clone());
        let copy = Self {
            bucket,
            target_bucket,
            prefix,
            storage_class,
            last_synced_sequence: Attr::Unknown,
            lag: Attr::Unknown,
            problems: Attr::Unknown,
        };
        match copy.replica(cx).progress(&cx.archive, &copy.bucket).await {
            // Without a bucket there is nothing to copy, and its own resource says what became of it.
            Err(Failure::NoBucket { .. }) => Ok(None),
            Ok(progress) if prior.is_none() && progress.last_synced_sequence == 0 => Ok(None),
            progress => {
                let found = copy.at(progress.map_err(told)?);
                Ok(Some(found.shorter_than(prior.as_ref())))
            }
        }
    }

    async fn update(cx: &Cx<Replicator>, Change { after, .. }: Change<Self>) -> Applied<Self> {
        let progress = after.replica(cx).catch_up(&cx.archive, &after.bucket).await;
        Ok(after.at(progress.map_err(told)?))
    }

    async fn delete(cx: &Cx<Replicator>, _: Self) -> Result<()> {
        let detail = "Terraform has forgotten the copy; it is where it was.";
        cx.call().warn(Diagnostic::warning("The copy stays", detail).at(Self::TARGET_BUCKET));
        Ok(())
    }
}

/// Which copies are listed.
#[derive(Schema, Debug)]
pub struct WormReplications {
    /// The bucket of S3 that holds copies. Its folders are searched for such that begin as a bucket of the archive
    /// does.
    #[tf(
        check = explained("be a bucket's name", |name: &String| check_bucket(name)),
        example = "\"ml-assets-core-audit\""
    )]
    pub target_bucket: String,
    /// Only copies whose keys begin with this.
    #[tf(example = "\"worm/\"")]
    pub prefix: Option<String>,
    /// Only copies of this bucket of the archive.
    #[tf(example = "\"audit\"")]
    pub bucket: Option<String>,
}

impl List for WormReplication {
    type Filter = WormReplications;

    async fn list(
        cx: &Cx<Replicator>,
        filter: WormReplications,
        found: &Found<Self>,
    ) -> Result<()> {
        let WormReplications { target_bucket, prefix, bucket: wanted } = filter;
        let copies = cx.copies(&target_bucket, prefix.as_deref().unwrap_or_default()).await;
        for FoundCopy { bucket, prefix } in copies.map_err(told)? {
            if wanted.as_ref().is_some_and(|wanted| *wanted != bucket) || prefix.is_empty() {
                continue;
            }
            let name = format!("{bucket}/{target_bucket}/{prefix}");
            let copy = Self {
                bucket,
                target_bucket: target_bucket.clone(),
                prefix,
                storage_class: Attr::Known(CLASS.to_owned()),
                last_synced_sequence: Attr::Unknown,
                lag: Attr::Unknown,
                problems: Attr::Unknown,
            };
            let progress = if found.wants_state() {
                copy.replica(cx).progress(&cx.archive, &copy.bucket).await
            } else {
                Ok(Progress::default())
            };
            match progress {
                Ok(progress) => found.add(name, copy.at(progress)).await,
                Err(failure) => found.leave_out(name, told(failure)).await,
            }
        }
        Ok(())
    }
}

impl WormReplication {
    fn replica(&self, cx: &Cx<Replicator>) -> Replica {
        let class = self.storage_class.clone().known().unwrap_or_else(|| CLASS.to_owned());
        Replica::new(Arc::clone(&cx.aws), &self.target_bucket, &self.prefix, &class)
    }

    fn at(self, progress: Progress) -> Self {
        let count = |count: u64| Attr::Known(i64::try_from(count).unwrap_or(i64::MAX));
        let Progress { last_synced_sequence, lag, flaws } = progress;
        Self {
            last_synced_sequence: count(last_synced_sequence),
            lag: count(lag),
            problems: Attr::Known(flaws.iter().map(ToString::to_string).collect()),
            ..self
        }
    }
}

impl WormReplication {
    /// Tells that the end of the copy was cut off, which by itself looks like a copy that is behind.
    fn shorter_than(mut self, prior: Option<&Self>) -> Self {
        let synced = |copy: &Self| copy.last_synced_sequence.known();
        if let (Some(had), Some(has)) = (prior.and_then(synced), synced(&self))
            && has < had
            && let Attr::Known(problems) = &mut self.problems
        {
            let cut = format!(
                "the copy reached to entry {had} of the chain, and reaches to {has} now: what came after it was removed"
            );
            problems.insert(0, cut);
        }
        self
    }
}

/// The rule of a prefix: path segments that lead somewhere.
fn check_prefix(prefix: &str) -> Result<(), &'static str> {
    let segments = prefix.strip_suffix('/').ok_or("it must end with `/`")?;
    let plain = |segment: &str| !segment.is_empty() && segment != "." && segment != "..";
    if prefix.len() <= 512
        && segments.split('/').all(plain)
        && !prefix.chars().any(char::is_control)
    {
        Ok(())
    } else {
        Err("it must be a path such as `worm/`")
    }
}

fn told(failure: Failure) -> Error {
    let at_target = match &failure {
        Failure::CopyDiffers { .. } => true,
        Failure::Aws(error) => error.is("NoSuchBucket"),
        _ => false,
    };
    let error = Error::from(failure);
    if at_target { error.at(WormReplication::TARGET_BUCKET) } else { error }
}
