//! The backends that a configuration makes, each only if it is there.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tfplug::path::Step;
use tfplug::{At, Attr, Error, Host, Path, Provide, Result, Secret};

use super::configuration::{MlAssets, PrefectBlock, RegistryBlock, WormBlock};
use crate::adopted::Adopted;
use crate::backend::fault;
use crate::backend::prefect::{Auth, Config, Prefect};
use crate::backend::registry::{self, Location, Registry};
use crate::backend::worm::{self, Archive};

/// All backends, made without connecting anywhere.
#[derive(Debug)]
pub struct Backends {
    prefect: Configured<Prefect>,
    registry: Configured<Registry>,
    worm: Configured<Archive>,
    adopted: Adopted,
}

/// A backend, if there is one.
#[derive(Debug)]
enum Configured<T> {
    Ready(Arc<T>),
    /// Its block is not there.
    Missing,
    /// Its block is unknown until something else is applied.
    Unknown,
}

impl Backends {
    /// The backends of this configuration. What is wrong in one block does not hide what is in another.
    pub fn new(config: MlAssets, host: &Host) -> Result<Self> {
        let actor = config.actor.unwrap_or_else(|| "terraform".to_owned());
        tracing::debug!(terraform = host.terraform_version, actor, "configuring");
        let prefect = make("prefect", config.prefect, prefect);
        let registry = make("registry", config.registry, |block| registry(block, &actor));
        let worm = make("worm", config.worm, |block| worm(block, &actor));
        match (prefect, registry, worm) {
            (Ok(prefect), Ok(registry), Ok(worm)) => {
                fault::point("provider.configured");
                Ok(Backends { prefect, registry, worm, adopted: Adopted::default() })
            }
            (prefect, registry, worm) => {
                let errors = [prefect.err(), registry.err(), worm.err()].into_iter().flatten();
                Err(errors.reduce(Error::and).expect("one of the three is an error here"))
            }
        }
    }

    /// What this process took over rather than made.
    pub(crate) fn adopted(&self) -> &Adopted {
        &self.adopted
    }
}

fn make<C, T>(
    name: &str,
    block: Attr<C>,
    make: impl FnOnce(C) -> Result<T>,
) -> Result<Configured<T>> {
    match block {
        Attr::Known(block) => make(block)
            .map(|backend| Configured::Ready(Arc::new(backend)))
            .map_err(|error| error.under(&Step::Attribute(name.to_owned()))),
        Attr::Null => Ok(Configured::Missing),
        Attr::Unknown => Ok(Configured::Unknown),
    }
}

fn prefect(block: PrefectBlock) -> Result<Prefect> {
    let endpoint = block.endpoint.ok_or_else(|| {
        let detail =
            "Set `endpoint` in the `prefect` block, or the environment variable PREFECT_API_URL.";
        Error::user("No Prefect API", detail)
    })?;
    let auth = match (block.api_key, block.basic_auth_key) {
        (Some(_), Some(_)) => {
            let detail = "Set `api_key` for Prefect Cloud or `basic_auth_key` for a server, not both. The environment \
                          variables PREFECT_API_KEY and PREFECT_API_AUTH_STRING count, too.";
            let error = Error::user("Two ways to authenticate", detail);
            return Err(error.at(Path::attribute("basic_auth_key")));
        }
        (Some(key), None) => Auth::ApiKey(hidden(&key)),
        (None, Some(key)) => Auth::Basic(hidden(&key)),
        (None, None) => Auth::None,
    };
    let defaults = Config::new(endpoint);
    let config = Config {
        account_id: block.account_id,
        workspace_id: block.workspace_id,
        auth,
        max_parallel_writes: block
            .max_parallel_writes
            .and_then(|writes| usize::try_from(writes).ok())
            .unwrap_or(defaults.max_parallel_writes),
        timeout: block
            .timeout_seconds
            .and_then(|seconds| u64::try_from(seconds).ok())
            .map_or(defaults.timeout, Duration::from_secs),
        extra_headers: block
            .headers
            .unwrap_or_default()
            .into_iter()
            .map(|(name, value)| (name, hidden(&value)))
            .collect(),
        ..defaults
    };
    Ok(Prefect::new(&config)?)
}

fn registry(block: RegistryBlock, actor: &str) -> Result<Registry> {
    let url = block.url.ok_or_else(|| {
        let detail = "Set `url` in the `registry` block to the path of a SQLite file or to a `postgres://` URL, or the \
                      environment variable MLASSETS_REGISTRY_URL.";
        Error::user("No model registry", detail)
    })?;
    let mut options = registry::Options::new(actor);
    if let Some(schema) = block.schema {
        options.schema = schema;
    }
    let location = Location::parse(url.expose()).at(Path::attribute("url"))?;
    Registry::new(location, options).at(Path::attribute("schema"))
}

fn worm(block: WormBlock, actor: &str) -> Result<Archive> {
    let directory = block.directory.ok_or_else(|| {
        let detail = "Set `directory` in the `worm` block to the absolute path of an existing directory, or the \
                      environment variable MLASSETS_WORM_DIRECTORY.";
        Error::user("No archive", detail)
    })?;
    Archive::directory(directory, worm::Options::new(actor)).at(Path::attribute("directory"))
}

fn hidden(secret: &Secret) -> SecretString {
    SecretString::from(secret.expose())
}

impl<T> Configured<T> {
    fn get(&self, block: &str, instead: &str) -> Result<Arc<T>> {
        match self {
            Configured::Ready(backend) => Ok(Arc::clone(backend)),
            Configured::Missing => Err(no_block(block, instead)),
            Configured::Unknown => Err(Error::user(
                format!("The `{block}` block of the provider configuration is not known yet"),
                "It depends on something that is still to be applied. Apply that first, for instance with `-target`.",
            )),
        }
    }

    fn missing(&self, block: &str, instead: &str) -> Option<Error> {
        matches!(self, Configured::Missing).then(|| no_block(block, instead))
    }
}

fn no_block(block: &str, instead: &str) -> Error {
    Error::user(
        format!("No `{block}` block in the provider configuration"),
        format!(
            "This resource needs it. Add `{block} {{ … }}` to `provider \"mlassets\"`, or set {instead}."
        ),
    )
}

impl Provide<Prefect> for Backends {
    fn provide(&self) -> Result<Arc<Prefect>> {
        self.prefect.get("prefect", "PREFECT_API_URL")
    }

    fn missing(&self) -> Option<Error> {
        self.prefect.missing("prefect", "PREFECT_API_URL")
    }
}

impl Provide<Registry> for Backends {
    fn provide(&self) -> Result<Arc<Registry>> {
        self.registry.get("registry", "MLASSETS_REGISTRY_URL")
    }

    fn missing(&self) -> Option<Error> {
        self.registry.missing("registry", "MLASSETS_REGISTRY_URL")
    }
}

impl Provide<Archive> for Backends {
    fn provide(&self) -> Result<Arc<Archive>> {
        self.worm.get("worm", "MLASSETS_WORM_DIRECTORY")
    }

    fn missing(&self) -> Option<Error> {
        self.worm.missing("worm", "MLASSETS_WORM_DIRECTORY")
    }
}
