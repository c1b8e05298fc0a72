//! A lock that outlives transactions, and ends with the process that holds it at the latest.
//!
//! PostgreSQL has such locks: an advisory lock belongs to a session, so it has a connection of its own. SQLite
//! has none, so there it is a lock of the operating system on a file beside the database. Neither needs a lease
//! that could run out under its holder, or outlive one that was killed.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::spawn_blocking;
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use super::link::{Failure, Link};
use super::{postgres, sqlite};
use crate::backend::registry::Result;
use crate::backend::registry::error::Error;

/// A lock, taken or not. Dropping it gives it back.
#[derive(Debug)]
pub(crate) enum Lock {
    Session(Box<Session>),
    File(File),
}

/// A session that has the lock, or waits for it.
pub(crate) struct Session {
    link: Link,
    key: String,
    place: String,
    user: String,
    /// How long an answer may take. None of the statements waits for anybody.
    longest: Duration,
}

/// A file beside the database.
#[derive(Debug)]
pub(crate) struct File {
    path: PathBuf,
    holder: String,
    open: Option<Arc<fs::File>>,
}

/// What a try to take a lock came to.
#[derive(Debug)]
pub(crate) enum Taken {
    Here,
    /// Elsewhere, by this holder if that can be told.
    Elsewhere(Option<String>),
}

impl Lock {
    pub(super) fn of_file(file: &sqlite::File, name: &str) -> Self {
        let mut path = file.path.clone().into_os_string();
        path.push(format!(".{name}.lock"));
        let holder = format!("{} since {:.0}", file.options.actor, Timestamp::now());
        Self::File(File { path: path.into(), holder, open: None })
    }

    pub(super) async fn of_session(pool: &postgres::Pool, name: &str) -> Result<Self> {
        let key = format!("mlassets:registry:{}:lock:{name}", pool.options.schema);
        let link = pool.connect_when_ready().await?;
        let (place, user) = (pool.place.clone(), pool.server.user.clone());
        let session = Session { link, key, place, user, longest: pool.options.connect_timeout };
        // The server must not end a session because it only holds a lock, and has to find out when its machine is gone.
        // It shows 63 bytes of who that is.
        let since = Timestamp::now().strftime("%FT%TZ");
        let shown = format!("mlassets lock since {since} of {}", pool.options.actor);
        session.ask(
            "SELECT count(set_config('application_name', $1, false)) \
             + count(set_config('tcp_keepalives_idle', '30', false)) \
             + count(set_config('tcp_keepalives_interval', '10', false)) \
             + count(set_config('tcp_keepalives_count', '3', false)) + \
             (SELECT count(set_config(name, '0', false)) FROM pg_settings WHERE name = 'idle_session_timeout')",
            &shown,
        )
        .await?;
        Ok(Self::Session(Box::new(session)))
    }

    /// Takes the lock if nobody has it.
    pub(crate) async fn take(&mut self) -> Result<Taken> {
        match self {
            Self::Session(session) => session.take().await,
            Self::File(file) => file.take().await,
        }
    }

    /// Whether it is still held; an error says how it was lost.
    pub(crate) async fn check(&self) -> Result<(), String> {
        match self {
            Self::Session(session) => session.check().await,
            Self::File(file) => file.check(),
        }
    }

    /// Gives it back, so that the next one has it at once.
    pub(crate) async fn release(self) {
        match self {
            // The session ends with its client, so an answer is not needed.
            Self::Session(session) => {
                let sql = "SELECT pg_advisory_unlock(hashtextextended($1, 0))::int::bigint";
                let _ = session.ask(sql, &session.key).await;
            }
            Self::File(file) => {
                if let Some(open) = &file.open {
                    let _ = open.set_len(0);
                    let _ = open.unlock();
                }
            }
        }
    }
}

impl Session {
    async fn take(&self) -> Result<Taken> {
        let sql = "SELECT pg_try_advisory_lock(hashtextextended($1, 0))::int::bigint";
        if self.ask(sql, &self.key).await? == 1 {
            return Ok(Taken::Here);
        }
        let sql = "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid) \
            WHERE locktype = 'advisory' AND granted AND objsubid = 1 \
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
            AND (classid::bigint << 32) | objid::bigint = hashtextextended($1, 0)";
        let rows = self.rows(sql, &self.key).await?;
        let shown = rows.first().and_then(|row| row.try_get::<_, Option<String>>(0).ok().flatten());
        Ok(Taken::Elsewhere(shown.as_deref().and_then(holder)))
    }

