//! Something that is done when it is asked for, and leaves nothing in the state.

use std::fmt;

use crate::context::Cx;
use crate::diag::Result;
use crate::draft::Draft;
use crate::resource::Schema;

/// The life of an action, whose fields are the content of its `config` block.
///
/// Users invoke it with `terraform apply -invoke=action.cloud_restart.gpu`, or let a resource trigger it:
/// `lifecycle { action_trigger { … } }`. An error fails the run; what a trigger followed stays as it is.
/// Terraform 1.14 and later have actions.
///
/// ```
/// use tfplug::{Action, At, Attr, Cx, Draft, Error, Progress, Result, Schema};
/// # struct Cloud;
/// # impl Cloud {
/// #     async fn machines(&self, _: &str) -> Result<Vec<String>> { Ok(Vec::new()) }
/// #     async fn restart(&self, _: &str) -> Result<()> { Ok(()) }
/// # }
///
/// /// Restarts the machines of a pool, one after the other.
/// #[derive(Schema)]
/// #[tf(name = "restart")]
/// struct Restart {
///     /// The pool.
///     pool: String,
///     /// How many at most.
///     #[tf(default = 10, check = at_least(1))]
///     limit: Attr<i64>,
/// }
///
/// impl Action for Restart {
///     type Backend = Cloud;
///
///     async fn invoke(cloud: &Cx<Cloud>, config: Self, progress: &Progress) -> Result<()> {
///         let machines = cloud.machines(&config.pool).await.at(Self::POOL)?;
///         let limit = config.limit.known().and_then(|limit| usize::try_from(limit).ok());
///         for machine in machines.iter().take(limit.unwrap_or(usize::MAX)) {
///             if cloud.call().is_cancelled() {
///                 return Err(Error::user("Cancelled", "The machines after that run as before."));
///             }
///             progress.say(format!("{machine}: restarting"));
///             cloud.restart(machine).await?;
///         }
///         Ok(())
///     }
///
///     fn validate(config: &mut Draft<'_, Self>) {
///         if config.get(Self::POOL) == Attr::Known("spare".to_owned()) {
///             config.deny(Self::POOL, "Nothing to restart", "The spare machines never run.");
///         }
///     }
/// }
/// ```
pub trait Action: Schema {
    /// What the functions talk to.
    type Backend: Send + Sync + 'static;

    /// Does it. All configured values are known, defaults are filled in, write-only values are there.
    ///
    /// It may be invoked any number of times, so it should be no error if there is nothing left to do. When
    /// the user interrupts, [`Call::is_cancelled`](crate::Call::is_cancelled) says so: an action that takes
    /// long should then stop where nothing is half done, and return an error.
    fn invoke(
        cx: &Cx<Self::Backend>,
        config: Self,
        progress: &Progress,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Looks at a configuration as a whole. Values may be unknown.
    fn validate(config: &mut Draft<'_, Self>) {
        let _ = config;
    }

    /// Refuses in the plan what could not be done later. Values may be unknown, and what the action is about
    /// may only come to be in the same apply. Not asked while the backend is not known yet.
    fn plan(
        cx: &Cx<Self::Backend>,
        config: &mut Draft<'_, Self>,
    ) -> impl Future<Output = Result<()>> + Send {
        let _ = (cx, config);
        async { Ok(()) }
    }
}

/// Tells the user how far an action is.
pub struct Progress(Box<dyn Fn(String) + Send + Sync>);

impl Progress {
    /// What is said goes to `tell`.
    pub fn new(tell: impl Fn(String) + Send + Sync + 'static) -> Self {
        Progress(Box::new(tell))
    }

    /// Shows a line at once. It appears on the screen and in logs: it is no place for secrets.
    pub fn say(&self, message: impl Into<String>) {
        (self.0)(message.into());
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Progress")
    }
}
