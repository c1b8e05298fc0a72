//! One action, validated, planned and invoked as Terraform's core does it.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use super::config::Config;
use super::core::unknowns;
use super::problem::{Problem, Step};
use crate::action::{Action, Progress};
use crate::context::{Call, Private};
use crate::diag::Diagnostic;
use crate::engine::{self, Validation};
use crate::erased::{ActionHandler, Invocable, Provide};
use crate::value::Value;

/// One action, led as Terraform leads it. A step that core or the provider would refuse is an error.
///
/// ```
/// # use tfplug::{Action, Cx, Progress, Result, Schema};
/// # /// Greets.
/// # #[derive(Schema)]
/// # #[tf(name = "greet")]
/// # struct Greet {
/// #     /// Whom.
/// #     #[tf(check = len(1..=9))]
/// #     name: String,
/// # }
/// # impl Action for Greet {
/// #     type Backend = ();
/// #     async fn invoke(_: &Cx<()>, config: Self, progress: &Progress) -> Result<()> {
/// #         progress.say(format!("hello {}", config.name));
/// #         Ok(())
/// #     }
/// # }
/// use std::sync::Arc;
///
/// use tfplug::testing::{ActionHarness, Problem, config, unknown};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::result::Result<(), Problem> {
/// let greet = ActionHarness::new::<Greet, _>(Arc::new(()));
/// greet.plan(config!({ "name": unknown() })).await?;
/// greet.invoke(config!({ "name": "ann" })).await?;
/// assert_eq!(greet.said(), ["hello ann"]);
/// # Ok(())
/// # }
/// ```
pub struct ActionHarness {
    kind: Arc<dyn Invocable>,
    backends: Option<Arc<dyn Any + Send + Sync>>,
    cancel: CancellationToken,
    said: Arc<Mutex<Vec<String>>>,
}

impl ActionHarness {
    /// The action `A` with these backends.
    pub fn new<A, B>(backends: B) -> Self
    where
        A: Action,
        B: Provide<A::Backend> + Send + Sync + 'static,
    {
        ActionHarness::of(Arc::new(ActionHandler::<A, B>::new()), Some(Arc::new(backends)))
    }

    /// An action with what `configure` made; without it the provider is not configured.
    pub fn of(kind: Arc<dyn Invocable>, backends: Option<Arc<dyn Any + Send + Sync>>) -> Self {
        let (cancel, said) = (CancellationToken::new(), Arc::default());
        ActionHarness { kind, backends, cancel, said }
    }

    /// What stops the calls of this harness, as an interrupt by the user does.
    pub fn cancellation(&self) -> CancellationToken {
        self.cancel.clone()
    }

    /// Validates a configuration; the warnings of the provider.
    pub fn validate(&self, config: impl Into<Config>) -> Result<Vec<Diagnostic>, Problem> {
        self.validate_value(config.into().sent_to(self.kind.shape())?)
    }

    /// Validates and plans; the warnings of the provider. Terraform that runs on its own never lets an
    /// action wait.
    pub async fn plan(&self, config: impl Into<Config>) -> Result<Vec<Diagnostic>, Problem> {
        let config = config.into().sent_to(self.kind.shape())?;
        self.validate_value(config.clone())?;
        let plan = engine::plan_action(&*self.kind, &self.call(), config).await;
        if plan.deferred.is_some() {
            let summary = "Provider deferred changes when Terraform did not allow deferrals";
            return Err(Problem::whole(Step::Plan, summary, "the action was deferred"));
        }
        Problem::unless_errors(Step::Plan, plan.diags)
    }

    /// Validates, plans and invokes; the warnings of the provider.
    pub async fn invoke(&self, config: impl Into<Config>) -> Result<Vec<Diagnostic>, Problem> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let config = config.into();
        self.plan(config.clone()).await?;
        let config = config.sent_to(self.kind.shape())?;
        let summary = "the configuration must be known by now";
        Problem::unless_empty(Step::Config, summary, unknowns(&config))?;
        let said = Arc::clone(&self.said);
        let progress = Progress::new(move |message| {
            said.lock().unwrap_or_else(PoisonError::into_inner).push(message);
        });
        let diags = engine::invoke_action(&*self.kind, &self.call(), config, progress).await;
        Problem::unless_errors(Step::Invoke, diags)
    }

    /// What the last invocation said while it ran, whether it succeeded or not.
    pub fn said(&self) -> Vec<String> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn validate_value(&self, config: Value) -> Result<Vec<Diagnostic>, Problem> {
        let validation = Validation {
            block: &self.kind.shape().block,
            config,
            write_only_allowed: true,
            author: &|draft| self.kind.validate(draft),
        };
        Problem::unless_errors(Step::Validate, engine::validate(validation))
    }

    fn call(&self) -> Call {
        Call::new(self.backends.clone(), self.cancel.clone(), Private::default())
    }
}

impl fmt::Debug for ActionHarness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActionHarness").field("said", &self.said).finish_non_exhaustive()
    }
}
