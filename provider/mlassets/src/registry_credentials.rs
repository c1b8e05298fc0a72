//! `mlassets_registry_credentials`: a user of the registry's database for the time of a run.

use std::time::{Duration, SystemTime};

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use tfplug::{Attr, Cx, EphemeralResource, Error, Failure, Opened, Result, Schema, Secret};

use crate::backend::registry::{Lend, Registry};
use crate::types::Moment;

/// A user of the registry's PostgreSQL database that exists only while Terraform runs.
///
/// It is made when the run comes to it, may log in for `lifetime_seconds`, longer while the run needs it, and is
/// dropped with its sessions when nobody needs it any more. Should the run be killed, its time runs out all the
/// same, and the next run that makes a user drops it.
///
/// Its password is in no state and in no plan. The server gets what it checks a password against and never the
/// password itself, so no log of statements has it. It begins with `mlassets_password_`, for programs that look
/// for secrets.
///
/// The user of the provider's `registry` block must own the registry's tables and may need the right `CREATEROLE`.
/// A registry in a SQLite file has no users, so there it is an error.
#[derive(Schema, Clone, Debug)]
#[tf(name = "registry_credentials")]
pub struct RegistryCredentials {
    /// What the user may do: `read`, or `write`, which also adds and changes rows within the registry's laws.
    #[tf(default = "read", check = one_of(&["read", "write"]))]
    pub access: Attr<String>,
    /// For how long it may log in without being renewed, in seconds. Sessions that are open then go on.
    #[tf(default = 900, check = between(60..=86_400))]
    pub lifetime_seconds: Attr<i64>,
    /// Its name.
    #[tf(computed)]
    pub username: Attr<String>,
    /// Its password.
    #[tf(computed)]
    pub password: Attr<Secret>,
    /// Address of the registry with name and password, as `url` of the provider's `registry` block takes it.
    #[tf(computed)]
    pub url: Attr<Secret>,
    /// Until when it may log in if it is not renewed.
    #[tf(computed)]
    pub expires_at: Attr<Moment>,
}

/// The user that is lent, and for how long at a time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Lent {
    username: String,
    seconds: u64,
}

impl Lent {
    fn lifetime(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    /// In good time before the end.
    fn renewal(&self) -> SystemTime {
        SystemTime::now() + self.lifetime() / 2
    }
}

impl EphemeralResource for RegistryCredentials {
    type Backend = Registry;
    type Handle = Lent;

    async fn open(cx: &Cx<Registry>, config: Self) -> Result<Opened<Self>, Failure<Lent>> {
        let seconds =
            config.lifetime_seconds.known().and_then(|seconds| u64::try_from(seconds).ok());
        let seconds = seconds.unwrap_or_default();
        let writes = config.access.clone().known().is_some_and(|access| access == "write");
        let wanted = Lend { writes, lifetime: Duration::from_secs(seconds) };
        let lent = cx.lend(wanted).await.map_err(Error::from)?;
        let lease = Lent { username: lent.username.clone(), seconds };
        let secret = |text: &SecretString| Attr::Known(Secret::from(text.expose_secret()));
        let renewal = lease.renewal();
        let credentials = RegistryCredentials {
            password: secret(&lent.password),
            url: secret(&lent.url),
            username: Attr::Known(lent.username),
            expires_at: Attr::Known(lent.expires_at.into()),
            ..config
        };
        Ok(Opened::new(credentials, lease).renew_at(renewal))
    }

    async fn renew(cx: &Cx<Registry>, lease: &Lent) -> Result<Option<SystemTime>> {
        cx.lend_on(&lease.username, lease.lifetime()).await?;
        Ok(Some(lease.renewal()))
    }

    async fn close(cx: &Cx<Registry>, lease: Lent) -> Result<()> {
        Ok(cx.take_back(&lease.username).await?)
    }
}
