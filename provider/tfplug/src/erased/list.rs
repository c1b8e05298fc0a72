//! Lists of resources, with and without their types.

use std::fmt;
use std::marker::PhantomData;
use std::sync::OnceLock;

use super::{BoxFuture, Provide, Shape, context};
use crate::context::Call;
use crate::diag::Result;
use crate::draft::{Draft, RawDraft};
use crate::list::{Found, List, RawFound};
use crate::resource::Schema as _;
use crate::value::Value;

/// What there is of a kind of resource, without its types.
pub trait Listable: Send + Sync {
    /// The shape of the filter.
    fn shape(&self) -> &Shape;

    /// See [`List::validate_filter`].
    fn validate(&self, draft: &mut RawDraft) {
        let _ = draft;
    }

    /// See [`List::list`].
    fn list(&self, call: Call, filter: Value, found: RawFound) -> BoxFuture<'_, Result<()>>;
}

/// [`Listable`] for a resource with types.
pub(crate) struct ListHandler<R, B> {
    shape: OnceLock<Shape>,
    of: PhantomData<fn() -> (R, B)>,
}

impl<R, B> ListHandler<R, B> {
    pub(crate) fn new() -> Self {
        ListHandler { shape: OnceLock::new(), of: PhantomData }
    }
}

impl<R: List, B: Provide<R::Backend> + Send + Sync + 'static> Listable for ListHandler<R, B> {
    fn shape(&self) -> &Shape {
        self.shape.get_or_init(|| Shape::new(0, R::Filter::block()))
    }

    fn validate(&self, draft: &mut RawDraft) {
        R::validate_filter(&mut Draft::new(draft));
    }

    fn list(&self, call: Call, filter: Value, found: RawFound) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            let filter = R::Filter::decode(filter)?;
            R::list(&context::<_, B>(call)?, filter, &Found::new(found)).await
        })
    }
}

impl<R, B> fmt::Debug for ListHandler<R, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::any::type_name::<Self>())
    }
}
