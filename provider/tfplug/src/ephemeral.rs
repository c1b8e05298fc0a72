//! Something that exists only while Terraform runs, and is stored nowhere.

use std::fmt;
use std::time::SystemTime;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::context::Cx;
use crate::diag::Result;
use crate::draft::Draft;
use crate::resource::{Failure, Schema};

/// The life of an ephemeral resource: opened in each plan and each apply that needs it, renewed while it is
/// in use, closed when nobody uses it any more.
///
/// What it holds is in no state and in no plan, and may only go where the same is true: into provider
/// configurations, write-only attributes and other ephemeral values. Terraform 1.10 and later have it.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use tfplug::{Attr, Cx, EphemeralResource, Failure, Keeping, Opened, Result, Schema, Secret};
/// # struct Cloud;
/// # impl Cloud {
/// #     async fn lease(&self, _: &str) -> Result<String> { Ok("l-1".to_owned()) }
/// #     async fn token(&self, _: &str) -> Result<Secret> { Ok(Secret::from("t")) }
/// #     async fn extend(&self, _: &str) -> Result<()> { Ok(()) }
/// #     async fn end(&self, _: &str) -> Result<()> { Ok(()) }
/// # }
///
/// /// A token that is good for a minute, and longer while Terraform needs it.
/// #[derive(Schema)]
/// #[tf(name = "token")]
/// struct Token {
///     /// Who asks.
///     role: String,
///     /// The token.
///     #[tf(computed)]
///     token: Attr<Secret>,
/// }
///
/// fn soon() -> SystemTime {
///     SystemTime::now() + Duration::from_secs(40)
/// }
///
/// impl EphemeralResource for Token {
///     type Backend = Cloud;
///     type Handle = String;
///
///     async fn open(cloud: &Cx<Cloud>, config: Self) -> Result<Opened<Self>, Failure<String>> {
///         let lease = cloud.lease(&config.role).await?; // nothing to close if this fails
///         let token = cloud.token(&lease).await.keeping(lease.clone())?; // closed if this fails
///         let token = Token { token: Attr::Known(token), ..config };
///         Ok(Opened::new(token, lease).renew_at(soon()))
///     }
///
///     async fn renew(cloud: &Cx<Cloud>, lease: &String) -> Result<Option<SystemTime>> {
///         cloud.extend(lease).await?;
///         Ok(Some(soon()))
///     }
///
///     async fn close(cloud: &Cx<Cloud>, lease: String) -> Result<()> {
///         cloud.end(&lease).await
///     }
/// }
/// ```
pub trait EphemeralResource: Schema {
    /// What the functions talk to.
    type Backend: Send + Sync + 'static;

    /// What [`renew`](Self::renew) and [`close`](Self::close) know of what was opened; `()` if nothing.
    /// Terraform keeps it in memory alone.
    type Handle: Serialize + DeserializeOwned + Send + Sync + 'static;

    /// Opens it. All configured values are known and must come back as they are; computed ones are
    /// [`Attr::Unknown`](crate::Attr) and must be found.
    ///
    /// Terraform does not close what failed to open. What came to be all the same is closed by the framework
    /// if [`Keeping::keeping`](crate::Keeping::keeping) says what it is.
    fn open(
        cx: &Cx<Self::Backend>,
        config: Self,
    ) -> impl Future<Output = Result<Opened<Self>, Failure<Self::Handle>>> + Send;

    /// Makes it last longer, and says when to do so again, if ever. After an error it is not renewed any
    /// more. Terraform 1.15 and earlier lose the message of that error: [`close`](Self::close) is the place
    /// to say that something was lost.
    fn renew(
        cx: &Cx<Self::Backend>,
        handle: &Self::Handle,
    ) -> impl Future<Output = Result<Option<SystemTime>>> + Send {
        let _ = (cx, handle);
        async { Ok(None) }
    }

    /// Ends it. It is no error if it has already ended as it should.
    fn close(
        cx: &Cx<Self::Backend>,
        handle: Self::Handle,
    ) -> impl Future<Output = Result<()>> + Send {
        let _ = (cx, handle);
        async { Ok(()) }
    }

    /// Looks at a configuration as a whole. Values may be unknown.
    fn validate(config: &mut Draft<'_, Self>) {
        let _ = config;
    }
}

/// What was opened.
pub struct Opened<E: EphemeralResource> {
    /// What the user gets.
    pub value: E,
    /// What renewing and closing need to know.
    pub handle: E::Handle,
    /// When to renew it; never if `None`.
    pub renew_at: Option<SystemTime>,
}

impl<E: EphemeralResource> Opened<E> {
    /// This value, which is not renewed.
    pub fn new(value: E, handle: E::Handle) -> Self {
        Opened { value, handle, renew_at: None }
    }

    /// The same, renewed at that time. Terraform asks no sooner, so leave time for the renewal itself.
    #[must_use]
    pub fn renew_at(self, time: SystemTime) -> Self {
        Opened { renew_at: Some(time), ..self }
    }
}

/// Neither the value nor the handle is shown: either may be secret.
impl<E: EphemeralResource> fmt::Debug for Opened<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("renew_at", &self.renew_at).finish_non_exhaustive()
    }
}
