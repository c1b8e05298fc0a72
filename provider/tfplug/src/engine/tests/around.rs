//! A kind behind another one, which does for all of them what none of them knows of.

use std::sync::Arc;

use super::kinds::{Pool, Ticket};
use super::world::World;
use crate::context::Call;
use crate::diag::Result;
use crate::draft::RawDraft;
use crate::erased::{BoxFuture, Managed, Outcome, Shape};
use crate::schema::{Attribute, Presence};
use crate::testing::{Action, Harness, config};
use crate::value::{Type, Value};
use crate::{Host, Provider, Registry, Schema, Served};

const NOTE: &str = "note";

/// A provider whose pools carry a note.
#[derive(Debug, Schema)]
#[tf(name = "noted")]
struct Notes {}

impl Provider for Notes {
    const ADDRESS: &'static str = "registry.terraform.io/example/noted";
    type Backends = World;

    async fn configure(_: Self, _: Host) -> Result<World> {
        Ok(World::default())
    }

    fn registry() -> Registry<World> {
        Registry::new()
            .resource::<Pool>()
            .lookup::<Pool>()
            .around(|name, kind| Arc::new(Noted::new(name, kind)))
            .resource::<Ticket>()
    }
}

/// Notes what was done last, in an attribute of its own.
struct Noted {
    name: String,
    kind: Arc<dyn Managed>,
    shape: Shape,
}

impl Noted {
    fn new(name: &str, kind: Arc<dyn Managed>) -> Self {
        let Shape { version, block, identity, .. } = kind.shape();
        let mut block = block.clone();
        block.attributes.push(Attribute::new(NOTE, Type::String, Presence::Computed));
        let shape = Shape { identity: identity.clone(), ..Shape::new(*version, block) };
        Self { name: name.to_owned(), kind, shape }
    }

    fn with(&self, mut outcome: Outcome, done: &str) -> Outcome {
        if let Some(state) = &mut outcome.state {
            put(state, format!("{} {done}", self.name).into());
        }
        outcome
    }
}

fn take(object: &mut Value) -> Value {
    match object {
        Value::Map(members) => members.remove(NOTE).unwrap_or_default(),
        _ => Value::Null,
    }
}

fn put(object: &mut Value, note: Value) {
    if let Value::Map(members) = object {
        members.insert(NOTE.to_owned(), note);
    }
}

impl Managed for Noted {
    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn validate(&self, draft: &mut RawDraft) {
        take(&mut draft.config);
        self.kind.validate(draft);
        put(&mut draft.config, Value::Null);
    }

    fn plan(&self, call: &Call, draft: &mut RawDraft) {
        take(&mut draft.config);
        take(&mut draft.planned);
        let note = take(&mut draft.prior);
        self.kind.plan(call, draft);
        let stays = draft.prior == draft.planned;
        put(&mut draft.config, Value::Null);
        put(&mut draft.prior, note.clone());
        put(&mut draft.planned, if stays { note } else { Value::UNKNOWN });
    }

    fn create(&self, call: Call, mut plan: Value) -> BoxFuture<'_, Outcome> {
        take(&mut plan);
        Box::pin(async { self.with(self.kind.create(call, plan).await, "made") })
    }

    fn read(
        &self,
        call: Call,
        identity: Value,
        mut prior: Option<Value>,
    ) -> BoxFuture<'_, Result<Option<Value>>> {
        let note = prior.as_mut().map(take).unwrap_or_default();
        Box::pin(async {
            let mut found = self.kind.read(call, identity, prior).await?;
            if let Some(found) = &mut found {
                put(found, note);
            }
            Ok(found)
        })
    }

    fn update(&self, call: Call, mut before: Value, mut after: Value) -> BoxFuture<'_, Outcome> {
        take(&mut before);
        take(&mut after);
        Box::pin(async { self.with(self.kind.update(call, before, after).await, "changed") })
    }

    fn delete(&self, call: Call, mut state: Value) -> BoxFuture<'_, Result<()>> {
        take(&mut state);
        self.kind.delete(call, state)
    }

    fn upgrade(&self, from: i64, old: serde_json::Value) -> Result<serde_json::Value> {
        self.kind.upgrade(from, old)
    }
}

#[tokio::test]
async fn a_kind_lives_behind_another_one() {
    let served = Served::new::<Notes>("1.0.0");
    let world = World::default();
    let pool = Arc::clone(&served.resources["noted_pool"]);
    let mut harness = Harness::of(pool, Some(Arc::new(world.clone())));
    let note = |harness: &Harness| harness.state().member(NOTE).clone();

    let first = config!({ "name": "gpu", "limit": 3 });
    harness.assert_converges(&first).await.unwrap();
    assert_eq!(note(&harness), "pool made".into());
    assert_eq!(world.take_calls(), ["create", "read"]);
    harness.assert_converges(config!({ "name": "gpu", "limit": 5 })).await.unwrap();
    assert_eq!(note(&harness), "pool changed".into());
    // What the kind itself says still holds.
    let replaced = harness.assert_converges(config!({ "name": "gpu", "limit": 2 })).await.unwrap();
    assert_eq!((replaced.action, note(&harness)), (Action::Replace, "pool made".into()));
    let long = config!({ "name": "a name that is much too long" });
    let refused = harness.validate(&long).unwrap_err().to_string();
    assert!(refused.contains("name"), "{refused}");
    harness.import("gpu").await.unwrap();
    assert_eq!(note(&harness), Value::Null, "nothing was done with it");
    harness.destroy().await.unwrap();
    assert!(harness.current().is_none());
}

/// Only resources, and of them those that were served before.
#[test]
fn what_is_not_around_stays_as_it_is() {
    let served = Served::new::<Notes>("1.0.0");
    let has = |block: &crate::schema::Block| block.attributes.iter().any(|it| it.name == NOTE);
    assert!(has(&served.resources["noted_pool"].shape().block));
    assert!(!has(&served.resources["noted_ticket"].shape().block));
    assert!(!has(&served.data_sources["noted_pool"].shape().block));
}
