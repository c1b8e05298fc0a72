//! State stores without their types.

use std::sync::Arc;

use super::{BoxFuture, Shape};
use crate::context::Call;
use crate::diag::Result;
use crate::draft::RawDraft;
use crate::value::Value;

/// A kind of state store.
pub trait Storing: Send + Sync {
    /// Its shape.
    fn shape(&self) -> &Shape;

    /// Looks at a configuration as a whole.
    fn validate(&self, draft: &mut RawDraft) {
        let _ = draft;
    }

    /// A store with this configuration, once it was found that it can be used.
    fn open(&self, call: Call, config: Value) -> BoxFuture<'_, Result<Arc<dyn OpenStore>>>;
}

/// A state store in use.
pub trait OpenStore: Send + Sync {
    /// The state called `id`, if there is one.
    fn read<'s>(&'s self, call: Call, id: &'s str) -> BoxFuture<'s, Result<Option<Vec<u8>>>>;

    /// Puts a state in the place of what is called `id`.
    fn write<'s>(&'s self, call: Call, id: &'s str, state: Vec<u8>) -> BoxFuture<'s, Result<()>>;

    /// The names of all states.
    fn list(&self, call: Call) -> BoxFuture<'_, Result<Vec<String>>>;

    /// Ends a state.
    fn delete<'s>(&'s self, call: Call, id: &'s str) -> BoxFuture<'s, Result<()>>;

    /// Keeps everybody else from a state; what the lock is called.
    fn lock<'s>(
        &'s self,
        call: Call,
        id: &'s str,
        operation: &'s str,
    ) -> BoxFuture<'s, Result<String>>;

    /// Gives a state free.
    fn unlock<'s>(&'s self, call: Call, id: &'s str, lock: &'s str) -> BoxFuture<'s, Result<()>>;
}

#[cfg(feature = "state-store")]
pub(crate) use typed::StoreHandler;

#[cfg(feature = "state-store")]
mod typed {
    use std::fmt;
    use std::marker::PhantomData;
    use std::sync::{Arc, OnceLock};

    use super::{BoxFuture, Call, OpenStore, RawDraft, Result, Shape, Storing, Value};
    use crate::draft::Draft;
    use crate::erased::{Provide, context};
    use crate::state_store::StateStore;

    /// [`Storing`] for a store with types.
    pub(crate) struct StoreHandler<S, B> {
        shape: OnceLock<Shape>,
        of: PhantomData<fn() -> (S, B)>,
    }

    impl<S, B> StoreHandler<S, B> {
        pub(crate) fn new() -> Self {
            StoreHandler { shape: OnceLock::new(), of: PhantomData }
        }
    }

    /// A configured store.
    struct Opened<S, B> {
        store: S,
        of: PhantomData<fn() -> B>,
    }

    impl<S: StateStore, B: Provide<S::Backend> + Send + Sync + 'static> Storing for StoreHandler<S, B> {
        fn shape(&self) -> &Shape {
            self.shape.get_or_init(|| Shape::new(S::VERSION, S::block()))
        }

        fn validate(&self, draft: &mut RawDraft) {
            S::validate(&mut Draft::new(draft));
        }

        fn open(&self, call: Call, config: Value) -> BoxFuture<'_, Result<Arc<dyn OpenStore>>> {
            Box::pin(async move {
                let store = S::decode(config)?;
                store.open(&context::<_, B>(call)?).await?;
                Ok(Arc::new(Opened::<S, B> { store, of: PhantomData }) as Arc<dyn OpenStore>)
            })
        }
    }

    impl<S: StateStore, B: Provide<S::Backend> + Send + Sync + 'static> OpenStore for Opened<S, B> {
        fn read<'s>(&'s self, call: Call, id: &'s str) -> BoxFuture<'s, Result<Option<Vec<u8>>>> {
            Box::pin(async move { self.store.read(&context::<_, B>(call)?, id).await })
        }

        fn write<'s>(
            &'s self,
            call: Call,
            id: &'s str,
            state: Vec<u8>,
        ) -> BoxFuture<'s, Result<()>> {
            Box::pin(async move { self.store.write(&context::<_, B>(call)?, id, state).await })
        }

        fn list(&self, call: Call) -> BoxFuture<'_, Result<Vec<String>>> {
            Box::pin(async move { self.store.list(&context::<_, B>(call)?).await })
        }

        fn delete<'s>(&'s self, call: Call, id: &'s str) -> BoxFuture<'s, Result<()>> {
            Box::pin(async move { self.store.delete(&context::<_, B>(call)?, id).await })
        }

        fn lock<'s>(
            &'s self,
            call: Call,
            id: &'s str,
            operation: &'s str,
        ) -> BoxFuture<'s, Result<String>> {
            Box::pin(async move { self.store.lock(&context::<_, B>(call)?, id, operation).await })
        }

        fn unlock<'s>(
            &'s self,
            call: Call,
            id: &'s str,
            lock: &'s str,
        ) -> BoxFuture<'s, Result<()>> {
            Box::pin(async move { self.store.unlock(&context::<_, B>(call)?, id, lock).await })
        }
    }

    impl<S, B> fmt::Debug for StoreHandler<S, B> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(std::any::type_name::<Self>())
        }
    }
}
