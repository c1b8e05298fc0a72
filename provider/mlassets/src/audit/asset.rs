//! Assets that tell no changes of their own: what Terraform did, and what it finds done.
//!
//! An event's name follows from the event before it and from the values before and after, whether Terraform changed them
//! or found them changed. So an apply that was interrupted between a change and its event, or between the event and the
//! state, is told once: the next plan finds other values than were told last, and the next apply tells them.
//!
//! A destruction is told before it begins, since afterwards nothing is left that would ask for the event. Where it then
//! fails or turns out to be none, `kept` says so.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use tfplug::erased::Outcome;
use tfplug::{Call, Error, Result, Value};

use super::values::{Scope, configured, told};
use super::{Audited, SPARED, UNTOLD, both, note, with};
use crate::backend::audit::{self, Event, Trail, name_of, stem};
use crate::backend::worm::{canonical_json, content_hash};

/// Where private data keeps the last event.
const LAST: &str = "audit";

/// What is changed by more than its values tells it in this attribute.
const GENERATIONS: [(&str, &str); 1] = [("mlassets_signal", "version")];

/// The last event about an asset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Last {
    /// Its path in the bucket; none if the first one failed.
    record: Option<String>,
    /// The hash of the values that it told; of none if telling of later ones failed.
    values: String,
    /// The bucket of that event. Another one knows nothing of it, and is no reason to miss it.
    #[serde(default)]
    bucket: Option<String>,
}

/// What the events of one call have in common.
struct Telling<'a> {
    audited: &'a Audited,
    call: &'a Call,
    trail: &'a Trail,
    id: String,
}

/// The event to go on from.
struct Tip {
    record: Value,
    /// Whether it told of a destruction.
    is_end: bool,
}

impl Audited {
    /// Tells of a creation that `is_made`, or has taken over what was there.
    pub(super) async fn tell_creation(
        &self,
        call: &Call,
        trail: &Trail,
        Outcome { state, error }: Outcome,
        is_made: bool,
    ) -> Outcome {
        let Some(state) = state.map(Value::nulled_unknowns) else {
            return Outcome { state: None, error };
        };
        let telling = self.telling(call, trail, &state);
        match telling.tell_creation(&state, is_made).await {
            Ok(record) => with(Outcome { state: Some(state), error }, record),
            // Kept, it would be replaced. Not kept, it is taken over by the next apply, which tells of it.
            Err(untold) if error.is_none() => Outcome { state: None, error: Some(untold) },
            Err(untold) => {
                let error = error.map(|error| error.and(untold));
                with(Outcome { state: Some(state), error }, Value::Null)
            }
        }
    }

    pub(super) async fn update_asset(
        &self,
        call: &Call,
        trail: &Trail,
        record: Value,
        before: Value,
        after: Value,
    ) -> Outcome {
        if let Err(vanished) = self.expect_last(call, trail).await {
            return Outcome { state: None, error: Some(vanished.into()) };
        }
        let telling = self.telling(call, trail, &before);
        let record = match telling.catch_up(record, &before, false).await {
            Ok(Tip { record, .. }) => record,
            Err(error) => return Outcome { state: None, error: Some(error) },
        };
        let Outcome { state, error } = self.change(call, before.clone(), after).await;
        let Some(state) = state.map(Value::nulled_unknowns) else {
            // What was caught up with is in private data; the state shows it once it changes.
            return Outcome { state: None, error };
        };
        if self.told(&before, Scope::Chosen) == self.told(&state, Scope::Chosen) {
            return with(Outcome { state: Some(state), error }, record);
        }
        match telling.tell("update", record.as_str(), &before, &state).await {
            Ok(record) => with(Outcome { state: Some(state), error }, record),
            Err(untold) => {
                let error = Some(match error {
                    Some(error) => error.and(untold),
                    None => untold,
                });
                telling.owe(&record);
                with(Outcome { state: Some(state), error }, record)
            }
        }
    }

    pub(super) async fn delete_asset(
        &self,
        call: &Call,
        trail: &Trail,
        record: Value,
        state: Value,
    ) -> Result<()> {
        if self.is_only_forgotten(&state) {
            return self.kind.delete(call.clone(), state).await;
        }
        self.expect_last(call, trail).await?;
        let telling = self.telling(call, trail, &state);
        let Tip { record, is_end } = telling.catch_up(record, &state, true).await?;
        let ended = if is_end {
            record
        } else {
            telling.tell("destroy", record.as_str(), &state, &Value::Null).await?
        };
        let result = self.kind.delete(call.clone(), state.clone()).await;
        let spared = call.private().get(SPARED).unwrap_or(false);
        if result.is_ok() && !spared {
            return Ok(());
        }
        let kept = telling.tell("kept", ended.as_str(), &Value::Null, &state).await;
        both(result, kept.map(drop))
    }

    /// Whether a destruction leaves everything as it is.
    fn is_only_forgotten(&self, state: &Value) -> bool {
        match &*self.name {
            "mlassets_model_registry" => true,
            "mlassets_model_version" => *state.member("archive_on_destroy") != Value::Bool(true),
            "mlassets_artifact_distribution" => {
                *state.member("keep_on_destroy") != Value::Bool(false)
            }
            _ => false,
        }
    }

    /// Notes whether the values are others than were told last. An asset of which nothing was told yet is left alone.
    pub(super) fn compare(&self, call: &Call, found: &Value) {
        let last: Option<Last> = call.private().get(LAST);
        let is_untold = last.is_some_and(|last| last.values != self.hash(found));
        if is_untold {
            note(call, UNTOLD, true);
        } else {
            call.edit_private(|private| private.remove(UNTOLD));
        }
    }

