//! What an author writes: the shape of a thing by `#[derive(Schema)]`, its life by hand.

use serde_json::Value as Json;

use crate::context::Cx;
use crate::diag::{Error, Result};
use crate::draft::Draft;
use crate::schema::Block;
use crate::value::Value;

/// The shape of a struct, with its codec. `#[derive(Schema)]` writes it.
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
/// Every function but [`plan`](Resource::plan) may talk to the backend. In `create`, `update` and `delete`
/// all configured values are known, and only computed fields can be [`Attr::Unknown`](crate::Attr).
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

    /// Turns a state of an older [version](Schema::VERSION) into one of the present shape.
    fn upgrade(from: i64, old: Json) -> Result<Json> {
        let _ = old;
        let (name, now) = (Self::TYPE_NAME, Self::VERSION);
        Err(Error::bug(format!(
            "`{name}` has no upgrade of its state from version {from} to {now}."
        )))
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

/// What a change of the world came to.
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