    async fn check(&self) -> Result<(), String> {
        let sql = "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory' AND granted \
            AND objsubid = 1 AND (classid::bigint << 32) | objid::bigint = hashtextextended($1, 0)";
        match self.ask(sql, &self.key).await {
            Ok(0) => {
                Err("the session holds it no longer; a pooler in between must keep sessions"
                    .to_owned())
            }
            Ok(_) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// The one number that a query answers.
    async fn ask(&self, sql: &str, text: &str) -> Result<i64> {
        let rows = self.rows(sql, text).await?;
        let number = rows.first().map(|row| row.try_get(0)).transpose();
        let number: Option<i64> = number.map_err(|error| self.translate(&error.into()))?;
        number.ok_or_else(|| Error::Unexpected {
            place: self.place.clone(),
            message: "a number was expected where no row is".to_owned(),
        })
    }

    async fn rows(&self, sql: &str, text: &str) -> Result<Vec<Row>> {
        let params: [(&(dyn ToSql + Sync), Type); 1] = [(&text, Type::TEXT)];
        let rows = self.link.ask(self.longest, |it| it.query_typed(sql, &params)).await;
        rows.map_err(|failure| self.translate(&failure))
    }

    fn translate(&self, failure: &Failure) -> Error {
        postgres::translate(&self.place, &self.user, "holding a lock", failure)
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("key", &self.key).finish_non_exhaustive()
    }
}

/// `… lock since T of A` as `A since T`.
fn holder(shown: &str) -> Option<String> {
    let (since, actor) = shown.strip_prefix("mlassets lock since ")?.split_once(" of ")?;
    Some(format!("{actor} since {since}"))
}

impl File {
    async fn take(&mut self) -> Result<Taken> {
        let (path, holder) = (self.path.clone(), self.holder.clone());
        let failed = |error: &std::io::Error| {
            let message = match error.kind() {
                std::io::ErrorKind::NotFound => {
                    "its folder does not exist; create the folder first".to_owned()
                }
                _ => error.to_string(),
            };
            Error::File { action: "lock the registry with", path: self.path.clone(), message }
        };
        let taken = spawn_blocking(move || take_file(&path, &holder)).await;
        match taken.map_err(std::io::Error::other).flatten() {
            Ok(Ok(open)) => {
                self.open = Some(Arc::new(open));
                Ok(Taken::Here)
            }
            Ok(Err(holder)) => Ok(Taken::Elsewhere(holder)),
            Err(error) => Err(failed(&error)),
        }
    }

    fn check(&self) -> Result<(), String> {
        let held = self.open.as_ref().is_some_and(|open| is_at(open, &self.path));
        if held { Ok(()) } else { Err(format!("someone removed {}", self.path.display())) }
    }
}

/// The locked file, or who has it.
fn take_file(path: &Path, holder: &str) -> std::io::Result<Result<fs::File, Option<String>>> {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    loop {
        let mut open = options.open(path)?;
        match open.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                let mut text = String::new();
                // Only for the message: whoever has the lock may be writing it just now.
                let _ = open.read_to_string(&mut text);
                let text = text.trim();
                return Ok(Err((!text.is_empty()).then(|| text.to_owned())));
            }
            Err(fs::TryLockError::Error(error)) => return Err(error),
        }
        // A lock on a file that was removed meanwhile keeps nobody out.
        if is_at(&open, path) {
            open.set_len(0)?;
            writeln!(open, "{holder}")?;
            return Ok(Ok(open));
        }
    }
}

fn is_at(open: &fs::File, path: &Path) -> bool {
    let id = |metadata: &fs::Metadata| (metadata.dev(), metadata.ino());
    match (open.metadata(), fs::metadata(path)) {
        (Ok(open), Ok(there)) => id(&open) == id(&there),
        _ => false,
    }
}
