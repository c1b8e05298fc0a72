//! `mlassets_worm_record`: a record that is written once.

use tfplug::{
    Applied, At, Attr, AttributeType, Change, Cx, Diagnostic, Draft, Error, Field,
    Found as Listing, Keeping, List, Resource, Result, Schema,
};

use crate::adopted;
use crate::backend::worm::{
    self, Anchor, Appended, Archive, Content, Found, NewRecord, Problem, Record, RecordKey,
    check_bucket, check_record_name, check_record_type, worm_path,
};
use crate::records::written_before;
use crate::types::Moment;

/// A record that is written once, at `<bucket>/<record_type>/<YYYY>/<YYYYMM>/<name>`, with mode 0444 or locked by
/// the object store.
///
/// A record never changes. Its bytes, its mode or lock, and its place in the chain of hashes are checked with
/// every refresh, and what is wrong is shown in `problems`: a changed mode, a shortened lock, a version or delete
/// marker that hides the record and a missing file are repaired by the next apply, changed bytes are not, since
/// Terraform must not cover up that evidence was changed.
/// A record under retention can be neither destroyed nor replaced. The plan says so, except for `-replace`, which only the
/// apply refuses.
///
/// A record that is there already with the same bytes and time is taken over: an interrupted apply may have
/// left it. So two workspaces that declare the same record share it.
#[derive(Schema, Clone, Debug)]
#[tf(name = "worm_record", import = "{bucket}/{path}")]
pub struct WormRecord {
    /// The bucket.
    #[tf(
        identity,
        check = explained("be a bucket's name", |name: &String| check_bucket(name)),
        example = "mlassets_worm_bucket.audit.name"
    )]
    pub bucket: String,
    /// What kind of event it records: lower case letters, digits and underscores.
    #[tf(
        replace,
        check = explained("be a type of record", |name: &String| check_record_type(name)),
        example = "\"model_distribution\""
    )]
    pub record_type: String,
    /// Name of the file, unique in the bucket for its type.
    #[tf(
        replace,
        check = explained("be a record's name", |name: &String| check_record_name(name)),
        example = "\"2025-01-15-v1.json\""
    )]
    pub name: String,
    /// What is recorded. It never changes; other content is another record with another name.
    #[tf(example = "jsonencode({ version = \"2025-01-15-v1\" })")]
    pub content: String,
    /// When the event happened, as in RFC 3339; its month in UTC chooses the folder. Left out, it is the
    /// moment in which the record is written.
    #[tf(optional, computed, keep, replace, example = "\"2025-01-15T04:00:00Z\"")]
    pub event_time: Attr<Moment>,
    /// Destroying the resource leaves the record where it is. Without it, a record under retention cannot
    /// be destroyed.
    #[tf(default = false, setting)]
    pub keep_on_destroy: Attr<bool>,
    /// Whether the object store keeps the record whatever its retention, until this is `false` again. A directory
    /// has no such hold.
    #[tf(default = false)]
    pub legal_hold: Attr<bool>,
    /// The path in the bucket.
    #[tf(identity, computed, keep)]
    pub path: Attr<String>,
    /// SHA-256 of the content.
    #[tf(computed, keep)]
    pub sha256: Attr<String>,
    /// Size of the content in bytes.
    #[tf(computed, keep)]
    pub size: Attr<i64>,
    /// Mode of the file: `0444`. Null in an object store.
    #[tf(computed, keep)]
    pub mode: Attr<String>,
    /// The version of the object that holds the record. Null in a directory.
    #[tf(computed, keep)]
    pub version_id: Attr<String>,
    /// Mode of the lock that the object store puts on that version: `COMPLIANCE` or `GOVERNANCE`.
    #[tf(computed, keep)]
    pub lock_mode: Attr<String>,
    /// Number of the record's entry in the chain.
    #[tf(computed, keep)]
    pub sequence: Attr<i64>,
    /// Hash of the entry before.
    #[tf(computed, keep)]
    pub previous_hash: Attr<String>,
    /// Hash of the record's entry.
    #[tf(computed, keep)]
    pub hash: Attr<String>,
    /// When the record was written.
    #[tf(computed, keep)]
    pub written_at: Attr<Moment>,
    /// Until when the record is kept. Grows with the retention of the bucket.
    #[tf(computed)]
    pub retain_until: Attr<Moment>,
    /// What is wrong with the record; empty when all is well.
    #[tf(computed, keep)]
    pub problems: Attr<Vec<String>>,
}

