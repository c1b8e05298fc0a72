//! The backends that a configuration makes, each only if it is there.

use std::sync::Arc;

use tfplug::path::Step;
use tfplug::{Attr, Error, Host, Path, Provide, Result};

use super::configuration::{AwsBlock, MlAssets};
use super::problem::{Origin, Problem};
use super::{blocks, clouds};
use crate::adopted::Adopted;
use crate::backend::artifacts::Store;
use crate::backend::audit::Trail;
use crate::backend::aws::Aws;
use crate::backend::azure::Azure;
use crate::backend::fault;
use crate::backend::gate::Gate;
use crate::backend::notify::Notifier;
use crate::backend::prefect::Prefect;
use crate::backend::registry::Registry;
use crate::backend::signal::Signals;
use crate::backend::worm::{Archive, Replicator};
use crate::ranks::Ranks;

/// All backends, made without connecting anywhere.
#[derive(Debug)]
pub struct Backends {
    aws: Configured<Aws>,
    azure: Configured<Azure>,
    prefect: Configured<Prefect>,
    registry: Configured<Registry>,
    worm: Configured<Archive>,
    audit: Configured<Trail>,
    artifacts: Configured<Store>,
    signals: Configured<Signals>,
    gate: Configured<Gate>,
    notifier: Configured<Notifier>,
    adopted: Adopted,
    ranks: Ranks,
}

/// The clients of clouds, each as far as it is configured.
#[derive(Debug)]
pub struct Clouds {
    /// Amazon Web Services, or another server that speaks S3.
    pub aws: Result<Arc<Aws>>,
    /// A storage account of Azure.
    pub azure: Result<Arc<Azure>>,
}

/// A backend, if there is one.
#[derive(Debug)]
enum Configured<T> {
    Ready(Arc<T>),
    /// Its block is not there.
    Missing,
    /// Its block is unknown until something else is applied.
    Unknown,
    /// The environment has settings for it with which nothing can be done, and perhaps nobody wants it.
    Unusable(Error),
}

impl Backends {
    /// The backends of this configuration. What is wrong in one block does not hide what is in another.
    pub fn new(config: MlAssets, host: &Host) -> Result<Self> {
        let actor = config.actor.unwrap_or_else(|| "terraform".to_owned());
        tracing::debug!(terraform = host.terraform_version, actor, "configuring");
        let aws = match config.aws {
            // All of it can be found elsewhere, so the block is never missing.
            Attr::Null => Attr::Known(AwsBlock::default()),
            block => block,
        };
        let aws = make("aws", aws, clouds::aws);
        let azure = make("azure", config.azure, clouds::azure);
        let prefect = make("prefect", config.prefect, blocks::prefect);
        let registry = make("registry", config.registry, |block| blocks::registry(block, &actor));
        let worm = make("worm", config.worm, |block| {
            let (aws, azure) = (aws.as_ref(), azure.as_ref());
            let unusable = "Archive not usable";
            blocks::worm(
                block,
                &actor,
                || lent(aws, "aws", unusable),
                || lent(azure, "azure", unusable),
            )
        });
        let artifacts = make("artifacts", config.artifacts, |block| {
            let (aws, azure) = (aws.as_ref(), azure.as_ref());
            let unusable = "Store of artifacts not usable";
            blocks::artifacts(
                block,
                || lent(aws, "aws", unusable),
                || lent(azure, "azure", unusable),
            )
        });
        let archive = worm.as_ref().ok().and_then(Configured::ready);
        let audit = match (&worm, config.audit) {
            // It says itself what is wrong with it.
            (Err(_), _) => Ok(Configured::Missing),
            (Ok(Configured::Unknown), Attr::Known(_)) => Ok(Configured::Unknown),
            (Ok(_), block) => make("audit", block, |block| blocks::audit(block, archive, &actor)),
        };
        let signals = make("redis", config.redis, |block| blocks::redis(block, &actor));
        let gate = make("gate", config.gate, blocks::gate);
        let notifier = make("notify", config.notify, |block| blocks::notify(block, &actor));
        let mut errors = Vec::new();
        let backends = Backends {
            aws: settle(aws, &mut errors),
            azure: settle(azure, &mut errors),
            prefect: settle(prefect, &mut errors),
            registry: settle(registry, &mut errors),
            worm: settle(worm, &mut errors),
            audit: settle(audit, &mut errors),
            artifacts: settle(artifacts, &mut errors),
            signals: settle(signals, &mut errors),
            gate: settle(gate, &mut errors),
            notifier: settle(notifier, &mut errors),
            adopted: Adopted::default(),
            ranks: Ranks::default(),
        };
        if let Some(errors) = errors.into_iter().reduce(Error::and) {
            return Err(errors);
        }
        fault::point("provider.configured");
        Ok(backends)
    }

