//! The registry in one schema of a PostgreSQL database: few connections, opened when needed.
//!
//! All that a transaction needs (search path, actor, timeouts) is set locally in it, and statements
//! are never prepared by name, so a pooler between us and the server does no harm. A connection goes
//! back to the idle ones only after a clean end; one that is dropped midway is closed, and the
//! server rolls back. So does it where it hears nothing of us within a transaction.

use std::error::Error as _;
use std::fmt::Write as _;
use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use secrecy::ExposeSecret as _;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time;
use tokio_postgres::config::SslMode;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Config, NoTls};

use super::link::{Failure, Link};
use super::tls;
use crate::backend::registry::error::Error;
use crate::backend::registry::location::{Host, Server, TlsMode};
use crate::backend::registry::operation::{Operation, transaction};
use crate::backend::registry::session::{Access, Cell, Param, Row, Session};
use crate::backend::registry::{Options, Result};

/// At most so many connections at once.
const CONNECTIONS: usize = 4;
/// So often a transaction is run that the server, or the connection, gave up.
const ATTEMPTS: u32 = 6;
/// Between two questions whether a starting server is up.
const STARTING_PAUSE: Duration = Duration::from_millis(250);
/// A quiet connection is looked after so often, by the system, which finds a network that is gone.
const LOOKED_AFTER: Duration = Duration::from_secs(30);

/// What is under way while a connection is made.
const SIGNING_IN: &str = "signing in";
/// What is under way while a statement of somebody else's is run.
pub(crate) const QUESTION: &str = "answering a question";

/// Connections to one database.
pub(crate) struct Pool {
    pub(super) place: String,
    pub(super) server: Server,
    pub(super) options: Options,
    permits: Semaphore,
    idle: Mutex<Vec<Link>>,
}

/// One connection, lent to one operation.
pub(crate) struct Connection {
    link: Link,
    place: String,
    options: Options,
    user: String,
    step: &'static str,
    broken: bool,
}

impl Pool {
    pub(crate) fn new(place: String, server: Server, options: Options) -> Self {
        let permits = Semaphore::new(CONNECTIONS);
        Self { place, server, options, permits, idle: Mutex::default() }
    }

    /// Runs the operation, again if the server chose it as the victim of a clash or went away.
    pub(super) async fn run<O: Operation>(&self, operation: &O) -> Result<O::Output> {
        let _permit = self.permits.acquire().await.expect("the semaphore is never closed");
        let latest = Instant::now() + self.options.statement_timeout * 2;
        let mut lost = None;
        let mut attempt = 1;
        loop {
            let error = match self.attempt(operation).await {
                Err(error) => error,
                done => return done,
            };
            let passes = matches!(error, Error::Contended { .. } | Error::ConnectionLost { .. });
            if !passes || attempt == ATTEMPTS || Instant::now() >= latest {
                return Err(match lost {
                    Some(lost) if O::ACCESS != Access::Read => as_lost(lost, error),
                    _ => error,
                });
            }
            if matches!(error, Error::ConnectionLost { .. }) {
                lost = Some(error);
            }
            time::sleep(Duration::from_millis(10) * 2_u32.pow(attempt)).await;
            attempt += 1;
        }
    }

    async fn attempt<O: Operation>(&self, operation: &O) -> Result<O::Output> {
        let mut session = Session::Postgres(self.connection(O::STEP).await?);
        let result = transaction(&mut session, operation).await;
        if let Session::Postgres(connection) = session {
            self.keep(connection);
        }
        result
    }

    /// The rows that one statement reads, each as a JSON object; at most two.
    pub(crate) async fn answer(&self, sql: &str) -> Result<Vec<Value>> {
        let mut connection = self.connection(QUESTION).await?;
        connection.begin(Access::Read).await?;
        // Only one statement can be sent this way, and what is read in a transaction changes nothing.
        let sql = format!("SELECT to_jsonb(answer.*) FROM (\n{sql}\n) AS answer LIMIT 2");
        let rows = connection.link.ask(connection.longest(), |it| it.query_typed(&sql, &[])).await;
        let rows = rows.map_err(|failure| match failure.said() {
            Some(db) if db.code() != &SqlState::QUERY_CANCELED && !ends_session(db.code()) => {
                Error::Database {
                    place: self.place.clone(),
                    code: Some(db.code().code().to_owned()),
                    message: db.message().to_owned(),
                }
            }
            _ => connection.translate(&failure),
        })?;
        let row = |row: &tokio_postgres::Row| {
            row.try_get(0).map_err(|error| connection.translate(&error.into()))
        };
        rows.iter().map(row).collect()
    }

