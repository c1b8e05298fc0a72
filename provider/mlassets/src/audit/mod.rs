//! The law of the audit: a change of an asset leaves one event, whatever kind it is.
//!
//! [`around`] puts each kind behind [`Audited`], so no kind knows of it. Versions and deployments have a database that
//! tells each change in the change's own transaction; `rows` passes that on. For all others `asset` tells what Terraform
//! did, and what it finds done since the last event. Buckets and records of the archive are not told: their own chain is.
//!
//! Private data of the state says which event was the last and what it told, so that nothing is read to find out.

mod asset;
mod rows;
mod values;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value as Json, json};
use tfplug::draft::RawDraft;
use tfplug::erased::{BoxFuture, Managed, Outcome, Shape};
use tfplug::past::Source as Origin;
use tfplug::schema::{Attribute, Presence};
use tfplug::{Call, Diagnostic, Error, Result, Type, Value};

use crate::backend::audit::{self, Event, Trail, name_of, stem};
use crate::diagnose::sentence;
use crate::provider::Backends;

/// The attribute that each audited kind has besides its own.
const RECORD: &str = "audit_record_id";

/// Where private data says that there is something to tell.
const UNTOLD: &str = "audit_untold";

/// Where private data says that a destruction left the asset as it is.
const SPARED: &str = "audit_spared";

/// Where private data says that a creation has made nothing.
const TAKEN_OVER: &str = "audit_taken_over";

/// Who knows what has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Teller {
    /// The asset, by its values before and after.
    Asset,
    /// The rows of the registry's database.
    Rows,
}

/// The kind behind its audit; the kind itself if something else tells of its changes.
pub(crate) fn around(name: &str, kind: Arc<dyn Managed>) -> Arc<dyn Managed> {
    let teller = match name {
        "worm_bucket" | "worm_record" | "worm_replication" => return kind,
        "model_version" | "model_deployment" => Teller::Rows,
        _ => Teller::Asset,
    };
    Arc::new(Audited::new(name, kind, teller))
}

/// Notes that a destruction changes nothing.
pub(crate) fn spared(call: &Call) {
    note(call, SPARED, true);
}

/// Notes that a creation took over what was there.
pub(crate) fn taken_over(call: &Call) {
    note(call, TAKEN_OVER, true);
}

/// Tells a step that a kind does with other assets; nothing without an audit. The same facts are told once.
pub(crate) async fn tell_step(
    call: &Call,
    kind: &str,
    id: &str,
    step: &str,
    facts: &Json,
) -> Result<()> {
    let Some(trail) = backends(call).map_or(Ok(None), |backends| backends.audit())? else {
        return Ok(());
    };
    let event = Event {
        kind: kind.to_owned(),
        id: id.to_owned(),
        operation: step.to_owned(),
        at: Timestamp::now(),
        actor: None,
        environment: None,
        before: Json::Null,
        after: facts.clone(),
        previous: None,
        changes: Vec::new(),
    };
    let name = name_of(&stem(kind, id), &json!({ "step": step, "facts": facts }));
    trail.record(&name, &event).await?;
    Ok(())
}

/// Fails if an event could not be written now, for actions that let something go on. One that stops something is not
/// kept from it.
pub(crate) async fn ready(call: &Call) -> Result<()> {
    open(call).await.map(drop)
}

/// Tells what an action has done, each time that it does something.
pub(crate) async fn tell_action(call: &Call, kind: &str, id: &str, done: Done) -> Result<()> {
    let Done { operation, mut facts } = done;
    facts["at"] = Timestamp::now().to_string().into();
    tell_step(call, kind, id, operation, &facts).await.map_err(|error| {
        let detail =
            format!("{id}: the `{operation}` is done, and the audit does not know of it. {error}");
        Error::remote("Done, but not told", detail)
    })
}

/// What an action has done.
pub(crate) struct Done {
    /// As events name it.
    pub(crate) operation: &'static str,
    /// An object.
    pub(crate) facts: Json,
}

/// A kind whose changes are told.
struct Audited {
    kind: Arc<dyn Managed>,
    shape: Shape,
    name: String,
    teller: Teller,
}

impl Audited {
    fn new(name: &str, kind: Arc<dyn Managed>, teller: Teller) -> Self {
        let Shape { version, block, identity, .. } = kind.shape();
        let mut block = block.clone();
        let description = "Path of the newest event about it in the audit bucket, for `mlassets_worm_record`. Null without \
                           an `audit` block in the provider's configuration.";
        block.attributes.push(Attribute {
            description: description.into(),
            ..Attribute::new(RECORD, Type::String, Presence::Computed)
        });
        let shape = Shape { identity: identity.clone(), ..Shape::new(*version, block) };
        Audited { shape, name: format!("mlassets_{name}"), teller, kind }
    }

