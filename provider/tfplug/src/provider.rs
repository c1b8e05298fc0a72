//! A provider: its configuration, what it makes of it, and all that it serves.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::action::Action;
use crate::data_source::DataSource;
use crate::diag::Result;
use crate::ephemeral::EphemeralResource;
use crate::erased::{
    ActionHandler, BoxFuture, Callable, DataSourceHandler, EphemeralHandler, FunctionHandler,
    Invocable, ListHandler, Listable, LookupHandler, Managed, Openable, Provide, Readable,
    ResourceHandler, Shape, Storing,
};
use crate::function::Function;
use crate::list::List;
use crate::resource::{Resource, Schema};
use crate::value::Value;

/// A provider, whose fields are its configuration.
///
/// Its configuration may be unknown in parts while planning: declare those fields as
/// [`Attr<T>`](crate::Attr) with `#[tf(optional)]`.
///
/// With one backend, `Backends` is an [`Arc`] of it. With several, it has a [`Provide`] for each:
///
/// ```no_run
/// use std::process::ExitCode;
/// use std::sync::Arc;
///
/// use tfplug::{At, Error, Host, Provide, Provider, Registry, Result, Schema, Secret};
/// # struct Client;
/// # impl Client { fn new(_: &str, _: Option<Secret>) -> Self { Client } }
/// # struct Disk;
/// # /// A pool.
/// # #[derive(Schema)]
/// # #[tf(name = "pool")]
/// # struct Pool {
/// #     /// Its name.
/// #     #[tf(identity)]
/// #     name: String,
/// # }
/// # impl tfplug::Resource for Pool {
/// #     type Backend = Client;
/// #     async fn create(_: &tfplug::Cx<Client>, plan: Self) -> tfplug::Applied<Self> { Ok(plan) }
/// #     async fn read(_: &tfplug::Cx<Client>, name: String, _: Option<Self>) -> Result<Option<Self>> { Ok(Some(Pool { name })) }
/// #     async fn update(_: &tfplug::Cx<Client>, _: tfplug::Change<Self>) -> tfplug::Applied<Self> { tfplug::immutable() }
/// #     async fn delete(_: &tfplug::Cx<Client>, _: Self) -> Result<()> { Ok(()) }
/// # }
///
/// /// Manages pools, and archives on a disk.
/// #[derive(Schema)]
/// #[tf(name = "cloud")]
/// struct Cloud {
///     /// Where the service is.
///     #[tf(env = "CLOUD_ENDPOINT", check = custom("begin with `https://`", |url: &String| url.starts_with("https://")))]
///     endpoint: Option<String>,
///     /// The key.
///     #[tf(env = "CLOUD_API_KEY")]
///     api_key: Option<Secret>,
/// }
///
/// struct Backends {
///     client: Option<Arc<Client>>,
///     disk: Arc<Disk>,
/// }
///
/// impl Provide<Client> for Backends {
///     fn provide(&self) -> Result<Arc<Client>> {
///         self.client.clone().ok_or_else(|| {
///             let help = "Set `endpoint`, or the environment variable CLOUD_ENDPOINT.";
///             Error::user("No endpoint", help)
///         })
///     }
/// }
///
/// impl Provide<Disk> for Backends {
///     fn provide(&self) -> Result<Arc<Disk>> {
///         Ok(Arc::clone(&self.disk))
///     }
/// }
///
/// impl Provider for Cloud {
///     const ADDRESS: &'static str = "registry.terraform.io/example/cloud";
///     type Backends = Backends;
///
///     async fn configure(config: Self, _: Host) -> Result<Backends> {
///         let client = config.endpoint.map(|url| Arc::new(Client::new(&url, config.api_key)));
///         Ok(Backends { client, disk: Arc::new(Disk) })
///     }
///
///     fn registry() -> Registry<Backends> {
///         Registry::new().resource::<Pool>().lookup::<Pool>() // `cloud_pool`, managed and looked up
///     }
/// }
///
/// fn main() -> ExitCode {
///     tfplug::serve::<Cloud>(env!("CARGO_PKG_VERSION"))
/// }
/// ```
pub trait Provider: Schema {
    /// Where it is published: `registry.terraform.io/<namespace>/<name>`.
    const ADDRESS: &'static str;

    /// What resources, data sources and actions find their backends in; see [`Provide`].
    type Backends: Send + Sync + 'static;

    /// Makes the backends. It should not connect anywhere: a backend that nobody uses need not answer.
    fn configure(config: Self, host: Host) -> impl Future<Output = Result<Self::Backends>> + Send;

    /// All that the provider serves.
    fn registry() -> Registry<Self::Backends>;
}

/// The whole of a provider's `main`: serves `P` in this version until the host has had enough of it.
pub fn serve<P: Provider>(version: &str) -> std::process::ExitCode {
    serve_any(Served::new::<P>(version))
}

/// The same for a provider that was put together by hand.
pub fn serve_any(served: Served) -> std::process::ExitCode {
    let options = crate::serve::Options::new(&served.address, &served.version);
    crate::serve::run(&options, |stop| crate::rpc::Service::new(served, stop))
}