    async fn connection(&self, step: &'static str) -> Result<Connection> {
        let link = loop {
            let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            match idle {
                Some(link) if !link.is_fit() => {}
                Some(link) => break link,
                None => break self.connect_when_ready().await?,
            }
        };
        let (place, options) = (self.place.clone(), self.options.clone());
        let user = self.server.user.clone();
        Ok(Connection { link, place, options, user, step, broken: false })
    }

    fn keep(&self, connection: Connection) {
        if !connection.broken && connection.link.is_fit() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection.link);
        }
    }

    /// A connection of its own, which is not one of the few.
    pub(super) async fn connect_when_ready(&self) -> Result<Link> {
        let deadline = Instant::now() + self.options.connect_timeout;
        loop {
            match self.connect().await {
                Err(Error::NotReady { .. }) if Instant::now() + STARTING_PAUSE < deadline => {
                    time::sleep(STARTING_PAUSE).await;
                }
                result => return result,
            }
        }
    }

    async fn connect(&self) -> Result<Link> {
        let Server { host, port, database, user, password, tls, root_cert } = &self.server;
        let mut config = Config::new();
        match host {
            Host::Name(name) => config.host(name),
            Host::Socket(dir) => config.host_path(dir),
        };
        config
            .port(*port)
            .dbname(database)
            .user(user)
            .application_name("mlassets")
            .tcp_user_timeout(self.options.statement_timeout)
            .keepalives_idle(LOOKED_AFTER)
            .keepalives_interval(LOOKED_AFTER / 3)
            .ssl_mode(match tls {
                TlsMode::Disable => SslMode::Disable,
                TlsMode::Prefer => SslMode::Prefer,
                TlsMode::Require | TlsMode::VerifyCa | TlsMode::VerifyFull => SslMode::Require,
            });
        if let Some(password) = password {
            config.password(password.expose_secret());
        }
        let connected = match tls::connector(&self.place, *tls, root_cert.as_deref())? {
            Some(tls) => self.in_time(async { Ok(Link::new(config.connect(tls).await?)) }).await,
            None => self.in_time(async { Ok(Link::new(config.connect(NoTls).await?)) }).await,
        };
        connected.ok_or_else(|| Error::Connect {
            place: self.place.clone(),
            message: format!(
                "no answer within {} s; check the address and the network's rules",
                self.options.connect_timeout.as_secs()
            ),
        })?
    }

    async fn in_time(
        &self,
        connect: impl Future<Output = Result<Link, tokio_postgres::Error>>,
    ) -> Option<Result<Link>> {
        let connected = time::timeout(self.options.connect_timeout, connect).await.ok()?;
        Some(connected.map_err(|error| self.translate_connect(error)))
    }

    fn translate_connect(&self, error: tokio_postgres::Error) -> Error {
        let place = self.place.clone();
        if error.as_db_error().is_some() {
            return translate(&place, &self.server.user, SIGNING_IN, &error.into());
        }
        let mut message = chain(&error);
        let io = error.source().and_then(|source| source.downcast_ref::<std::io::Error>());
        let advice = if message.contains("does not support TLS") {
            "; add sslmode=disable to the address only if the network is trusted"
        } else if message.contains("not valid for name") {
            "; use the name that the certificate holds"
        } else if message.contains("certificate") {
            "; name the authority's certificate with sslrootcert=<PEM file>"
        } else if io.is_some_and(|io| io.kind() == std::io::ErrorKind::ConnectionRefused) {
            "; is the server running, and are host and port right?"
        } else if message.contains("password missing") {
            "; the server asks for one, in the address or in PGPASSWORD"
        } else {
            ""
        };
        message.push_str(advice);
        Error::Connect { place, message }
    }
}