    /// Who knows what has changed. A registry in MLflow has no rows that do.
    fn teller(&self, call: &Call) -> Teller {
        let backends = backends(call);
        match backends.as_ref().and_then(|backends| backends.registry()) {
            Some(registry) if !registry.is_database() => Teller::Asset,
            _ => self.teller,
        }
    }

    /// One of the kind as people name it.
    fn id(&self, state: &Value) -> String {
        self.shape.identity.as_ref().map(|identity| identity.format(state)).unwrap_or_default()
    }
}

impl Managed for Audited {
    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn validate(&self, draft: &mut RawDraft) {
        within(draft, |draft| self.kind.validate(draft));
    }

    fn ready(&self, call: &Call) -> Result<()> {
        self.kind.ready(call)
    }

    fn waits(&self, call: &Call) -> bool {
        self.kind.waits(call)
    }

    fn is_legacy(&self) -> bool {
        self.kind.is_legacy()
    }

    fn plan(&self, call: &Call, draft: &mut RawDraft) {
        within(draft, |draft| self.kind.plan(call, draft));
        let told = draft.prior.member(RECORD).clone();
        put(&mut draft.planned, told);
        if backends(call).is_some_and(|backends| matches!(backends.audit(), Ok(None))) {
            return;
        }
        let is_untold = draft.private.get(UNTOLD).unwrap_or(false);
        // Settings are Terraform's own matter and no event, but whether others change with them only the apply knows.
        if draft.prior != draft.planned || is_untold {
            put(&mut draft.planned, Value::UNKNOWN);
        }
    }

    fn plan_delete(&self, call: Call, mut state: Value) -> BoxFuture<'_, Result<()>> {
        take(&mut state);
        self.kind.plan_delete(call, state)
    }

    fn create(&self, call: Call, mut plan: Value) -> BoxFuture<'_, Outcome> {
        Box::pin(async move {
            take(&mut plan);
            let Some(trail) = (match open(&call).await {
                Ok(trail) => trail,
                Err(error) => return failed(error),
            }) else {
                let outcome = self.kind.create(call.clone(), plan).await;
                call.edit_private(|private| private.remove(TAKEN_OVER));
                return with(outcome, Value::Null);
            };
            let outcome = self.kind.create(call.clone(), plan).await;
            let is_made = !call.private().get(TAKEN_OVER).unwrap_or(false);
            call.edit_private(|private| private.remove(TAKEN_OVER));
            match self.teller(&call) {
                Teller::Asset => self.tell_creation(&call, &trail, outcome, is_made).await,
                Teller::Rows => self.tell_rows(&call, &trail, outcome, true).await,
            }
        })
    }

    fn read(
        &self,
        call: Call,
        mut identity: Value,
        mut prior: Option<Value>,
    ) -> BoxFuture<'_, Result<Option<Value>>> {
        Box::pin(async move {
            take(&mut identity);
            let told = prior.as_mut().map(take).unwrap_or_default();
            let is_import = prior.is_none();
            let Some(mut found) = self.kind.read(call.clone(), identity, prior).await? else {
                return Ok(None);
            };
            let told = match (backends(&call).map(|backends| backends.audit()), self.teller(&call))
            {
                // Whoever only looks need not be able to write, and without an audit nothing is owed.
                (None | Some(Err(_) | Ok(None)), _) => {
                    call.edit_private(|private| private.remove(UNTOLD));
                    told
                }
                (Some(Ok(Some(trail))), Teller::Asset) => {
                    self.compare(&call, &found);
                    let last = self.expect_last(&call, &trail).await;
                    warn_of(&call, last, "The next change of the asset will fail");
                    told
                }
                (Some(Ok(Some(trail))), Teller::Rows) => {
                    if let Some(path) = told.as_str() {
                        let last = trail.expect(path).await;
                        warn_of(
                            &call,
                            last,
                            "The next apply tells it again from the registry's database",
                        );
                    }
                    self.look_up(&call, &trail, &found, told, is_import).await
                }
            };
            put(&mut found, told);
            Ok(Some(found))
        })
    }

    fn update(&self, call: Call, mut before: Value, mut after: Value) -> BoxFuture<'_, Outcome> {
        Box::pin(async move {
            let told = take(&mut before);
            take(&mut after);
            let Some(trail) = (match open(&call).await {
                Ok(trail) => trail,
                Err(error) => return failed(error),
            }) else {
                return with(self.change(&call, before, after).await, told);
            };
            match self.teller(&call) {
                Teller::Asset => self.update_asset(&call, &trail, told, before, after).await,
                Teller::Rows => {
                    let outcome = self.change(&call, before, after).await;
                    let outcome = with(outcome, told);
                    self.tell_rows(&call, &trail, outcome, false).await
                }
            }
        })
    }

    fn delete(&self, call: Call, mut state: Value) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            let told = take(&mut state);
            let Some(trail) = open(&call).await? else {
                return self.kind.delete(call, state).await;
            };
            match self.teller(&call) {
                Teller::Asset => self.delete_asset(&call, &trail, told, state).await,
                Teller::Rows => {
                    let ended = self.kind.delete(call.clone(), state).await;
                    both(ended, rows::deliver(&call, &trail).await)
                }
            }
        })
    }

    fn upgrade(&self, from: i64, old: Json) -> Result<Json> {
        self.kind.upgrade(from, old)
    }

    fn sources(&self) -> Vec<Origin> {
        self.kind.sources()
    }

    fn take_over(&self, source: &Origin, stored: &Json) -> Option<Result<Json>> {
        self.kind.take_over(source, stored)
    }
}

