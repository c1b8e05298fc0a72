//! Short-lived users of a registry in PostgreSQL: made, extended, and dropped with all that they hold.
//!
//! Their passwords exist in this process alone. The server is given what it checks a password against, so that
//! not even a log of statements has it. Where a process dies before it drops its user, the user's time runs
//! out all the same, and the next one who makes a user drops it.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use postgres_protocol::password::scram_sha_256;
use secrecy::SecretString;
use uuid::Uuid;

use super::error::Error;
use super::location::{Host, Kind, Server, TlsMode};
use super::operation::{Operation, Points, points};
use super::session::{Access, Param, Session};
use super::store::Store;
use super::{Registry, Result};

/// How all short-lived users begin.
const USER_PREFIX: &str = "mlassets_tmp_";
/// How all their passwords begin, so that programs which look for secrets find them.
const PASSWORD_PREFIX: &str = "mlassets_password_";

/// A short-lived user to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lend {
    /// Whether it may also add and change rows. The laws of the registry bind it all the same.
    pub writes: bool,
    /// For how long it can log in, counted from now.
    pub lifetime: Duration,
}

/// A short-lived user.
#[derive(Clone)]
pub struct Credentials {
    /// Its name.
    pub username: String,
    /// Its password.
    pub password: SecretString,
    /// The address of the registry with both, as [`Location::parse`](super::Location::parse) reads it.
    pub url: SecretString,
    /// Until when it can log in.
    pub expires_at: Timestamp,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("username", &self.username).finish_non_exhaustive()
    }
}

impl Registry {
    /// Makes a short-lived user, and drops those whose time ran out long ago.
    ///
    /// Errors: [`Error::NoRoles`] for a file, [`Error::Permission`] if the registry's own user may not make
    /// users.
    pub async fn lend(&self, lend: Lend) -> Result<Credentials> {
        let (server, store) = self.server()?;
        let mark = mark(server, self.schema());
        for username in store.run(FindExpired { mark: mark.clone() }).await? {
            // It is somebody else's mess: what cannot be dropped does not keep us from our own.
            if let Err(error) = store.run(TakeBack { username: username.clone() }).await {
                tracing::debug!(%error, username, "an expired user could not be dropped");
            }
        }
        let secret = || Uuid::new_v4().simple().to_string();
        let username = format!("{USER_PREFIX}{}", secret());
        let password = format!("{PASSWORD_PREFIX}{}{}", secret(), secret());
        let make = Make {
            username: username.clone(),
            verifier: scram_sha_256(password.as_bytes()),
            mark,
            lend,
        };
        let expires_at = store.run(make).await?;
        let url = url(server, &username, &password).into();
        Ok(Credentials { username, password: password.into(), url, expires_at })
    }

    /// Lets a short-lived user log in for so long from now, and says until when.
    ///
    /// Errors: [`Error::RoleGone`].
    pub async fn lend_on(&self, username: &str, lifetime: Duration) -> Result<Timestamp> {
        let (_, store) = self.server()?;
        store.run(Extend { username: username.to_owned(), lifetime }).await
    }

    /// Ends the sessions of a short-lived user and drops it. It is no error if it is gone.
    pub async fn take_back(&self, username: &str) -> Result<()> {
        let (_, store) = self.server()?;
        store.run(TakeBack { username: username.to_owned() }).await
    }

    fn server(&self) -> Result<(&Server, &Store)> {
        let (store, _) = self.database(
            "users of MLflow are made by its own administration, so there are no short-lived ones",
        )?;
        match self.location().kind() {
            Kind::Postgres(server) => Ok((server, store)),
            Kind::Sqlite(_) | Kind::Mlflow(_) => {
                Err(Error::NoRoles { place: self.location().to_string() })
            }
        }
    }
}

/// What tells the users of one registry from those of another one on the same server.
fn mark(server: &Server, schema: &str) -> String {
    format!("mlassets: short-lived user of {}.{schema}", server.database)
}

fn url(server: &Server, username: &str, password: &str) -> String {
    let Server { host, port, database, tls, root_cert, .. } = server;
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let sslmode = match tls {
        TlsMode::Disable => "disable",
        TlsMode::Prefer => "prefer",
        TlsMode::Require => "require",
        TlsMode::VerifyCa => "verify-ca",
        TlsMode::VerifyFull => "verify-full",
    };
    let (place, socket) = match host {
        Host::Name(name) if name.contains(':') => (format!("[{name}]"), None),
        Host::Name(name) => (name.clone(), None),
        // A URL must have a host, and the folder of the socket takes its place.
        Host::Socket(folder) => ("localhost".to_owned(), Some(folder.display().to_string())),
    };
    let database = encoded(database);
    let mut url =
        format!("postgres://{username}:{password}@{place}:{port}/{database}?sslmode={sslmode}");
    let root_cert = root_cert.as_ref().map(|path| path.display().to_string());
    for (name, value) in [("host", socket), ("sslrootcert", root_cert)] {
        if let Some(value) = value {
            url = format!("{url}&{name}={}", encoded(&value));
        }
    }
    url
}

struct Make {
    username: String,
    verifier: String,
    mark: String,
    lend: Lend,
}

struct Extend {
    username: String,
    lifetime: Duration,
}

struct TakeBack {
    username: String,
}

struct FindExpired {
    mark: String,
}

impl Operation for Make {
    type Output = Timestamp;
    const STEP: &'static str = "making a short-lived user";
    const ACCESS: Access = Access::Write;
    const POINTS: Option<Points> = points!("registry_credentials.make");

