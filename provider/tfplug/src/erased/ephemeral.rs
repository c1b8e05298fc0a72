//! Ephemeral resources without their types.

use std::marker::PhantomData;
use std::sync::OnceLock;
use std::time::SystemTime;

use super::{BoxFuture, Provide, Shape, context, waits};
use crate::context::Call;
use crate::diag::{Error, Result};
use crate::draft::{Draft, RawDraft};
use crate::ephemeral::{EphemeralResource, Opened};
use crate::resource::Failure;
use crate::value::Value;

/// Where the private data of an ephemeral resource has its handle.
const HANDLE: &str = "handle";

/// What came of opening an ephemeral resource.
#[derive(Debug)]
pub enum Opening {
    /// It is open until it is closed.
    Open {
        /// What the user gets.
        value: Value,
        /// When to renew it.
        renew_at: Option<SystemTime>,
    },
    /// It failed. What is there all the same is to be closed, if there is anything.
    Failed {
        /// What went wrong.
        error: Error,
        /// Whether there is something to close.
        to_close: bool,
    },
}

impl From<Error> for Opening {
    fn from(error: Error) -> Self {
        Opening::Failed { error, to_close: false }
    }
}

/// A kind of ephemeral resource, without its types. What `open` puts into the private data of its call,
/// `renew` and `close` find in theirs.
pub trait Openable: Send + Sync {
    /// Its shape.
    fn shape(&self) -> &Shape;

    /// See [`EphemeralResource::validate`].
    fn validate(&self, draft: &mut RawDraft) {
        let _ = draft;
    }

    /// Whether the backend waits for values of the provider's configuration; see [`Provide::is_unknown`].
    fn waits(&self, call: &Call) -> bool {
        call.is_provider_unknown()
    }

    /// See [`EphemeralResource::open`].
    fn open(&self, call: Call, config: Value) -> BoxFuture<'_, Opening>;

    /// See [`EphemeralResource::renew`].
    fn renew(&self, call: Call) -> BoxFuture<'_, Result<Option<SystemTime>>> {
        let _ = call;
        Box::pin(async { Ok(None) })
    }

    /// See [`EphemeralResource::close`].
    fn close(&self, call: Call) -> BoxFuture<'_, Result<()>> {
        let _ = call;
        Box::pin(async { Ok(()) })
    }
}

/// [`Openable`] for an ephemeral resource with types.
pub(crate) struct EphemeralHandler<E, B> {
    shape: OnceLock<Shape>,
    of: PhantomData<fn() -> (E, B)>,
}

impl<E, B> EphemeralHandler<E, B> {
    pub(crate) fn new() -> Self {
        EphemeralHandler { shape: OnceLock::new(), of: PhantomData }
    }
}

impl<E, B> Openable for EphemeralHandler<E, B>
where
    E: EphemeralResource,
    B: Provide<E::Backend> + Send + Sync + 'static,
{
    fn shape(&self) -> &Shape {
        self.shape.get_or_init(|| Shape::new(E::VERSION, E::block()))
    }

    fn validate(&self, draft: &mut RawDraft) {
        E::validate(&mut Draft::new(draft));
    }

    fn waits(&self, call: &Call) -> bool {
        waits::<E::Backend, B>(call)
    }

    fn open(&self, call: Call, config: Value) -> BoxFuture<'_, Opening> {
        Box::pin(async move {
            let begun = E::decode(config).and_then(|config| Ok((context::<_, B>(call)?, config)));
            let (cx, config) = match begun {
                Ok(begun) => begun,
                Err(error) => return error.into(),
            };
            match E::open(&cx, config).await {
                Ok(Opened { value, handle, renew_at }) => match keep::<E>(cx.call(), &handle) {
                    Ok(()) => Opening::Open { value: value.encode(), renew_at },
                    Err(error) => close_lost::<E, B>(cx.call(), error, handle).await,
                },
                Err(Failure { error, kept: None }) => error.into(),
                Err(Failure { error, kept: Some(handle) }) => match keep::<E>(cx.call(), &handle) {
                    Ok(()) => Opening::Failed { error, to_close: true },
                    Err(lost) => close_lost::<E, B>(cx.call(), error.and(lost), handle).await,
                },
            }
        })
    }

    fn renew(&self, call: Call) -> BoxFuture<'_, Result<Option<SystemTime>>> {
        Box::pin(async move {
            let handle = handle::<E>(&call)?;
            E::renew(&context::<_, B>(call)?, &handle).await
        })
    }

    fn close(&self, call: Call) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            let handle = handle::<E>(&call)?;
            E::close(&context::<_, B>(call)?, handle).await
        })
    }
}

fn keep<E: EphemeralResource>(call: &Call, handle: &E::Handle) -> Result<()> {
    call.edit_private(|private| private.set(HANDLE, handle))
}

/// A handle that cannot be kept is used for the last time.
async fn close_lost<E, B>(call: &Call, error: Error, handle: E::Handle) -> Opening
where
    E: EphemeralResource,
    B: Provide<E::Backend> + Send + Sync + 'static,
{
    let closed = match context::<_, B>(call.clone()) {
        Ok(cx) => E::close(&cx, handle).await,
        Err(error) => Err(error),
    };
    match closed {
        Ok(()) => error.into(),
        Err(further) => error.and(further).into(),
    }
}

fn handle<E: EphemeralResource>(call: &Call) -> Result<E::Handle> {
    // What it says is not repeated: it may be secret.
    call.private().get(HANDLE).ok_or_else(|| {
        let name = E::TYPE_NAME;
        Error::bug(format!("`{name}` got back other private data than it left when it was opened."))
    })
}