impl Audited {
    /// Changes the asset, unless all that the plan changes is the event that was left untold.
    async fn change(&self, call: &Call, before: Value, after: Value) -> Outcome {
        match unchanged(&before, &after) {
            Some(state) => Outcome { state: Some(state), error: None },
            None => self.kind.update(call.clone(), before, after).await,
        }
    }
}

/// The state after an update that changes nothing; none if it changes something.
fn unchanged(before: &Value, after: &Value) -> Option<Value> {
    let (Value::Map(old), Value::Map(new)) = (before, after) else { return None };
    // What is not known yet is what the kind wants to find out.
    let same = |(name, value): (&String, &Value)| old.get(name).unwrap_or(&Value::Null) == value;
    new.iter().all(same).then(|| before.clone())
}

/// The trail, if there is one and it can be written: a change that could not be told does not happen.
async fn open(call: &Call) -> Result<Option<Arc<Trail>>> {
    let trail = backends(call).map_or(Ok(None), |backends| backends.audit())?;
    if let Some(trail) = &trail {
        trail.ready().await?;
    }
    Ok(trail)
}

/// Warns of an event that has vanished or was changed. Whoever only looks need not reach the archive, so nothing else is
/// told.
fn warn_of(call: &Call, last: audit::Result<()>, so: &str) {
    let (summary, detail) = match last {
        Err(vanished @ audit::Error::Vanished { .. }) => {
            ("An event has vanished", format!("{so}: {vanished}."))
        }
        Err(altered @ audit::Error::Altered { .. }) => {
            ("An event was changed", sentence(&altered.to_string()))
        }
        _ => return,
    };
    call.warn(Diagnostic::warning(summary, detail));
}

fn backends(call: &Call) -> Option<Arc<Backends>> {
    call.backends::<Backends>()
}

/// Lets the kind see a draft as if it had no audit.
fn within(draft: &mut RawDraft, see: impl FnOnce(&mut RawDraft)) {
    take(&mut draft.config);
    let prior = take(&mut draft.prior);
    take(&mut draft.planned);
    see(draft);
    put(&mut draft.config, Value::Null);
    put(&mut draft.prior, prior);
    put(&mut draft.planned, Value::UNKNOWN);
}

/// Takes the attribute out of an object of the audited shape.
fn take(object: &mut Value) -> Value {
    match object {
        Value::Map(members) => members.remove(RECORD).unwrap_or_default(),
        _ => Value::Null,
    }
}

fn put(object: &mut Value, record: Value) {
    if let Value::Map(members) = object {
        members.insert(RECORD.to_owned(), record);
    }
}

fn with(mut outcome: Outcome, record: Value) -> Outcome {
    if let Some(state) = &mut outcome.state {
        put(state, record);
    }
    outcome
}

fn failed(error: Error) -> Outcome {
    Outcome { state: None, error: Some(error) }
}

fn note<T: serde::Serialize>(call: &Call, key: &str, value: T) {
    let noted = call.edit_private(|private| private.set(key, &value));
    noted.expect("a flag and two texts can be written as JSON");
}

/// Both failed, or one, or none.
fn both(first: Result<()>, second: Result<()>) -> Result<()> {
    match (first, second) {
        (Err(first), Err(second)) => Err(first.and(second)),
        (first, second) => first.and(second),
    }
}
