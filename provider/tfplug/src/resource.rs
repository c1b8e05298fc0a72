//! What an author writes: the shape of a thing by `#[derive(Schema)]`, its life by hand.

use crate::context::Cx;
use crate::diag::{Error, Result};
use crate::draft::Draft;
use crate::past::Past;
use crate::schema::Block;
use crate::value::Value;

/// The shape of a struct, with its codec. [`#[derive(Schema)]`](macro@crate::Schema) writes it.
#[diagnostic::on_unimplemented(
    message = "nothing says what the attributes of a `{Self}` are",
    note = "put `#[derive(tfplug::Schema)]` on the struct"
)]
pub trait Schema: Sized + Send + 'static {
    /// The type's name without the provider's prefix; for a provider its own name.
    const TYPE_NAME: &'static str;
    /// The version of the state's shape.
    const VERSION: i64;

    /// What the struct declares.
    fn block() -> Block;

    /// Reads an object of this shape. All mistakes are told at once.
    fn decode(value: Value) -> Result<Self>;

    /// Writes the object.
    fn encode(self) -> Value;
}

/// A thing that can be told from others of its kind. `#[derive(Schema)]` writes it for a struct that has
/// `#[tf(identity)]` fields.
///
/// Refresh and import look a resource up by its key alone, and a change of it replaces the resource. It
/// holds what the user chooses or what the service gives, in text, whole numbers and truth values.
///
/// ```
/// use tfplug::{Identified, Schema, Value};
///
/// /// A queue of a pool.
/// #[derive(Schema)]
/// #[tf(name = "queue", import = "{pool}/{number}")]
/// struct Queue {
///     /// The pool.
///     #[tf(identity)]
///     pool: String,
///     /// Its number in the pool.
///     #[tf(identity)]
///     number: i64,
///     /// How many may run.
///     limit: Option<i64>,
/// }
///
/// // `terraform import cloud_queue.q gpu/3`, or in an `import` block `identity = { pool = "gpu", number = 3 }`
/// assert_eq!(Queue::IMPORT_ID, "{pool}/{number}");
/// let identity = Value::object([("pool", "gpu".into()), ("number", 3.into())]);
/// let key: (String, i64) = Queue::key(&identity)?;
/// assert_eq!(key, ("gpu".to_owned(), 3));
/// # Ok::<(), tfplug::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "nothing says what identifies a `{Self}`",
    note = "mark the fields that tell one from another with `#[tf(identity)]`: import and refresh need them"
)]
pub trait Identified: Schema {
    /// What identifies one: the type of the field, or a tuple in the order of declaration.
    type Key: Send + 'static;
    /// How the key is written as one text, to import by: `{pool}/{name}`.
    const IMPORT_ID: &'static str;

    /// Reads the key from an object that has at least the identifying attributes.
    fn key(identity: &Value) -> Result<Self::Key>;
}

/// The life of a managed resource.
///
/// Every function but [`plan`](Resource::plan) and [`validate`](Resource::validate) may talk to the backend.
/// In `create`, `update` and `delete` all configured values are known, and only computed fields can be
/// [`Attr::Unknown`](crate::Attr). What `create` and `update` give back must have the configured values as
/// they were planned: Terraform holds the provider to its plan.
///
/// ```
/// use tfplug::{Applied, Attr, Change, Cx, Draft, Error, Resource, Result, Schema};
/// # struct Cloud;
/// # struct Found { id: String, size: i64 }
/// # impl Cloud {
/// #     async fn make(&self, _: &str, _: i64) -> Result<String> { Ok("p-1".to_owned()) }
/// #     async fn find(&self, _: &str) -> Result<Option<Found>> { Ok(None) }
/// #     async fn resize(&self, _: &str, _: i64) -> Result<()> { Ok(()) }
/// #     async fn remove(&self, _: &str) -> Result<()> { Ok(()) }
/// # }
///
/// /// A pool of machines.
/// #[derive(Schema)]
/// #[tf(name = "pool")]
/// struct Pool {
///     /// Its name.
///     #[tf(identity)]
///     name: String,
///     /// How many machines.
///     #[tf(default = 1, check = between(1..=64))]
///     size: Attr<i64>,
///     /// What the service calls it.
///     #[tf(computed, keep)]
///     id: Attr<String>,
/// }
///
/// impl Resource for Pool {
///     type Backend = Cloud;
///
///     async fn create(cloud: &Cx<Cloud>, plan: Self) -> Applied<Self> {
///         // A default is known by now; what is computed is found out here.
///         let id = cloud.make(&plan.name, plan.size.unwrap_or(1)).await?;
///         Ok(Pool { id: Attr::Known(id), ..plan })
///     }
///
///     async fn read(cloud: &Cx<Cloud>, name: String, _: Option<Self>) -> Result<Option<Self>> {
///         let found = cloud.find(&name).await?;
///         Ok(found.map(|found| Pool { name, size: found.size.into(), id: found.id.into() }))
///     }
///
///     async fn update(cloud: &Cx<Cloud>, change: Change<Self>) -> Applied<Self> {
///         cloud.resize(&change.after.name, change.after.size.unwrap_or(1)).await?;
///         Ok(change.after)
///     }
///
///     async fn delete(cloud: &Cx<Cloud>, state: Self) -> Result<()> {
///         cloud.remove(&state.name).await
///     }
///
///     fn plan(draft: &mut Draft<'_, Self>) {
///         if let Some((before, after)) = draft.change(Self::SIZE) && after < before {
///             draft.warn(Self::SIZE, "Fewer machines", "What runs on the others is stopped.");
///         }
///     }
/// }
/// ```
pub trait Resource: Identified {
    /// What the functions talk to.
    type Backend: Send + Sync + 'static;