    /// Where changes are told, if anywhere.
    pub(crate) fn audit(&self) -> Result<Option<Arc<Trail>>> {
        match &self.audit {
            Configured::Missing => Ok(None),
            there => there.get("audit", "MLASSETS_AUDIT_BUCKET").map(Some),
        }
    }

    /// The model registry, if it can be used.
    pub(crate) fn registry(&self) -> Option<&Registry> {
        self.registry.ready()
    }

    /// The store of artifacts, if one is configured.
    pub(crate) fn artifacts(&self) -> Result<Option<Arc<Store>>> {
        match &self.artifacts {
            Configured::Missing => Ok(None),
            _ => Provide::<Store>::provide(self).map(Some),
        }
    }

    /// What this process took over rather than made.
    pub(crate) fn adopted(&self) -> &Adopted {
        &self.adopted
    }

    /// The priorities of queues that this process has to keep.
    pub(crate) fn ranks(&self) -> &Ranks {
        &self.ranks
    }
}

/// A client that another backend works with. What is wrong with it is said where it belongs.
fn lent<T>(
    client: Result<&Configured<T>, &Error>,
    block: &str,
    summary: &'static str,
) -> Result<Arc<T>, Vec<Problem>> {
    let detail = match client {
        Ok(Configured::Ready(client)) => return Ok(Arc::clone(client)),
        Ok(Configured::Unusable(error)) | Err(error) => error.to_string(),
        Ok(Configured::Missing) => {
            format!(
                "Its `backend` needs another block. Add `{block} {{ … }}` to `provider \"mlassets\"`."
            )
        }
        Ok(Configured::Unknown) => {
            format!(
                "The `{block}` block is not known until something else is applied. Apply that first."
            )
        }
    };
    Err(vec![Problem::new(summary, detail, Path::ROOT, Origin::Nowhere)])
}

/// What was made; an error is put to the others, and nothing is used then.
fn settle<T>(made: Result<Configured<T>>, errors: &mut Vec<Error>) -> Configured<T> {
    made.unwrap_or_else(|error| {
        errors.push(error);
        Configured::Missing
    })
}

fn make<C, T>(
    name: &str,
    block: Attr<C>,
    make: impl FnOnce(C) -> Result<T, Vec<Problem>>,
) -> Result<Configured<T>> {
    match block {
        Attr::Known(block) => match make(block) {
            Ok(backend) => Ok(Configured::Ready(Arc::new(backend))),
            Err(problems) if problems.iter().any(Problem::is_literal) => {
                Err(Problem::all(problems).under(&Step::Attribute(name.to_owned())))
            }
            Err(problems) => Ok(Configured::Unusable(Problem::all(problems))),
        },
        Attr::Null => Ok(Configured::Missing),
        Attr::Unknown => Ok(Configured::Unknown),
    }
}

impl<T> Configured<T> {
    fn ready(&self) -> Option<&T> {
        match self {
            Configured::Ready(backend) => Some(backend),
            Configured::Missing | Configured::Unknown | Configured::Unusable(_) => None,
        }
    }