impl Connection {
    pub(crate) async fn begin(&mut self, access: Access) -> Result<()> {
        let begin = if access == Access::Read { "BEGIN READ ONLY" } else { "BEGIN" };
        self.plain(begin).await?;
        let search_path = format!("{}, pg_temp", self.options.schema);
        let lock = self.options.lock_timeout.as_millis().to_string();
        let statement = self.options.statement_timeout.as_millis().to_string();
        let actor = self.options.actor.clone();
        // A session that hears nothing of us any more must not keep its locks.
        let set = "SELECT set_config('search_path', $1, true), set_config('mlassets.actor', $2, true), \
                   set_config('lock_timeout', $3, true), set_config('statement_timeout', $4, true), \
                   set_config('idle_in_transaction_session_timeout', $4, true)";
        let values = [&*search_path, &*actor, &*lock, &*statement].map(Param::Text);
        self.query(set, &values).await.map(drop)
    }

    pub(crate) async fn commit(&mut self) -> Result<()> {
        self.plain("COMMIT").await
    }

    pub(crate) async fn rollback(&mut self) {
        self.broken |= !self.link.is_fit() || self.plain("ROLLBACK").await.is_err();
    }

    pub(crate) async fn lock(&mut self, name: &str) -> Result<()> {
        let sql =
            "SELECT 1::bigint FROM (SELECT pg_advisory_xact_lock(hashtextextended($1, 0))) AS held";
        let name = format!("mlassets:registry:{}:{name}", self.options.schema);
        self.query(sql, &[Param::Text(&name)]).await.map(drop)
    }