    async fn run(&self, session: &mut Session) -> Result<Timestamp> {
        let Self { username, verifier, mark, lend } = self;
        // Two grants on one table at once would fail.
        session.lock("users").await?;
        let expires_at = end(session, lend.lifetime).await?;
        if is_there(session, username).await? {
            // A lost answer to the same: its time begins anew, so that what is told is what holds.
            extend(session, username, expires_at).await?;
            return Ok(expires_at);
        }
        let (rights, sequences) =
            if lend.writes { ("SELECT, INSERT, UPDATE", "USAGE") } else { ("SELECT", "SELECT") };
        let mark = mark.replace('\'', "''");
        // Whoever makes it is a member of it, so that it can be taken back with all that it holds.
        let sql = format!(
            "CREATE ROLE {username} LOGIN NOINHERIT CONNECTION LIMIT 10 PASSWORD '{verifier}' VALID UNTIL '{expires_at}'; \
             COMMENT ON ROLE {username} IS '{mark}'; \
             ALTER ROLE {username} SET search_path = {{schema}}, pg_temp; \
             GRANT {username} TO CURRENT_USER; \
             GRANT USAGE ON SCHEMA {{schema}} TO {username}; \
             GRANT {rights} ON ALL TABLES IN SCHEMA {{schema}} TO {username}; \
             GRANT {sequences} ON ALL SEQUENCES IN SCHEMA {{schema}} TO {username};"
        );
        session.batch(&sql).await?;
        Ok(expires_at)
    }
}

impl Operation for Extend {
    type Output = Timestamp;
    const STEP: &'static str = "extending the time of a short-lived user";
    const ACCESS: Access = Access::Write;
    const POINTS: Option<Points> = points!("registry_credentials.extend");

    async fn run(&self, session: &mut Session) -> Result<Timestamp> {
        let Self { username, lifetime } = self;
        session.lock("users").await?;
        if !is_there(session, username).await? {
            return Err(Error::RoleGone { place: session.place(), username: username.clone() });
        }
        let expires_at = end(session, *lifetime).await?;
        extend(session, username, expires_at).await?;
        Ok(expires_at)
    }
}

impl Operation for TakeBack {
    type Output = ();
    const STEP: &'static str = "dropping a short-lived user";
    const ACCESS: Access = Access::Write;
    const POINTS: Option<Points> = points!("registry_credentials.take_back");

    async fn run(&self, session: &mut Session) -> Result<()> {
        let Self { username } = self;
        session.lock("users").await?;
        if !is_there(session, username).await? {
            return Ok(());
        }
        let sql =
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = $1";
        session.query(sql, &[Param::Text(username)]).await?;
        session.batch(&format!("DROP OWNED BY {username}; DROP ROLE {username};")).await
    }
}

impl Operation for FindExpired {
    type Output = Vec<String>;
    const STEP: &'static str = "looking for users whose time ran out";
    const ACCESS: Access = Access::Read;
    const POINTS: Option<Points> = None;

    async fn run(&self, session: &mut Session) -> Result<Vec<String>> {
        let sql = "SELECT rolname::text FROM pg_roles WHERE starts_with(rolname::text, $1) \
            AND shobj_description(oid, 'pg_authid') = $2 AND rolvaliduntil < now() - interval '1 hour'";
        let params = [Param::Text(USER_PREFIX), Param::Text(&self.mark)];
        session.query(sql, &params).await?.iter_mut().map(super::session::Row::text).collect()
    }
}

async fn is_there(session: &mut Session, username: &str) -> Result<bool> {
    let sql = "SELECT 1::bigint FROM pg_roles WHERE rolname = $1";
    Ok(!session.query(sql, &[Param::Text(username)]).await?.is_empty())
}

async fn extend(session: &mut Session, username: &str, expires_at: Timestamp) -> Result<()> {
    session.batch(&format!("ALTER ROLE {username} VALID UNTIL '{expires_at}'")).await
}

/// The end of a lifetime that begins now, by the server's clock.
async fn end(session: &mut Session, lifetime: Duration) -> Result<Timestamp> {
    let seconds = i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX);
    let sql = "SELECT date_trunc('second', now() + $1::bigint * interval '1 second')";
    let mut rows = session.query(sql, &[Param::Int(seconds)]).await?;
    let row = rows.first_mut().ok_or_else(|| Error::Unexpected {
        place: session.place(),
        message: "a time was expected where no row is".to_owned(),
    })?;
    row.time()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::backend::registry::Location;

    #[test]
    fn an_address_reads_back_with_the_new_user() {
        for address in [
            "postgres://ana:old@db.example:5433/models?sslmode=require",
            "postgres://ana@[::1]/models?sslmode=disable",
            "postgres://ana@127.0.0.1/a%20b",
            "postgres://ana@/models?host=/run/postgres%20ql",
            "postgres://ana@db.example/models?sslrootcert=/etc/ca%26x.pem",
        ] {
            let before = Location::parse(address).unwrap();
            let Kind::Postgres(server) = before.kind() else { panic!("{address}") };
            let after = Location::parse(&url(server, "tmp", "pw")).unwrap();
            let Kind::Postgres(found) = after.kind() else { panic!("{address}") };
            assert_eq!(after.to_string(), before.to_string());
            assert_eq!((found.tls, &found.root_cert), (server.tls, &server.root_cert), "{address}");
            let password = found.password.as_ref().unwrap().expose_secret();
            assert_eq!((&*found.user, password), ("tmp", "pw"));
        }
    }
}