const IMMUTABLE: &str = "Record never changes";
const ANOTHER_NAME: &str =
    "A record is written once, and its path is used once. Add another record with another name.";

/// The mode of every record.
const MODE: &str = "0444";

impl Resource for WormRecord {
    type Backend = Archive;

    fn plan(draft: &mut Draft<'_, Self>) {
        // Where the record goes is known before it is written, if the time of the event is.
        if draft.is_create()
            && let (Some(kind), Some(name), Some(time)) = (
                draft.get(Self::RECORD_TYPE).known(),
                draft.get(Self::NAME).known(),
                draft.get(Self::EVENT_TIME).known(),
            )
            && let Ok(folder) = worm_path(&kind, time.0)
        {
            draft.set(Self::PATH, format!("{folder}/{name}"));
        }
        refuse_change(draft);
        if draft.prior(Self::PROBLEMS).is_some_and(|problems| !problems.is_empty()) {
            draft.set(Self::PROBLEMS, Vec::new());
            if draft.prior(Self::VERSION_ID).is_some() {
                draft.set(Self::LOCK_MODE, Attr::Unknown);
            } else if draft.prior(Self::MODE).is_some() {
                draft.set(Self::MODE, MODE.to_owned());
            } else {
                // What is missing may be a file or an object.
                draft.set(Self::MODE, Attr::Unknown);
                draft.set(Self::VERSION_ID, Attr::Unknown);
                draft.set(Self::LOCK_MODE, Attr::Unknown);
            }
            // The bucket's retention may grow in the same run.
            draft.set(Self::RETAIN_UNTIL, Attr::Unknown);
        }
    }

    async fn create(cx: &Cx<Archive>, plan: Self) -> Applied<Self> {
        let event_time = match plan.event_time {
            Attr::Known(time) => time.0,
            Attr::Null | Attr::Unknown => {
                written_before(cx, &plan.bucket, &plan.record_type, &plan.name, &plan.content)
                    .await
                    .map_err(Error::from)?
                    .unwrap_or_else(jiff::Timestamp::now)
            }
        };
        let folder = worm_path(&plan.record_type, event_time).map_err(Error::from)?;
        let key =
            RecordKey { bucket: plan.bucket.clone(), path: format!("{folder}/{}", plan.name) };
        let keep = plan.legal_hold.unwrap_or(false);
        if keep {
            cx.check_legal_hold().map_err(no_legal_hold)?;
        }
        let mut hold = adopted::hold::<Self>(cx, &id(&key)).await;
        let new = plan.as_new(event_time);
        let Appended { record, created } = cx.append(new).await.map_err(Error::from)?;
        if !created {
            hold.adopt();
        }
        if !keep {
            return Ok(plan.became(record, &[]));
        }
        let key = record.key.clone();
        let unheld = plan.clone().became(record, &[]);
        let record = cx.set_legal_hold(key, true).await.map_err(Error::from).keeping(unheld)?;
        Ok(plan.became(record, &[]))
    }

