//! Typed traits behind untyped ones, so that the engine is compiled once.
//!
//! [`Managed`], [`Readable`], [`Listable`], [`Openable`], [`Invocable`] and [`Callable`] are what the server keeps in
//! its tables. Authors never see them, except those whose resources are data: they implement these traits directly.

mod action;
mod ephemeral;
mod list;
mod state_store;

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use serde_json::Value as Json;

use crate::context::{Call, Cx};
use crate::data_source::DataSource;
use crate::diag::{Error, Result};
use crate::draft::{Draft, RawDraft};
use crate::function::Function;
use crate::identity::Identity;
use crate::past::Source;
use crate::path::Path;
use crate::resource::{Applied, Change, Identified, Resource, Schema};
use crate::schema::{Attribute, Block, Kind, Members, Nested, NestedBlock, Nesting, Presence};
use crate::typed::{AttributeType, Slot};
use crate::value::{Type, Value};

pub(crate) use action::ActionHandler;
pub use action::Invocable;
pub(crate) use ephemeral::EphemeralHandler;
pub use ephemeral::{Openable, Opening};
pub(crate) use list::ListHandler;
pub use list::Listable;
#[cfg(feature = "state-store")]
pub(crate) use state_store::StoreHandler;
pub use state_store::{OpenStore, Storing};

/// A future in a box, for traits that are used without their type.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The shape of a kind of resource or data source, with what is derived from it.
#[derive(Debug)]
pub struct Shape {
    /// The version of the state's shape.
    pub version: i64,
    /// What is declared.
    pub block: Block,
    /// The type of its objects.
    pub ty: Type,
    /// What identifies one.
    pub identity: Option<Identity>,
}

impl Shape {
    /// A shape without an identity.
    pub fn new(version: i64, block: Block) -> Self {
        Shape { version, ty: block.members().ty(), block, identity: None }
    }

    /// The same with an identity, written as one text by `template`.
    #[must_use]
    pub fn identified(self, template: impl Into<crate::schema::Text>) -> Self {
        Shape { identity: Identity::of(&self.block, template), ..self }
    }
}

/// What a change of the world came to: what exists now, and what went wrong if anything did.
#[derive(Debug)]
pub struct Outcome {
    /// What exists now, as far as it is known; `None` if the call failed and has nothing to add.
    pub state: Option<Value>,
    /// What went wrong.
    pub error: Option<Error>,
}

/// A kind of managed resource, without its types.
pub trait Managed: Send + Sync {
    /// Its shape.
    fn shape(&self) -> &Shape;

    /// See [`Resource::validate`].
    fn validate(&self, draft: &mut RawDraft) {
        let _ = draft;
    }

    /// Whether there will be a backend, as far as the provider's configuration is known; see
    /// [`Provide::missing`].
    fn ready(&self, call: &Call) -> Result<()> {
        let _ = call;
        Ok(())
    }

    /// Whether the backend waits for values of the provider's configuration; see [`Provide::is_unknown`].
    fn waits(&self, call: &Call) -> bool {
        call.is_provider_unknown()
    }

    /// Whether the kind asks for the leniency that Terraform has for providers of the old type system. Its
    /// plan may then say what a nested block holds although the configuration has no such block. Terraform
    /// writes what it would have refused to its log, and the engine leaves it unjudged.
    fn is_legacy(&self) -> bool {
        false
    }

    /// See [`Resource::plan`]. What kinds are built of may know from `call` what the provider was configured with; a
    /// plan reaches no server.
    fn plan(&self, call: &Call, draft: &mut RawDraft) {
        let _ = (call, draft);
    }

    /// See [`Resource::plan_delete`].
    fn plan_delete(&self, call: Call, state: Value) -> BoxFuture<'_, Result<()>> {
        let _ = (call, state);
        Box::pin(async { Ok(()) })
    }

    /// See [`Resource::create`].
    fn create(&self, call: Call, plan: Value) -> BoxFuture<'_, Outcome>;

    /// See [`Resource::read`]. `identity` has at least the identifying attributes.
    fn read(
        &self,
        call: Call,
        identity: Value,
        prior: Option<Value>,
    ) -> BoxFuture<'_, Result<Option<Value>>>;

    /// See [`Resource::update`].
    fn update(&self, call: Call, before: Value, after: Value) -> BoxFuture<'_, Outcome>;

    /// See [`Resource::delete`].
    fn delete(&self, call: Call, state: Value) -> BoxFuture<'_, Result<()>>;

    /// Turns a state of an older version into one of the present shape; see [`Resource::past`].
    fn upgrade(&self, from: i64, old: Json) -> Result<Json>;

    /// What it takes the place of by a `moved` block.
    fn sources(&self) -> Vec<Source> {
        Vec::new()
    }

    /// The state of another kind of resource in the shape of this one; none if it does not know that kind.
    fn take_over(&self, source: &Source, stored: &Json) -> Option<Result<Json>> {
        let _ = (source, stored);
        None
    }
}

