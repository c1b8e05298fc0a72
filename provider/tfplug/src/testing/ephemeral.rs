//! One ephemeral resource, opened, renewed and closed as Terraform's core does it.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use tokio_util::sync::CancellationToken;

use super::config::Config;
use super::core::{misfits, plan_invalid};
use super::problem::{Problem, Step};
use crate::context::{Call, Private};
use crate::diag::Diagnostic;
use crate::engine::{self, Validation};
use crate::ephemeral::EphemeralResource;
use crate::erased::{EphemeralHandler, Openable, Provide};
use crate::value::Value;

const INVALID: &str = "Provider produced invalid ephemeral resource instance";

/// One kind of ephemeral resource, led as Terraform leads it. A step that core or the provider would refuse is
/// an error.
///
/// ```
/// # use tfplug::{Attr, Cx, EphemeralResource, Failure, Opened, Result, Schema, Secret};
/// # /// A key.
/// # #[derive(Schema)]
/// # #[tf(name = "key")]
/// # struct Key {
/// #     /// Whose.
/// #     owner: String,
/// #     /// The key.
/// #     #[tf(computed)]
/// #     key: Attr<Secret>,
/// # }
/// # impl EphemeralResource for Key {
/// #     type Backend = ();
/// #     type Handle = ();
/// #     async fn open(_: &Cx<()>, config: Self) -> Result<Opened<Self>, Failure<()>> {
/// #         Ok(Opened::new(Key { key: Attr::Known(Secret::from("k")), ..config }, ()))
/// #     }
/// # }
/// use std::sync::Arc;
///
/// use tfplug::testing::{EphemeralHarness, Problem, config, unknown};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::result::Result<(), Problem> {
/// let keys = EphemeralHarness::new::<Key, _>(Arc::new(()));
/// assert!(keys.open(config!({ "owner": unknown() })).await?.is_none());
/// let key = keys.open(config!({ "owner": "ann" })).await?.expect("all is known");
/// assert_eq!(key.value().member("key"), &"k".into());
/// key.close().await?;
/// # Ok(())
/// # }
/// ```
pub struct EphemeralHarness {
    kind: Arc<dyn Openable>,
    backends: Option<Arc<dyn Any + Send + Sync>>,
    cancel: CancellationToken,
}

impl EphemeralHarness {
    /// The ephemeral resource `E` with these backends.
    pub fn new<E, B>(backends: B) -> Self
    where
        E: EphemeralResource,
        B: Provide<E::Backend> + Send + Sync + 'static,
    {
        EphemeralHarness::of(Arc::new(EphemeralHandler::<E, B>::new()), Some(Arc::new(backends)))
    }

    /// A kind of ephemeral resource with what `configure` made; without it the provider is not configured.
    pub fn of(kind: Arc<dyn Openable>, backends: Option<Arc<dyn Any + Send + Sync>>) -> Self {
        EphemeralHarness { kind, backends, cancel: CancellationToken::new() }
    }

    /// What stops the calls of this harness, as an interrupt by the user does.
    pub fn cancellation(&self) -> CancellationToken {
        self.cancel.clone()
    }

    /// Validates a configuration; the warnings of the provider.
    pub fn validate(&self, config: impl Into<Config>) -> Result<Vec<Diagnostic>, Problem> {
        self.validate_value(config.into().sent_to(self.kind.shape())?)
    }

    /// Validates and opens. Nothing is opened while part of the configuration is unknown.
    pub async fn open(&self, config: impl Into<Config>) -> Result<Option<Live<'_>>, Problem> {
        let shape = self.kind.shape();
        let config = config.into().sent_to(shape)?;
        let mut warnings = self.validate_value(config.clone())?;
        if !config.is_wholly_known() {
            return Ok(None);
        }
        let call = self.call(&[]);
        let opened = engine::open_ephemeral(&*self.kind, &call, config.clone()).await;
        warnings.extend(Problem::unless_errors(Step::Open, opened.diags)?);
        if opened.deferred.is_some() {
            let summary = "Provider deferred changes when Terraform did not allow deferrals";
            return Err(Problem::whole(Step::Open, summary, "the opening was deferred"));
        }
        let value = opened.result;
        Problem::unless_empty(Step::Open, INVALID, misfits(&shape.ty, &value))?;
        let found = plan_invalid(shape.block.members(), &Value::Null, &config, &value);
        Problem::unless_empty(Step::Open, INVALID, found)?;
        let private = opened.private.to_bytes();
        Ok(Some(Live {
            harness: self,
            value,
            warnings,
            renew_at: opened.renew_at,
            last: private.clone(),
            first: private,
        }))
    }

    fn validate_value(&self, config: Value) -> Result<Vec<Diagnostic>, Problem> {
        let validation = Validation {
            block: &self.kind.shape().block,
            config,
            write_only_allowed: false,
            author: &|draft| self.kind.validate(draft),
        };
        Problem::unless_errors(Step::Validate, engine::validate(validation))
    }

    fn call(&self, private: &[u8]) -> Call {
        Call::new(self.backends.clone(), self.cancel.clone(), Private::from_bytes(private))
    }
}

impl fmt::Debug for EphemeralHarness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EphemeralHarness").finish_non_exhaustive()
    }
}

/// What is open, until [`close`](Live::close).
#[must_use = "Terraform closes everything that it opened"]
pub struct Live<'h> {
    harness: &'h EphemeralHarness,
    value: Value,
    warnings: Vec<Diagnostic>,
    renew_at: Option<SystemTime>,
    /// What closing gets: what opening left, whatever renewing left.
    first: Vec<u8>,
    /// What the next renewal gets.
    last: Vec<u8>,
}

impl Live<'_> {
    /// What the user gets.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// What the provider warned of when it was opened.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// When Terraform would renew it; never if `None`.
    pub fn renew_at(&self) -> Option<SystemTime> {
        self.renew_at
    }

    /// Lets the time of the renewal come, without waiting for it; the warnings of the provider. After an
    /// error it is not renewed any more.
    pub async fn renew(&mut self) -> Result<Vec<Diagnostic>, Problem> {
        if self.renew_at.take().is_none() {
            let text = "nobody asked for a renewal";
            return Err(Problem::whole(Step::Renew, "Terraform would not renew it", text));
        }
        let call = self.harness.call(&self.last);
        let renewed = engine::renew_ephemeral(&*self.harness.kind, &call).await;
        let warnings = Problem::unless_errors(Step::Renew, renewed.diags)?;
        self.renew_at = renewed.renew_at;
        self.last = renewed.private.to_bytes();
        Ok(warnings)
    }

    /// Closes it; the warnings of the provider.
    pub async fn close(self) -> Result<Vec<Diagnostic>, Problem> {
        let call = self.harness.call(&self.first);
        let diags = engine::close_ephemeral(&*self.harness.kind, &call).await;
        Problem::unless_errors(Step::Close, diags)
    }
}

/// The value is not shown: it may be secret.
impl fmt::Debug for Live<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").field("renew_at", &self.renew_at).finish_non_exhaustive()
    }
}