    async fn read(
        cx: &Cx<Archive>,
        (bucket, path): (String, String),
        prior: Option<Self>,
    ) -> Result<Option<Self>> {
        let anchor = prior.as_ref().and_then(Self::anchor);
        let Found { record, problems } =
            match cx.find_record(RecordKey { bucket, path }, anchor).await {
                Err(worm::Error::NoBucket { .. }) => return Ok(None),
                Err(lost @ worm::Error::BucketLost { .. }) => {
                    return Err(Error::from(lost).at(Self::BUCKET));
                }
                found => found.at(Self::PATH)?,
            };
        let Some(record) = record else {
            // Nothing was ever acknowledged there; but a chain that lost its entry is not nothing.
            return if problems.is_empty() || prior.is_none() {
                Ok(None)
            } else {
                Err(damaged(&problems))
            };
        };
        let content = match &prior {
            Some(prior) => prior.content.clone(),
            None => text(cx.read_record(record.key.clone()).await?)?,
        };
        let version = prior.as_ref().and_then(|prior| prior.version_id.clone().known());
        let keep_on_destroy = prior.map_or(Attr::Known(false), |prior| prior.keep_on_destroy);
        let found = Self::found(record, &problems, content, keep_on_destroy);
        if let (Some(before), Some(now)) = (version, found.version_id.as_ref().known())
            && before != *now
        {
            let detail = format!(
                "`{}` in bucket `{}` was kept as version `{before}`, which is gone. A later version with the same bytes, \
                 `{now}`, counts now. Only who may go around a lock can remove one: the store's own log says who did.",
                found.name, found.bucket
            );
            let removed = Diagnostic::warning("A version was removed", detail);
            cx.call().warn(removed.at(Self::NAME));
        }
        Ok(Some(found))
    }

    async fn update(cx: &Cx<Archive>, Change { before, after }: Change<Self>) -> Applied<Self> {
        let key = after.key()?;
        if after.content != before.content {
            return Err(Error::user(IMMUTABLE, ANOTHER_NAME).at(Self::CONTENT).into());
        }
        let found = cx.find_record(key.clone(), before.anchor()).await.map_err(Error::from)?;
        for problem in &found.problems {
            match problem {
                Problem::ModeChanged { .. }
                | Problem::Hidden { .. }
                | Problem::LockShort { .. } => {
                    drop(cx.restore_protection(key.clone()).await.map_err(Error::from)?);
                }
                Problem::MissingFile { .. } => {
                    let content = Content::Bytes(after.content.clone().into_bytes());
                    drop(cx.restore_file(key.clone(), content).await.map_err(Error::from)?);
                }
                _ => return Err(damaged(&found.problems)).keeping(before),
            }
        }
        let hold = after.legal_hold.unwrap_or(false);
        if hold != before.legal_hold.unwrap_or(false) {
            let changed = cx.set_legal_hold(key.clone(), hold).await;
            drop(changed.map_err(no_legal_hold).keeping(before.clone())?);
        }
        let Found { record, problems } =
            cx.find_record(key, before.anchor()).await.map_err(Error::from)?;
        match record {
            Some(record) if problems.is_empty() => Ok(after.became(record, &problems)),
            _ => Err(damaged(&problems)).keeping(before),
        }
    }

    async fn plan_delete(cx: &Cx<Archive>, state: &Self) -> Result<()> {
        if state.keep_on_destroy.unwrap_or(false) {
            return Ok(());
        }
        cx.deletable(state.key()?, jiff::Timestamp::now()).await.map_err(with_way_out)
    }

    async fn delete(cx: &Cx<Archive>, state: Self) -> Result<()> {
        if state.keep_on_destroy.unwrap_or(false) {
            let detail = "Terraform has forgotten the record; it is where it was.";
            cx.call().warn(Diagnostic::warning("The record stays", detail).at(Self::NAME));
            return Ok(());
        }
        let key = state.key()?;
        let hold = adopted::hold::<Self>(cx, &id(&key)).await;
        if hold.spares(cx) {
            return Ok(());
        }
        cx.delete_record(key).await.map_err(with_way_out)
    }
}