/// A kind of data source, without its types.
pub trait Readable: Send + Sync {
    /// Its shape.
    fn shape(&self) -> &Shape;

    /// See [`DataSource::validate`].
    fn validate(&self, draft: &mut RawDraft) {
        let _ = draft;
    }

    /// Whether the backend waits for values of the provider's configuration; see [`Provide::is_unknown`].
    fn waits(&self, call: &Call) -> bool {
        call.is_provider_unknown()
    }

    /// See [`DataSource::read`].
    fn read(&self, call: Call, config: Value) -> BoxFuture<'_, Result<Value>>;
}

/// A function, without its types.
pub trait Callable: Send + Sync {
    /// Its parameters, in order; the last one may be variadic.
    fn parameters(&self) -> &Block;

    /// Whether the last parameter takes all arguments that are left.
    fn is_variadic(&self) -> bool;

    /// The type of the result.
    fn returns(&self) -> Type;

    /// Computes the result from an object with a member for each parameter.
    fn call(&self, arguments: Value) -> Result<Value>;
}

/// What resources find their backend in: the provider's `Backends` has one for each kind of backend.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not provide the backend `{T}`",
    note = "implement `Provide<{T}>` for it; a backend that was not configured is an error there"
)]
pub trait Provide<T> {
    /// The backend, or an error that names the missing configuration.
    fn provide(&self) -> Result<Arc<T>>;

    /// The error of [`provide`](Self::provide), if no value that is still unknown can make it good. It then
    /// fails the plan already, and not only the apply.
    fn missing(&self) -> Option<Error> {
        None
    }

    /// Whether [`provide`](Self::provide) fails only because of values that are still unknown. Where Terraform allows
    /// it, what needs the backend is then [deferred](crate::Deferral).
    fn is_unknown(&self) -> bool {
        false
    }
}

/// A provider with one backend has nothing but that: `type Backends = Arc<Client>`.
impl<T> Provide<T> for Arc<T> {
    fn provide(&self) -> Result<Arc<T>> {
        Ok(Arc::clone(self))
    }
}

/// [`Managed`] for a resource with types.
pub(crate) struct ResourceHandler<R, B> {
    shape: OnceLock<Shape>,
    of: PhantomData<fn() -> (R, B)>,
}

/// [`Readable`] for a data source with types.
pub(crate) struct DataSourceHandler<D, B> {
    shape: OnceLock<Shape>,
    of: PhantomData<fn() -> (D, B)>,
}

/// [`Readable`] that looks up what a resource manages.
pub(crate) struct LookupHandler<R, B> {
    shape: OnceLock<Shape>,
    of: PhantomData<fn() -> (R, B)>,
}

/// [`Callable`] for a function with types.
pub(crate) struct FunctionHandler<F> {
    block: OnceLock<Block>,
    of: PhantomData<fn() -> F>,
}

impl<R, B> ResourceHandler<R, B> {
    pub(crate) fn new() -> Self {
        ResourceHandler { shape: OnceLock::new(), of: PhantomData }
    }
}

impl<D, B> DataSourceHandler<D, B> {
    pub(crate) fn new() -> Self {
        DataSourceHandler { shape: OnceLock::new(), of: PhantomData }
    }
}

impl<R, B> LookupHandler<R, B> {
    pub(crate) fn new() -> Self {
        LookupHandler { shape: OnceLock::new(), of: PhantomData }
    }
}

impl<F> FunctionHandler<F> {
    pub(crate) fn new() -> Self {
        FunctionHandler { block: OnceLock::new(), of: PhantomData }
    }
}

fn context<T, B: Provide<T> + Send + Sync + 'static>(call: Call) -> Result<Cx<T>> {
    let backends = call.backends::<B>().ok_or_else(|| {
        Error::user(
            "Provider not configured",
            "The provider has no configuration yet, perhaps because parts of it are unknown until something \
             else is applied. Apply that first, for instance with `-target`.",
        )
    })?;
    Ok(Cx::new(B::provide(&backends)?, call))
}