/// Who runs the provider.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Host {
    /// The version of Terraform or OpenTofu.
    pub terraform_version: String,
    /// The version of the provider itself.
    pub provider_version: String,
}

/// All that a provider serves, by name without the provider's prefix.
pub struct Registry<B> {
    resources: BTreeMap<String, Arc<dyn Managed>>,
    data_sources: BTreeMap<String, Arc<dyn Readable>>,
    ephemeral: BTreeMap<String, Arc<dyn Openable>>,
    actions: BTreeMap<String, Arc<dyn Invocable>>,
    functions: BTreeMap<String, Arc<dyn Callable>>,
    lists: BTreeMap<String, Arc<dyn Listable>>,
    state_stores: BTreeMap<String, Arc<dyn Storing>>,
    of: std::marker::PhantomData<fn() -> B>,
}

impl<B: Send + Sync + 'static> Registry<B> {
    /// Nothing yet.
    pub fn new() -> Self {
        Registry {
            resources: BTreeMap::new(),
            data_sources: BTreeMap::new(),
            ephemeral: BTreeMap::new(),
            actions: BTreeMap::new(),
            functions: BTreeMap::new(),
            lists: BTreeMap::new(),
            state_stores: BTreeMap::new(),
            of: std::marker::PhantomData,
        }
    }

    /// Serves the managed resource `R`.
    #[must_use]
    pub fn resource<R: Resource>(mut self) -> Self
    where
        B: Provide<R::Backend>,
    {
        self.resources.insert(R::TYPE_NAME.to_owned(), Arc::new(ResourceHandler::<R, B>::new()));
        self
    }

    /// Serves a data source that looks up what `R` manages: its identity is asked for, all else is found.
    #[must_use]
    pub fn lookup<R: Resource>(mut self) -> Self
    where
        B: Provide<R::Backend>,
    {
        self.data_sources.insert(R::TYPE_NAME.to_owned(), Arc::new(LookupHandler::<R, B>::new()));
        self
    }

    /// Serves a list of what there is of `R`, which is served as a [resource](Registry::resource), too.
    #[must_use]
    pub fn list<R: List>(mut self) -> Self
    where
        B: Provide<R::Backend>,
    {
        self.lists.insert(R::TYPE_NAME.to_owned(), Arc::new(ListHandler::<R, B>::new()));
        self
    }

    /// Serves the data source `D`.
    #[must_use]
    pub fn data_source<D: DataSource>(mut self) -> Self
    where
        B: Provide<D::Backend>,
    {
        self.data_sources
            .insert(D::TYPE_NAME.to_owned(), Arc::new(DataSourceHandler::<D, B>::new()));
        self
    }

    /// Serves the ephemeral resource `E`.
    #[must_use]
    pub fn ephemeral<E: EphemeralResource>(mut self) -> Self
    where
        B: Provide<E::Backend>,
    {
        self.ephemeral.insert(E::TYPE_NAME.to_owned(), Arc::new(EphemeralHandler::<E, B>::new()));
        self
    }

    /// Serves the action `A`.
    #[must_use]
    pub fn action<A: Action>(mut self) -> Self
    where
        B: Provide<A::Backend>,
    {
        self.actions.insert(A::TYPE_NAME.to_owned(), Arc::new(ActionHandler::<A, B>::new()));
        self
    }

    /// Serves the state store `S`.
    #[cfg(feature = "state-store")]
    #[must_use]
    pub fn state_store<S: crate::state_store::StateStore>(mut self) -> Self
    where
        B: Provide<S::Backend>,
    {
        let handler = crate::erased::StoreHandler::<S, B>::new();
        self.state_stores.insert(S::TYPE_NAME.to_owned(), Arc::new(handler));
        self
    }

    /// Serves the function `F`.
    #[must_use]
    pub fn function<F: Function>(mut self) -> Self {
        self.functions.insert(F::TYPE_NAME.to_owned(), Arc::new(FunctionHandler::<F>::new()));
        self
    }

    /// Serves a managed resource whose shape is data.
    #[must_use]
    pub fn managed(mut self, name: impl Into<String>, resource: Arc<dyn Managed>) -> Self {
        self.resources.insert(name.into(), resource);
        self
    }

    /// Serves a data source whose shape is data.
    #[must_use]
    pub fn readable(mut self, name: impl Into<String>, data_source: Arc<dyn Readable>) -> Self {
        self.data_sources.insert(name.into(), data_source);
        self
    }

    /// Serves an ephemeral resource whose shape is data.
    #[must_use]
    pub fn openable(mut self, name: impl Into<String>, resource: Arc<dyn Openable>) -> Self {
        self.ephemeral.insert(name.into(), resource);
        self
    }

    /// Serves an action whose shape is data.
    #[must_use]
    pub fn invocable(mut self, name: impl Into<String>, action: Arc<dyn Invocable>) -> Self {
        self.actions.insert(name.into(), action);
        self
    }
}