/// Which records are listed.
#[derive(Schema, Debug)]
pub struct WormRecords {
    /// The bucket.
    #[tf(
        check = explained("be a bucket's name", |name: &String| check_bucket(name)),
        example = "\"ml-assets-core-audit\""
    )]
    pub bucket: String,
    /// Only those of this type.
    #[tf(
        check = explained("be a type of record", |name: &String| check_record_type(name)),
        example = "\"model_distribution\""
    )]
    pub record_type: Option<String>,
    /// Only those of events at this time or later.
    #[tf(example = "\"2025-01-01T00:00:00Z\"")]
    pub from: Option<Moment>,
    /// Only those of events before this time.
    #[tf(example = "\"2025-02-01T00:00:00Z\"")]
    pub until: Option<Moment>,
}

impl List for WormRecord {
    type Filter = WormRecords;

    async fn list(cx: &Cx<Archive>, filter: WormRecords, found: &Listing<Self>) -> Result<()> {
        let records = cx.list_records(&filter.bucket).await?;
        for Found { record, problems } in records {
            let Some(record) = record.filter(|record| filter.selects(record)) else { continue };
            let name = id(&record.key);
            let content = if found.wants_state() {
                let read = cx.read_record(record.key.clone()).await.map_err(Error::from);
                match read.and_then(text) {
                    Ok(content) => content,
                    Err(error) => {
                        found.leave_out(name, error).await;
                        continue;
                    }
                }
            } else {
                String::new()
            };
            let record = Self::found(record, &problems, content, Attr::Known(false));
            found.add(name, record).await;
        }
        Ok(())
    }
}

impl WormRecords {
    fn selects(&self, record: &Record) -> bool {
        let kind = record.key.path.split('/').next().unwrap_or_default();
        let time = Moment(record.event_time);
        self.record_type.as_ref().is_none_or(|wanted| wanted == kind)
            && self.from.is_none_or(|from| from <= time)
            && self.until.is_none_or(|until| time < until)
    }
}

impl WormRecord {
    fn as_new(&self, event_time: jiff::Timestamp) -> NewRecord {
        NewRecord {
            bucket: self.bucket.clone(),
            record_type: self.record_type.clone(),
            name: self.name.clone(),
            event_time,
            content: Content::Bytes(self.content.clone().into_bytes()),
            expected_sha256: None,
        }
    }

    fn key(&self) -> Result<RecordKey> {
        let path = self
            .path
            .clone()
            .known()
            .ok_or_else(|| Error::bug("A record in the state has no path."))?;
        Ok(RecordKey { bucket: self.bucket.clone(), path })
    }

    fn anchor(&self) -> Option<Anchor> {
        let sequence = u64::try_from(self.sequence.known()?).ok()?;
        Some(Anchor { sequence, hash: self.hash.clone().known()? })
    }

    fn became(self, record: Record, problems: &[Problem]) -> Self {
        Self::found(record, problems, self.content, self.keep_on_destroy)
    }

    fn found(
        record: Record,
        problems: &[Problem],
        content: String,
        keep_on_destroy: Attr<bool>,
    ) -> Self {
        let (folder, name) = record.key.path.rsplit_once('/').unwrap_or(("", &record.key.path));
        let count = |count: u64| Attr::Known(i64::try_from(count).unwrap_or(i64::MAX));
        let lock = record.lock.as_ref();
        WormRecord {
            record_type: folder.split('/').next().unwrap_or_default().to_owned(),
            name: name.to_owned(),
            bucket: record.key.bucket,
            content,
            event_time: Attr::Known(record.event_time.into()),
            keep_on_destroy,
            path: Attr::Known(record.key.path),
            sha256: Attr::Known(record.sha256),
            size: count(record.size),
            legal_hold: Attr::Known(lock.is_some_and(|lock| lock.legal_hold)),
            mode: record.mode.map(|mode| format!("{mode:04o}")).into(),
            version_id: lock.and_then(|lock| lock.version.clone()).into(),
            lock_mode: lock
                .and_then(|lock| lock.retention)
                .map(|lock| lock.mode.name().to_owned())
                .into(),
            sequence: count(record.sequence),
            previous_hash: Attr::Known(record.previous_hash),
            hash: Attr::Known(record.hash),
            written_at: Attr::Known(record.written_at.into()),
            retain_until: Attr::Known(record.retain_until.into()),
            problems: Attr::Known(problems.iter().map(ToString::to_string).collect()),
        }
    }
}