fn waits<T, B: Provide<T> + Send + Sync + 'static>(call: &Call) -> bool {
    call.backends::<B>().map_or(call.is_provider_unknown(), |backends| B::is_unknown(&backends))
}

fn outcome<R: Schema>(applied: Applied<R>) -> Outcome {
    match applied {
        Ok(state) => Outcome { state: Some(state.encode()), error: None },
        Err(failure) => Outcome { state: failure.kept.map(R::encode), error: Some(failure.error) },
    }
}

fn failed(error: Error) -> Outcome {
    Outcome { state: None, error: Some(error) }
}

impl<R: Resource, B: Provide<R::Backend> + Send + Sync + 'static> Managed
    for ResourceHandler<R, B>
{
    fn shape(&self) -> &Shape {
        self.shape.get_or_init(|| {
            Shape::new(R::VERSION, R::block()).identified(<R as Identified>::IMPORT_ID)
        })
    }

    fn validate(&self, draft: &mut RawDraft) {
        R::validate(&mut Draft::new(draft));
    }

    fn ready(&self, call: &Call) -> Result<()> {
        match call.backends::<B>().and_then(|backends| B::missing(&backends)) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    fn waits(&self, call: &Call) -> bool {
        waits::<R::Backend, B>(call)
    }

    fn plan(&self, _call: &Call, draft: &mut RawDraft) {
        R::plan(&mut Draft::new(draft));
    }

    fn plan_delete(&self, call: Call, state: Value) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move { R::plan_delete(&context::<_, B>(call)?, &R::decode(state)?).await })
    }

    fn create(&self, call: Call, plan: Value) -> BoxFuture<'_, Outcome> {
        Box::pin(async move {
            match context::<_, B>(call).and_then(|cx| Ok((cx, R::decode(plan)?))) {
                Ok((cx, plan)) => outcome(R::create(&cx, plan).await),
                Err(error) => failed(error),
            }
        })
    }

    fn read(
        &self,
        call: Call,
        identity: Value,
        prior: Option<Value>,
    ) -> BoxFuture<'_, Result<Option<Value>>> {
        Box::pin(async move {
            let cx = context::<_, B>(call)?;
            let (key, prior) = (R::key(&identity)?, prior.map(R::decode).transpose()?);
            Ok(R::read(&cx, key, prior).await?.map(R::encode))
        })
    }

    fn update(&self, call: Call, before: Value, after: Value) -> BoxFuture<'_, Outcome> {
        Box::pin(async move {
            let change =
                |cx| Ok((cx, Change { before: R::decode(before)?, after: R::decode(after)? }));
            match context::<_, B>(call).and_then(change) {
                Ok((cx, change)) => outcome(R::update(&cx, change).await),
                Err(error) => failed(error),
            }
        })
    }

    fn delete(&self, call: Call, state: Value) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move { R::delete(&context::<_, B>(call)?, R::decode(state)?).await })
    }

    fn upgrade(&self, from: i64, old: Json) -> Result<Json> {
        R::past().upgrade(from, &old).unwrap_or_else(|| {
            let (name, now) = (R::TYPE_NAME, R::VERSION);
            Err(Error::bug(format!(
                "`{name}` has no upgrade of its state from version {from} to {now}."
            )))
        })
    }

    fn sources(&self) -> Vec<Source> {
        R::past().sources()
    }

    fn take_over(&self, source: &Source, stored: &Json) -> Option<Result<Json>> {
        R::past().take_over(source, stored)
    }
}

impl<D: DataSource, B: Provide<D::Backend> + Send + Sync + 'static> Readable
    for DataSourceHandler<D, B>
{
    fn shape(&self) -> &Shape {
        self.shape.get_or_init(|| Shape::new(D::VERSION, D::block()))
    }

    fn validate(&self, draft: &mut RawDraft) {
        D::validate(&mut Draft::new(draft));
    }

    fn waits(&self, call: &Call) -> bool {
        waits::<D::Backend, B>(call)
    }

    fn read(&self, call: Call, config: Value) -> BoxFuture<'_, Result<Value>> {
        Box::pin(async move {
            let config = D::decode(config)?;
            Ok(D::read(&context::<_, B>(call)?, config).await?.encode())
        })
    }
}