    fn get(&self, block: &str, instead: &str) -> Result<Arc<T>> {
        match self {
            Configured::Ready(backend) => Ok(Arc::clone(backend)),
            Configured::Missing => Err(no_block(block, instead)),
            Configured::Unusable(error) => Err(error.clone()),
            Configured::Unknown => Err(Error::user(
                format!("The `{block}` block of the provider configuration is not known yet"),
                "It depends on something that is still to be applied. Apply that first, for instance with `-target`.",
            )),
        }
    }

    fn missing(&self, block: &str, instead: &str) -> Option<Error> {
        match self {
            Configured::Missing => Some(no_block(block, instead)),
            Configured::Unusable(error) => Some(error.clone()),
            Configured::Ready(_) | Configured::Unknown => None,
        }
    }

    fn is_unknown(&self) -> bool {
        matches!(self, Configured::Unknown)
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

/// `client: its field, its block, what stands for the block in the environment` for each backend that one block makes.
macro_rules! provided {
    ($($client:ty: $field:ident, $block:literal, $instead:literal;)*) => {$(
        impl Provide<$client> for Backends {
            fn provide(&self) -> Result<Arc<$client>> {
                self.$field.get($block, $instead)
            }

            fn missing(&self) -> Option<Error> {
                self.$field.missing($block, $instead)
            }

            fn is_unknown(&self) -> bool {
                self.$field.is_unknown()
            }
        }
    )*};
}

provided! {
    Archive: worm, "worm", "MLASSETS_WORM_DIRECTORY";
    Aws: aws, "aws", "AWS_REGION";
    Azure: azure, "azure", "AZURE_STORAGE_ACCOUNT";
    Notifier: notifier, "notify", "SLACK_WEBHOOK_URL, SLACK_BOT_TOKEN or PAGERDUTY_ROUTING_KEY";
    Prefect: prefect, "prefect", "PREFECT_API_URL";
    Registry: registry, "registry", "MLASSETS_REGISTRY_URL";
    Signals: signals, "redis", "MLASSETS_REDIS_URL";
    Store: artifacts, "artifacts", "MLASSETS_ARTIFACTS_DIRECTORY";
}

/// A gate works without its block, too.
impl Provide<Gate> for Backends {
    fn provide(&self) -> Result<Arc<Gate>> {
        match &self.gate {
            Configured::Missing => Ok(Arc::default()),
            there => there.get("gate", "nothing"),
        }
    }

    fn missing(&self) -> Option<Error> {
        match &self.gate {
            Configured::Unusable(error) => Some(error.clone()),
            Configured::Missing | Configured::Ready(_) | Configured::Unknown => None,
        }
    }

    fn is_unknown(&self) -> bool {
        self.gate.is_unknown()
    }
}

/// Which of them is needed is known only where one is.
impl Provide<Clouds> for Backends {
    fn provide(&self) -> Result<Arc<Clouds>> {
        let (aws, azure) = (Provide::<Aws>::provide(self), Provide::<Azure>::provide(self));
        Ok(Arc::new(Clouds { aws, azure }))
    }

    fn missing(&self) -> Option<Error> {
        None
    }

    fn is_unknown(&self) -> bool {
        self.aws.is_unknown() || self.azure.is_unknown()
    }
}

/// A copy needs the archive and the S3 that holds the copy.
impl Provide<Replicator> for Backends {
    fn provide(&self) -> Result<Arc<Replicator>> {
        let archive = Provide::<Archive>::provide(self)?;
        let aws = Provide::<Aws>::provide(self)?;
        Ok(Arc::new(Replicator { archive, aws }))
    }

    fn missing(&self) -> Option<Error> {
        Provide::<Archive>::missing(self).or_else(|| Provide::<Aws>::missing(self))
    }

    fn is_unknown(&self) -> bool {
        self.worm.is_unknown() || self.aws.is_unknown()
    }
}