fn id(key: &RecordKey) -> String {
    format!("{}/{}", key.bucket, key.path)
}

/// What can never come true: another record at the same path, and before the end of the retention any
/// other change. A replacement destroys without asking `plan_delete`, so it must be known here.
fn refuse_change(draft: &mut Draft<'_, WormRecord>) {
    if draft.is_create() {
        return;
    }
    let content = draft.change(WormRecord::CONTENT).is_some();
    let event_time = differs(draft, WormRecord::EVENT_TIME);
    let texts = [WormRecord::BUCKET, WormRecord::RECORD_TYPE, WormRecord::NAME];
    let moved: Vec<_> = texts.into_iter().filter(|field| differs(draft, *field)).collect();

    // A time that is known only while applying replaces the record, whatever it will be.
    let month = draft.prior(WormRecord::PATH).zip(draft.get(WormRecord::EVENT_TIME).known());
    let same_month = month.is_some_and(|(path, time)| {
        let folder = draft.prior(WormRecord::RECORD_TYPE).map(|kind| worm_path(&kind, time.0));
        matches!(folder, Some(Ok(folder)) if path.starts_with(&format!("{folder}/")))
    });
    if moved.is_empty() && same_month {
        if content {
            draft.deny(WormRecord::CONTENT, IMMUTABLE, ANOTHER_NAME);
        }
        if event_time {
            draft.deny(WormRecord::EVENT_TIME, IMMUTABLE, ANOTHER_NAME);
        }
        return;
    }

    let retained =
        draft.prior(WormRecord::RETAIN_UNTIL).filter(|until| until.0 > jiff::Timestamp::now());
    let Some(until) =
        retained.filter(|_| !draft.prior(WormRecord::KEEP_ON_DESTROY).unwrap_or(false))
    else {
        return;
    };
    let detail = format!(
        "The record is kept until {}, so it can be neither changed nor replaced. Add another record with another name.",
        until.0
    );
    for field in moved {
        draft.deny(field, "Under retention", detail.clone());
    }
    if event_time {
        draft.deny(WormRecord::EVENT_TIME, "Under retention", detail);
    }
}

/// Whether the value changes, or may.
fn differs<T: AttributeType + PartialEq>(
    draft: &Draft<'_, WormRecord>,
    field: Field<WormRecord, T>,
) -> bool {
    draft.prior(field).is_some_and(|prior| draft.get(field) != Attr::Known(prior))
}

fn text(bytes: Vec<u8>) -> Result<String> {
    let detail = "The record's bytes are not text in UTF-8, which an attribute cannot hold. Leave it to other tools.";
    String::from_utf8(bytes).map_err(|_| Error::user("Record is not text", detail))
}

fn with_way_out(error: worm::Error) -> Error {
    if !matches!(error, worm::Error::Retained { .. }) {
        return error.into();
    }
    let detail = format!(
        "{error}. Leave it in place, or set `keep_on_destroy = true` and apply that, so that Terraform only forgets it."
    );
    Error::user("Under retention", detail).at(WormRecord::NAME)
}

fn no_legal_hold(error: worm::Error) -> Error {
    let unable = matches!(error, worm::Error::Unable { .. });
    let error = Error::from(error);
    if unable { error.at(WormRecord::LEGAL_HOLD) } else { error }
}

fn damaged(problems: &[Problem]) -> Error {
    let listed: Vec<String> = problems.iter().map(|problem| format!("- {problem}")).collect();
    let detail = format!(
        "Terraform does not repair changed evidence. What is wrong:\n{}",
        listed.join("\n")
    );
    Error::user("Archive is damaged", detail).at(WormRecord::CONTENT)
}
