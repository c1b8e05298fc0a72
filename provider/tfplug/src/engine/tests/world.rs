//! A world of things in memory that resources of the tests live in, and that can be made to misbehave.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use crate::diag::{Error, Result};
use crate::erased::Provide;
use crate::resource::{Applied, Failure, Schema};
use crate::value::Value;

type Alter = Box<dyn Fn(&mut Value) + Send>;

#[derive(Clone, Default)]
pub(super) struct World(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    things: BTreeMap<String, Value>,
    counter: i64,
    alter: Option<Alter>,
    refuse: Option<Refuse>,
    calls: Vec<String>,
}

/// When a change fails.
#[derive(Clone, Copy, Debug)]
pub(super) enum Refuse {
    /// Before anything has happened.
    Before,
    /// After the thing was there, which is told.
    After,
}

impl World {
    /// A number that was never given before.
    pub(super) fn number(&self) -> i64 {
        let mut inner = self.0.lock().unwrap();
        inner.counter += 1;
        inner.counter
    }

    /// Changes what the next calls give back, in the way a careless author does.
    pub(super) fn alter(&self, alter: impl Fn(&mut Value) + Send + 'static) {
        self.0.lock().unwrap().alter = Some(Box::new(alter));
    }

    pub(super) fn behave(&self) {
        let mut inner = self.0.lock().unwrap();
        (inner.alter, inner.refuse) = (None, None);
    }

    pub(super) fn refuse(&self, when: Refuse) {
        self.0.lock().unwrap().refuse = Some(when);
    }

    /// Changes a thing behind the provider's back.
    pub(super) fn touch(&self, key: &str, change: impl FnOnce(&mut Value)) {
        change(self.0.lock().unwrap().things.get_mut(key).unwrap());
    }

    pub(super) fn forget(&self, key: &str) {
        self.0.lock().unwrap().things.remove(key);
    }

    pub(super) fn saw(&self, call: impl Into<String>) {
        self.0.lock().unwrap().calls.push(call.into());
    }

    pub(super) fn take_calls(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().calls)
    }

    pub(super) fn put<R: Schema>(&self, key: String, thing: R) -> Applied<R> {
        let mut inner = self.0.lock().unwrap();
        if matches!(inner.refuse, Some(Refuse::Before)) {
            return Err(Error::remote("No", "The world refuses.").into());
        }
        let mut value = thing.encode();
        inner.things.insert(key, value.clone());
        if let Some(alter) = &inner.alter {
            alter(&mut value);
        }
        let thing = R::decode(value)?;
        if matches!(inner.refuse, Some(Refuse::After)) {
            let error = Error::remote("Half done", "The world broke down on the way.");
            return Err(Failure { error, kept: Some(thing) });
        }
        Ok(thing)
    }

    pub(super) fn get<R: Schema>(&self, key: &str) -> Result<Option<R>> {
        let inner = self.0.lock().unwrap();
        let Some(mut value) = inner.things.get(key).cloned() else { return Ok(None) };
        if let Some(alter) = &inner.alter {
            alter(&mut value);
        }
        R::decode(value).map(Some)
    }

    pub(super) fn drop(&self, key: &str) -> Result<()> {
        let mut inner = self.0.lock().unwrap();
        if inner.refuse.is_some() {
            return Err(Error::remote("No", "The world refuses."));
        }
        inner.things.remove(key);
        Ok(())
    }
}

impl Provide<World> for World {
    fn provide(&self) -> Result<Arc<World>> {
        Ok(Arc::new(self.clone()))
    }
}

/// The life of a resource that is kept in the [`World`] under one of its fields; `fill` gives the computed
/// ones their values.
macro_rules! lives_in_world {
    ($resource:ty, $key:ident, |$this:ident, $world:ident| $fill:block; $($more:tt)*) => {
        impl crate::Resource for $resource {
            type Backend = World;

            async fn create(cx: &crate::Cx<World>, plan: Self) -> crate::Applied<Self> {
                cx.saw("create");
                let (mut $this, $world) = (plan, &**cx);
                $fill
                cx.put($this.$key.clone(), $this)
            }

            async fn read(
                cx: &crate::Cx<World>,
                key: Self::Key,
                _: Option<Self>,
            ) -> crate::Result<Option<Self>> {
                cx.saw("read");
                cx.get(&key)
            }

            async fn update(cx: &crate::Cx<World>, change: crate::Change<Self>) -> crate::Applied<Self> {
                cx.saw("update");
                let (mut $this, $world) = (change.after, &**cx);
                $fill
                cx.put($this.$key.clone(), $this)
            }

            async fn delete(cx: &crate::Cx<World>, state: Self) -> crate::Result<()> {
                cx.saw("delete");
                cx.drop(&state.$key)
            }

            $($more)*
        }
    };
}

pub(super) use lives_in_world;