impl<B: Send + Sync + 'static> Default for Registry<B> {
    fn default() -> Self {
        Registry::new()
    }
}

impl<B> fmt::Debug for Registry<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry")
            .field("resources", &self.resources.keys())
            .field("data_sources", &self.data_sources.keys())
            .field("ephemeral", &self.ephemeral.keys())
            .field("actions", &self.actions.keys())
            .field("functions", &self.functions.keys())
            .field("lists", &self.lists.keys())
            .finish_non_exhaustive()
    }
}

type Configure = Box<
    dyn Fn(Value, Host) -> BoxFuture<'static, Result<Arc<dyn Any + Send + Sync>>> + Send + Sync,
>;

/// A provider without its types, as the engine and the server know it.
pub struct Served {
    /// Its own name, the prefix of all it serves.
    pub name: String,
    /// Where it is published.
    pub address: String,
    /// Its version.
    pub version: String,
    /// The shape of its configuration.
    pub shape: Shape,
    /// Its managed resources by full type name.
    pub resources: BTreeMap<String, Arc<dyn Managed>>,
    /// Its data sources by full type name.
    pub data_sources: BTreeMap<String, Arc<dyn Readable>>,
    /// Its ephemeral resources by full type name.
    pub ephemeral: BTreeMap<String, Arc<dyn Openable>>,
    /// Its actions by full type name.
    pub actions: BTreeMap<String, Arc<dyn Invocable>>,
    /// Its functions by name.
    pub functions: BTreeMap<String, Arc<dyn Callable>>,
    /// Its lists by the full type name of what they list.
    pub lists: BTreeMap<String, Arc<dyn Listable>>,
    /// Its state stores by full type name; none without the feature `state-store`.
    pub state_stores: BTreeMap<String, Arc<dyn Storing>>,
    configure: Configure,
}

impl Served {
    /// The provider `P` in this version.
    pub fn new<P: Provider>(version: impl Into<String>) -> Self {
        let configure: Configure = Box::new(|config, host| {
            Box::pin(async move {
                let backends = P::configure(P::decode(config)?, host).await?;
                Ok(Arc::new(backends) as Arc<dyn Any + Send + Sync>)
            })
        });
        Served::assemble(P::TYPE_NAME, P::ADDRESS, version, P::block(), P::registry(), configure)
    }

    /// A provider whose shape is data and whose configuration, of whatever content, is accepted.
    pub fn dynamic(
        name: impl Into<String>,
        address: impl Into<String>,
        version: impl Into<String>,
        configuration: crate::schema::Block,
        registry: Registry<()>,
    ) -> Self {
        let configure: Configure =
            Box::new(|_, _| Box::pin(async { Ok(Arc::new(()) as Arc<dyn Any + Send + Sync>) }));
        Served::assemble(name, address, version, configuration, registry, configure)
    }

    fn assemble<B>(
        name: impl Into<String>,
        address: impl Into<String>,
        version: impl Into<String>,
        configuration: crate::schema::Block,
        registry: Registry<B>,
        configure: Configure,
    ) -> Self {
        let name = name.into();
        let full = |short: String| format!("{name}_{short}");
        Served {
            resources: registry
                .resources
                .into_iter()
                .map(|(short, kind)| (full(short), kind))
                .collect(),
            data_sources: registry
                .data_sources
                .into_iter()
                .map(|(short, kind)| (full(short), kind))
                .collect(),
            ephemeral: registry
                .ephemeral
                .into_iter()
                .map(|(short, kind)| (full(short), kind))
                .collect(),
            actions: registry
                .actions
                .into_iter()
                .map(|(short, kind)| (full(short), kind))
                .collect(),
            functions: registry.functions,
            lists: registry.lists.into_iter().map(|(short, kind)| (full(short), kind)).collect(),
            state_stores: registry
                .state_stores
                .into_iter()
                .map(|(short, kind)| (full(short), kind))
                .collect(),
            address: address.into(),
            version: version.into(),
            shape: Shape::new(0, configuration),
            configure,
            name,
        }
    }

    /// The same provider, with backends that `configure` makes from the configuration.
    #[must_use]
    pub fn configured_by<B, F>(
        mut self,
        configure: impl Fn(Value, Host) -> F + Send + Sync + 'static,
    ) -> Self
    where
        B: Send + Sync + 'static,
        F: Future<Output = Result<B>> + Send + 'static,
    {
        self.configure = Box::new(move |config, host| {
            let making = configure(config, host);
            Box::pin(async move { Ok(Arc::new(making.await?) as Arc<dyn Any + Send + Sync>) })
        });
        self
    }

    /// Makes the backends from a configuration.
    pub fn configure(
        &self,
        config: Value,
        host: Host,
    ) -> BoxFuture<'static, Result<Arc<dyn Any + Send + Sync>>> {
        (self.configure)(config, host)
    }
}

impl fmt::Debug for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Served")
            .field("address", &self.address)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}
