//! Actions without their types.

use std::marker::PhantomData;
use std::sync::OnceLock;

use super::{BoxFuture, Provide, Shape, context};
use crate::action::{Action, Progress};
use crate::context::Call;
use crate::diag::Result;
use crate::draft::{Draft, RawDraft};
use crate::schema::{Attribute, Block, Kind, Presence};
use crate::value::Value;

/// An action, without its types.
pub trait Invocable: Send + Sync {
    /// Its shape.
    fn shape(&self) -> &Shape;

    /// See [`Action::validate`].
    fn validate(&self, draft: &mut RawDraft) {
        let _ = draft;
    }

    /// Whether there is a backend by now; an error if there will be none. See [`Provide::missing`].
    fn is_ready(&self, call: &Call) -> Result<bool> {
        let _ = call;
        Ok(true)
    }

    /// See [`Action::plan`].
    fn plan<'a>(&'a self, call: Call, draft: &'a mut RawDraft) -> BoxFuture<'a, Result<()>> {
        let _ = (call, draft);
        Box::pin(async { Ok(()) })
    }

    /// See [`Action::invoke`].
    fn invoke(&self, call: Call, config: Value, progress: Progress) -> BoxFuture<'_, Result<()>>;
}

/// [`Invocable`] for an action with types.
pub(crate) struct ActionHandler<A, B> {
    shape: OnceLock<Shape>,
    of: PhantomData<fn() -> (A, B)>,
}

impl<A, B> ActionHandler<A, B> {
    pub(crate) fn new() -> Self {
        ActionHandler { shape: OnceLock::new(), of: PhantomData }
    }
}

impl<A: Action, B: Provide<A::Backend> + Send + Sync + 'static> Invocable for ActionHandler<A, B> {
    fn shape(&self) -> &Shape {
        self.shape.get_or_init(|| Shape::new(A::VERSION, configured(A::block())))
    }

    fn validate(&self, draft: &mut RawDraft) {
        A::validate(&mut Draft::new(draft));
    }

    fn is_ready(&self, call: &Call) -> Result<bool> {
        let Some(backends) = call.backends::<B>() else { return Ok(false) };
        match (backends.provide(), B::missing(&backends)) {
            (Ok(_), _) => Ok(true),
            (Err(_), None) => Ok(false),
            (Err(_), Some(error)) => Err(error),
        }
    }

    fn plan<'a>(&'a self, call: Call, draft: &'a mut RawDraft) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move { A::plan(&context::<_, B>(call)?, &mut Draft::new(draft)).await })
    }

    fn invoke(&self, call: Call, config: Value, progress: Progress) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            let config = A::decode(config)?;
            A::invoke(&context::<_, B>(call)?, config, &progress).await
        })
    }
}

/// The shape of a configuration: a default makes an attribute optional, and nothing is computed by it.
fn configured(mut block: Block) -> Block {
    block.attributes.iter_mut().for_each(only_optional);
    for nested in &mut block.blocks {
        nested.block = configured(std::mem::take(&mut nested.block));
    }
    block
}

fn only_optional(attribute: &mut Attribute) {
    if attribute.presence == Presence::OptionalComputed {
        attribute.presence = Presence::Optional;
    }
    if let Kind::Nested(nested) = &mut attribute.kind {
        nested.attributes.iter_mut().for_each(only_optional);
    }
}