    /// Brings the resource into being. What exists although the call failed must be told with
    /// [`Keeping::keeping`], or it is forgotten.
    fn create(cx: &Cx<Self::Backend>, plan: Self) -> impl Future<Output = Applied<Self>> + Send;

    /// Looks the resource up: `None` if it is gone. Import has no prior state.
    fn read(
        cx: &Cx<Self::Backend>,
        key: Self::Key,
        prior: Option<Self>,
    ) -> impl Future<Output = Result<Option<Self>>> + Send;

    /// Changes the resource in place. A resource of which every change replaces it answers with
    /// [`immutable`].
    fn update(
        cx: &Cx<Self::Backend>,
        change: Change<Self>,
    ) -> impl Future<Output = Applied<Self>> + Send;

    /// Ends the resource. It is no error if it is already gone.
    fn delete(cx: &Cx<Self::Backend>, state: Self) -> impl Future<Output = Result<()>> + Send;

    /// Looks at a configuration as a whole, before there is a plan. Values may be unknown.
    fn validate(config: &mut Draft<'_, Self>) {
        let _ = config;
    }

    /// Looks at a plan as a whole and completes it. It must give the same answer for the same input, so
    /// it does not ask the network, the clock or chance.
    fn plan(draft: &mut Draft<'_, Self>) {
        let _ = draft;
    }

    /// Refuses a destruction in the plan, rather than half-way through it. Not asked when a
    /// replacement destroys: there Terraform calls [`delete`](Resource::delete) alone.
    fn plan_delete(
        cx: &Cx<Self::Backend>,
        state: &Self,
    ) -> impl Future<Output = Result<()>> + Send {
        let _ = (cx, state);
        async { Ok(()) }
    }

    /// What it was before: states of an older [version](Schema::VERSION), and other types that it takes the
    /// place of by a `moved` block.
    fn past() -> Past<Self> {
        Past::new()
    }
}

/// An update: what is there, and what shall be.
#[derive(Clone, Debug, PartialEq)]
pub struct Change<R> {
    /// What is there.
    pub before: R,
    /// What shall be, with write-only values.
    pub after: R,
}

/// What a change of the world came to: the new state, or an error beside what exists all the same.
///
/// `?` turns an [`Error`] into a [`Failure`] that keeps nothing: the prior state stays, and after `create`
/// there is none. Where something came to be, say so with [`Keeping::keeping`].
pub type Applied<R> = Result<R, Failure<R>>;

/// A change that failed, and what exists all the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure<R> {
    /// What went wrong.
    pub error: Error,
    /// What exists although it went wrong, for the state.
    pub kept: Option<R>,
}

impl<R> From<Error> for Failure<R> {
    fn from(error: Error) -> Self {
        Failure { error, kept: None }
    }
}

/// `result.keeping(state)?`: a change that failed after something had come to exist.
///
/// What `create` keeps, Terraform stores as tainted: the next plan replaces it. What `update` keeps is where
/// the next plan goes on. Computed values may still be unknown; they are stored as null.
///
/// ```
/// use tfplug::{Applied, Attr, Cx, Error, Keeping, Result};
/// # use tfplug::Schema;
/// # struct Cloud;
/// # impl Cloud {
/// #     async fn make(&self, _: &str) -> Result<String> { Ok("p-1".to_owned()) }
/// #     async fn start(&self, _: &str) -> Result<()> { Ok(()) }
/// # }
/// # /// A pool.
/// # #[derive(Schema, Clone)]
/// # struct Pool {
/// #     /// Its name.
/// #     name: String,
/// #     /// What the service calls it.
/// #     #[tf(computed, keep)]
/// #     id: Attr<String>,
/// # }
///
/// async fn create(cloud: &Cx<Cloud>, plan: Pool) -> Applied<Pool> {
///     let id = cloud.make(&plan.name).await?; // nothing exists if this fails
///     let pool = Pool { id: Attr::Known(id.clone()), ..plan };
///     cloud.start(&id).await.keeping(pool.clone())?; // it exists, though it does not run
///     Ok(pool)
/// }
///
/// let failed: Applied<&str> = Err(Error::remote("No answer", "")).keeping("a pool");
/// assert_eq!(failed.unwrap_err().kept, Some("a pool"));
/// ```
pub trait Keeping<T, R> {
    /// On an error, puts `kept` into the state beside it.
    fn keeping(self, kept: R) -> Result<T, Failure<R>>;
}

impl<T, R, E: Into<Error>> Keeping<T, R> for Result<T, E> {
    fn keeping(self, kept: R) -> Result<T, Failure<R>> {
        self.map_err(|error| Failure { error: error.into(), kept: Some(kept) })
    }
}

/// The `update` of a resource that is only ever replaced.
pub fn immutable<R: Schema>() -> Applied<R> {
    Err(Error::bug(format!(
        "`{}` is only ever replaced, yet an update was asked for.",
        R::TYPE_NAME
    ))
    .into())
}
