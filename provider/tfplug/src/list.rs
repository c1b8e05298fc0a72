//! What there is of a kind of resource: `terraform query` shows it, and makes it managed.

use std::fmt;
use std::marker::PhantomData;

use tokio::sync::mpsc::Sender;

use crate::context::Cx;
use crate::diag::{Error, Result};
use crate::draft::Draft;
use crate::resource::{Resource, Schema};
use crate::schema::Block;
use crate::value::Value;

/// A kind of resource that can be looked for, served with [`Registry::list`](crate::Registry::list).
///
/// ```
/// use tfplug::{Cx, Found, List, Result, Schema};
/// # use tfplug::{Applied, Change, Resource};
/// # struct Cloud;
/// # impl Cloud {
/// #     async fn pools(&self, _: Option<&str>) -> Result<Vec<(String, i64)>> { Ok(Vec::new()) }
/// # }
/// # /// A pool of machines.
/// # #[derive(Schema)]
/// # #[tf(name = "pool")]
/// # struct Pool {
/// #     /// Its name.
/// #     #[tf(identity)]
/// #     name: String,
/// #     /// How many machines.
/// #     size: i64,
/// # }
/// # impl Resource for Pool {
/// #     type Backend = Cloud;
/// #     async fn create(_: &Cx<Cloud>, plan: Self) -> Applied<Self> { Ok(plan) }
/// #     async fn read(_: &Cx<Cloud>, _: String, prior: Option<Self>) -> Result<Option<Self>> { Ok(prior) }
/// #     async fn update(_: &Cx<Cloud>, change: Change<Self>) -> Applied<Self> { Ok(change.after) }
/// #     async fn delete(_: &Cx<Cloud>, _: Self) -> Result<()> { Ok(()) }
/// # }
///
/// /// Which pools to list: `list "cloud_pool" "all" { config { zone = "eu" } … }`.
/// #[derive(Schema)]
/// struct Pools {
///     /// Only those in this zone.
///     zone: Option<String>,
/// }
///
/// impl List for Pool {
///     type Filter = Pools;
///
///     async fn list(cloud: &Cx<Cloud>, filter: Pools, found: &Found<Self>) -> Result<()> {
///         for (name, size) in cloud.pools(filter.zone.as_deref()).await? {
///             found.add(name.clone(), Pool { name, size }).await;
///         }
///         Ok(())
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "nothing says how to find what there is of `{Self}`",
    note = "implement `tfplug::List` for it, or leave `list` out"
)]
pub trait List: Resource {
    /// What to look for, as it stands in the `config` block of a query; `()` where there is nothing to say.
    type Filter: Schema;

    /// Finds what there is, and [adds](Found::add) each as soon as it is found. The work is dropped where it
    /// waits when Terraform has enough, so it must be work that leaves nothing half done.
    fn list(
        cx: &Cx<Self::Backend>,
        filter: Self::Filter,
        found: &Found<Self>,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Looks at a filter as a whole. Values may be unknown.
    fn validate_filter(config: &mut Draft<'_, Self::Filter>) {
        let _ = config;
    }
}

/// Where [`List::list`] puts what it finds.
pub struct Found<R> {
    raw: RawFound,
    of: PhantomData<fn(R)>,
}

impl<R: Schema> Found<R> {
    pub(crate) fn new(raw: RawFound) -> Self {
        Found { raw, of: PhantomData }
    }

    /// Whether the state is asked for. If not, what does not identify the resource may be left empty, so that
    /// nobody waits for what costs a further call.
    pub fn wants_state(&self) -> bool {
        self.raw.wants_state()
    }

    /// Adds one under a name for people, and waits until Terraform has room for more.
    pub async fn add(&self, name: impl Into<String>, resource: R) {
        self.raw.add(name, resource.encode()).await;
    }

    /// Leaves one out because of an error, which becomes a warning: the others are listed all the same.
    pub async fn leave_out(&self, name: impl fmt::Display + Send, error: Error) {
        self.raw.leave_out(name, error).await;
    }
}

impl<R> fmt::Debug for Found<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.raw.fmt(f)
    }
}

/// [`Found`] without its type. Cloning shares it.
#[derive(Clone, Debug)]
pub struct RawFound {
    sender: Sender<Finding>,
    wants_state: bool,
}

/// What is on its way from the author's code to the engine.
#[derive(Debug)]
pub(crate) enum Finding {
    /// One resource.
    Resource {
        /// The name for people.
        name: String,
        /// Its state, or at least what identifies it.
        state: Value,
    },
    /// One that could not be read.
    LeftOut {
        /// The name for people.
        name: String,
        /// Why.
        error: Error,
    },
    /// All went wrong.
    Failed(Error),
}

impl RawFound {
    pub(crate) fn new(sender: Sender<Finding>, wants_state: bool) -> Self {
        RawFound { sender, wants_state }
    }

    /// See [`Found::wants_state`].
    pub fn wants_state(&self) -> bool {
        self.wants_state
    }

    /// See [`Found::add`].
    pub async fn add(&self, name: impl Into<String>, state: Value) {
        self.send(Finding::Resource { name: name.into(), state }).await;
    }

    /// See [`Found::leave_out`].
    pub async fn leave_out(&self, name: impl fmt::Display + Send, error: Error) {
        self.send(Finding::LeftOut { name: name.to_string(), error }).await;
    }

    pub(crate) async fn send(&self, finding: Finding) {
        // Who listens no longer drops this work as well.
        let _ = self.sender.send(finding).await;
    }
}

/// Nothing to configure.
impl Schema for () {
    const TYPE_NAME: &'static str = "";
    const VERSION: i64 = 0;

    fn block() -> Block {
        Block::default()
    }

    fn decode(_: Value) -> Result<Self> {
        Ok(())
    }

    fn encode(self) -> Value {
        Value::object::<String>([])
    }
}