impl<R: Resource, B: Provide<R::Backend> + Send + Sync + 'static> Readable for LookupHandler<R, B> {
    fn shape(&self) -> &Shape {
        self.shape.get_or_init(|| {
            Shape::new(0, looked_up(R::block())).identified(<R as Identified>::IMPORT_ID)
        })
    }

    fn waits(&self, call: &Call) -> bool {
        waits::<R::Backend, B>(call)
    }

    fn read(&self, call: Call, config: Value) -> BoxFuture<'_, Result<Value>> {
        Box::pin(async move {
            let key = R::key(&config)?;
            let found = R::read(&context::<_, B>(call)?, key, None).await?;
            match found.map(R::encode) {
                Some(found) => Ok(only_declared(self.shape().block.members(), found)),
                None => Err(self.missing(&config)),
            }
        })
    }
}

impl<R: Resource, B: Provide<R::Backend> + Send + Sync + 'static> LookupHandler<R, B> {
    fn missing(&self, config: &Value) -> Error {
        let identity =
            self.shape().identity.as_ref().expect("an identified resource has an identity");
        let detail = format!(
            "There is no {} {:?}. Create it first, or manage it as a resource.",
            R::TYPE_NAME.replace('_', " "),
            identity.format(config)
        );
        let last = identity.members().last().map(|member| Path::attribute(member.name.clone()));
        Error::user("Not found", detail).at(last.unwrap_or_default())
    }
}

/// A resource's shape for one who only looks: the identity is asked for, all else is found.
fn looked_up(mut block: Block) -> Block {
    block.attributes.retain(|attribute| !attribute.write_only && !attribute.setting);
    let nested: Vec<Attribute> = block.blocks.drain(..).map(as_attribute).collect();
    block.attributes.extend(nested);
    block.groups.clear();
    for attribute in &mut block.attributes {
        if attribute.identity {
            attribute.presence = Presence::Required;
            attribute.default = None;
        } else {
            only_computed(attribute);
        }
    }
    block
}

/// A value without what a lookup does not have, at any depth: write-only values above all.
fn only_declared(members: Members<'_>, value: Value) -> Value {
    let Value::Map(mut values) = value else { return value };
    values.retain(|name, _| members.attributes.iter().any(|attribute| attribute.name == **name));
    for (name, nesting, inner) in members.nested() {
        let Some(slot) = values.get_mut(name) else { continue };
        let each = |value| only_declared(inner, value);
        *slot = match (nesting, std::mem::take(slot)) {
            (Nesting::Single, object) => each(object),
            (_, Value::List(items)) => items.into_iter().map(each).collect(),
            (_, Value::Set(items)) => Value::set(items.into_iter().map(each)),
            (_, Value::Map(items)) => {
                Value::object(items.into_iter().map(|(key, item)| (key, each(item))))
            }
            (_, other) => other,
        };
    }
    Value::Map(values)
}

/// A nested block as the attribute that has the same values.
fn as_attribute(block: NestedBlock) -> Attribute {
    let NestedBlock { name, nesting, block } = block;
    let mut attributes = block.attributes;
    attributes.extend(block.blocks.into_iter().map(as_attribute));
    let nested = Nested { nesting: nesting.nesting(), attributes };
    Attribute { description: block.description, ..Attribute::new(name, nested, Presence::Computed) }
}

fn only_computed(attribute: &mut Attribute) {
    attribute.presence = Presence::Computed;
    attribute.default = None;
    attribute.checks.clear();
    if let Kind::Nested(nested) = &mut attribute.kind {
        nested.attributes.retain(|attribute| !attribute.write_only);
        nested.attributes.iter_mut().for_each(only_computed);
    }
}

impl<F: Function> Callable for FunctionHandler<F> {
    fn parameters(&self) -> &Block {
        self.block.get_or_init(F::block)
    }

    fn is_variadic(&self) -> bool {
        F::VARIADIC
    }

    fn returns(&self) -> Type {
        F::Output::kind().ty()
    }

    fn call(&self, arguments: Value) -> Result<Value> {
        Ok(F::decode(arguments)?.call()?.into_value())
    }
}

macro_rules! debug_by_name {
    ($($handler:ident<$($parameter:ident),*>),*) => { $(
        impl<$($parameter),*> fmt::Debug for $handler<$($parameter),*> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(std::any::type_name::<Self>())
            }
        }
    )* };
}

debug_by_name!(
    ResourceHandler<R, B>,
    DataSourceHandler<D, B>,
    LookupHandler<R, B>,
    EphemeralHandler<E, B>,
    ActionHandler<A, B>,
    FunctionHandler<F>
);