    /// Fails if the last event that was told is in the archive no more.
    pub(super) async fn expect_last(&self, call: &Call, trail: &Trail) -> audit::Result<()> {
        let last: Option<Last> = call.private().get(LAST);
        match last {
            Some(Last { record: Some(path), bucket, .. })
                if bucket.as_deref().is_none_or(|bucket| bucket == trail.bucket()) =>
            {
                trail.expect(&path).await
            }
            _ => Ok(()),
        }
    }

    fn telling<'a>(&'a self, call: &'a Call, trail: &'a Trail, state: &Value) -> Telling<'a> {
        Telling { audited: self, call, trail, id: self.id(state) }
    }

    fn told(&self, state: &Value, scope: Scope) -> Json {
        told(self.kind.shape().block.members(), state, scope)
    }

    /// Whether an event told of the values that are configured now.
    fn says(&self, event: &Json, now: &Value) -> bool {
        let members = self.kind.shape().block.members();
        configured(members, event) == configured(members, &self.told(now, Scope::Lasting))
    }

    fn hash(&self, state: &Value) -> String {
        content_hash(canonical_json(&self.told(state, Scope::Configured)).as_bytes())
    }
}

impl Telling<'_> {
    /// Tells what was changed since the last event, if anything was; the event to go on from. That may be a destruction
    /// that was told and not begun, which goes on if this `is_end`, too.
    ///
    /// An apply whose state was lost may have told more than this state knows of.
    async fn catch_up(&self, record: Value, now: &Value, is_end: bool) -> Result<Tip> {
        let last: Option<Last> = self.call.private().get(LAST);
        let Some(last) = last else { return Ok(Tip { record, is_end: false }) };
        let (previous, told) = match last.record {
            Some(record) => {
                let (path, told) =
                    self.trail.tip(&self.stem(), &record).await.map_err(Error::from)?;
                (Some(path), told)
            }
            None => (None, Json::Null),
        };
        if let (Some(path), true, true) = (&previous, is_end, told.is_null()) {
            return Ok(Tip { record: Value::from(&**path), is_end });
        }
        let record = match previous {
            Some(path) if self.audited.says(&told, now) => {
                self.noted(&path, now);
                Value::from(path)
            }
            previous => self.write("found", previous.as_deref(), told, now).await?,
        };
        Ok(Tip { record, is_end: false })
    }

    /// Tells that the asset is there, after all that was told of one of its name.
    async fn tell_creation(&self, state: &Value, is_made: bool) -> Result<Value> {
        let newest = self.trail.newest_of(&self.stem()).await.map_err(Error::from)?;
        let previous = match newest {
            Some((path, told)) if !told.is_null() => {
                if !is_made && self.audited.says(&told, state) {
                    self.noted(&path, state);
                    return Ok(Value::from(path));
                }
                if !is_made {
                    return self.write("found", Some(&path), told, state).await;
                }
                // Somebody else has ended it, without an event.
                let ended = self.write("found", Some(&path), told, &Value::Null).await?;
                ended.as_str().map(str::to_owned)
            }
            newest => newest.map(|(path, _)| path),
        };
        self.write("create", previous.as_deref(), Json::Null, state).await
    }

    /// Notes that something is left untold.
    fn owe(&self, record: &Value) {
        let record = record.as_str().map(str::to_owned);
        let bucket = Some(self.trail.bucket().to_owned());
        note(self.call, LAST, Last { record, values: String::new(), bucket });
    }

    async fn tell(
        &self,
        operation: &str,
        previous: Option<&str>,
        before: &Value,
        after: &Value,
    ) -> Result<Value> {
        let last: Option<Last> = self.call.private().get(LAST);
        let previous = previous.map(str::to_owned).or(last.and_then(|last| last.record));
        let before = self.audited.told(before, Scope::Lasting);
        self.write(operation, previous.as_deref(), before, after).await
    }

    /// Writes an event, and notes it as the last.
    async fn write(
        &self,
        operation: &str,
        previous: Option<&str>,
        before: Json,
        after: &Value,
    ) -> Result<Value> {
        let Self { audited, trail, id, .. } = self;
        let event = Event {
            kind: audited.name.clone(),
            id: id.clone(),
            operation: operation.to_owned(),
            at: Timestamp::now(),
            actor: None,
            environment: None,
            after: audited.told(after, Scope::Lasting),
            before,
            previous: previous.map(str::to_owned),
            changes: Vec::new(),
        };
        let record = trail.record(&self.name(&event, after), &event).await.map_err(Error::from)?;
        self.noted(&record, after);
        Ok(Value::from(record))
    }

    /// Remembers the last event and what it told.
    fn noted(&self, record: &str, after: &Value) {
        let values = self.audited.hash(after);
        let bucket = Some(self.trail.bucket().to_owned());
        note(self.call, LAST, Last { record: Some(record.to_owned()), values, bucket });
        self.call.edit_private(|private| private.remove(UNTOLD));
    }

    fn stem(&self) -> String {
        stem(&self.audited.name, &self.id)
    }

    /// The name follows from what came before. Where nothing did, it follows from all that tells this asset from one that
    /// had its name earlier.
    fn name(&self, event: &Event, after: &Value) -> String {
        let Event { kind, previous, before, .. } = event;
        let facts = if previous.is_some() {
            let after = self.audited.told(after, Scope::Chosen);
            json!({ "previous": previous, "after": after })
        } else {
            let generation = GENERATIONS.iter().find(|(name, _)| name == kind);
            let generation =
                generation.map(|(_, attribute)| format!("{:?}", after.member(attribute)));
            json!({ "generation": generation, "before": before, "after": event.after })
        };
        name_of(&self.stem(), &facts)
    }
}