    pub(crate) async fn query(&mut self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>> {
        let typed: Vec<_> = params.iter().map(typed).collect();
        let rows = self.link.ask(self.longest(), |it| it.query_typed(sql, &typed)).await;
        let rows = rows.map_err(|failure| self.translate(&failure))?;
        rows.iter().map(|row| self.row(row)).collect()
    }

    pub(crate) async fn execute(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64> {
        let typed: Vec<_> = params.iter().map(typed).collect();
        let changed = self.link.ask(self.longest(), |it| it.execute_typed(sql, &typed)).await;
        changed.map_err(|failure| self.translate(&failure))
    }

    pub(crate) async fn batch(&mut self, sql: &str) -> Result<()> {
        let sql = sql.replace("{schema}", &self.options.schema);
        self.plain(&sql).await
    }

    /// Statements without parameters, whose answers are none. Each has its time; a semicolon inside one gives it more.
    async fn plain(&self, sql: &str) -> Result<()> {
        let statements = u32::try_from(sql.matches(';').count()).unwrap_or(u32::MAX);
        let more = self.options.statement_timeout.saturating_mul(statements);
        let longest = self.longest().saturating_add(more);
        let done = self.link.ask(longest, |it| it.batch_execute(sql)).await;
        done.map_err(|failure| self.translate(&failure))
    }

    /// How long the answer to one statement may take: the server ends it in time, and then has to say so.
    fn longest(&self) -> Duration {
        self.options.statement_timeout + self.options.connect_timeout
    }

    pub(crate) async fn columns(&mut self, table: &str) -> Result<Vec<String>> {
        let sql = "SELECT attname::text FROM pg_attribute \
                   WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum";
        let name = format!("{}.{table}", self.options.schema);
        self.query(sql, &[Param::Text(&name)]).await?.iter_mut().map(Row::text).collect()
    }

    /// Creates the schema; asks first, since the right to create is checked even when it exists.
    pub(crate) async fn ensure_schema(&mut self) -> Result<()> {
        let sql = "SELECT 1::bigint FROM pg_namespace WHERE nspname = $1";
        let schema = self.options.schema.clone();
        if self.query(sql, &[Param::Text(&schema)]).await?.is_empty() {
            self.batch("CREATE SCHEMA {schema}").await?;
        }
        Ok(())
    }

    pub(crate) fn actor(&self) -> &str {
        &self.options.actor
    }

    pub(crate) fn place(&self) -> String {
        self.place.clone()
    }

    fn row(&self, row: &tokio_postgres::Row) -> Result<Row> {
        let cells = (0..row.len()).map(|index| self.cell(row, index));
        Ok(Row::new(self.place.clone(), cells.collect::<Result<_>>()?))
    }

    fn cell(&self, row: &tokio_postgres::Row, index: usize) -> Result<Cell> {
        let type_ = row.columns()[index].type_();
        let cell = match *type_ {
            Type::INT8 => row.try_get(index).map(|value: Option<i64>| value.map(Cell::Int)),
            Type::TEXT => row.try_get(index).map(|value: Option<String>| value.map(Cell::Text)),
            Type::JSONB => row.try_get(index).map(|value: Option<_>| value.map(Cell::Json)),
            Type::TIMESTAMPTZ => row.try_get(index).map(|value: Option<_>| value.map(Cell::Time)),
            _ => {
                let message = format!("a column of type {type_}");
                return Err(Error::Unexpected { place: self.place.clone(), message });
            }
        };
        cell.map(|cell| cell.unwrap_or(Cell::Null)).map_err(|error| self.translate(&error.into()))
    }

    fn translate(&self, failure: &Failure) -> Error {
        translate(&self.place, &self.user, self.step, failure)
    }
}

fn typed<'p>(param: &'p Param<'_>) -> (&'p (dyn ToSql + Sync), Type) {
    match param {
        Param::Text(text) => (text, Type::TEXT),
        Param::Maybe(text) => (text, Type::TEXT),
        Param::Int(int) => (int, Type::INT8),
        Param::Json(value) => (value, Type::JSONB),
    }
}

/// A lost connection is the error to tell, whatever kept the next try from finding out what was done.
fn as_lost(lost: Error, next: Error) -> Error {
    match (lost, next) {
        (
            Error::ConnectionLost { place, step, message },
            next @ (Error::Connect { .. }
            | Error::NotReady { .. }
            | Error::Login { .. }
            | Error::Locked { .. }
            | Error::Contended { .. }
            | Error::Timeout { .. }),
        ) => {
            let message = format!("{message}; then {next}");
            Error::ConnectionLost { place, step, message }
        }
        (_, next) => next,
    }
}

/// What a failure means here.
pub(super) fn translate(place: &str, user: &str, step: &'static str, failure: &Failure) -> Error {
    let place = place.to_owned();
    let lost = |message| Error::ConnectionLost { place: place.clone(), step, message };
    let Some(db) = failure.said() else {
        return lost(match failure {
            Failure::Silence(waited) => format!("no answer within {} s", waited.as_secs_f32()),
            Failure::Told(error) => chain(error),
        });
    };
    let message = db.message().to_owned();
    match db.code() {
        &SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED => {
            Error::Contended { place, message }
        }
        &SqlState::LOCK_NOT_AVAILABLE => Error::Locked { place, message },
        &SqlState::QUERY_CANCELED => Error::Timeout { place, step },
        &SqlState::UNDEFINED_TABLE | &SqlState::INVALID_SCHEMA_NAME => Error::NotMigrated { place },
        &SqlState::INSUFFICIENT_PRIVILEGE => Error::Permission { place, message },
        &SqlState::INVALID_PASSWORD | &SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
            Error::Login { place, user: user.to_owned(), message }
        }
        &SqlState::CANNOT_CONNECT_NOW | &SqlState::TOO_MANY_CONNECTIONS => {
            Error::NotReady { place, message }
        }
        &SqlState::INVALID_CATALOG_NAME => {
            Error::Connect { place, message: format!("{message}; create the database first") }
        }
        code if ends_session(code) => lost(message),
        code if code.code().starts_with("23") => {
            Error::Law { place, law: db.constraint().unwrap_or("constraint").to_owned(), message }
        }
        code => Error::Database { place, code: Some(code.code().to_owned()), message },
    }
}

/// Whether the server has ended the connection with it.
fn ends_session(code: &SqlState) -> bool {
    code.code().starts_with("08")
        || code == &SqlState::ADMIN_SHUTDOWN
        || code == &SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
}

/// An error and its causes, each said once.
pub(super) fn chain(error: &tokio_postgres::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            let _ = write!(text, ": {cause_text}");
        }
        source = cause.source();
    }
    text
}
