//! Where operations run: one transaction each, on a connection that no other operation shares.

pub(super) mod lock;
pub(super) mod postgres;
pub(super) mod sqlite;
mod tls;

use std::fmt;
use std::sync::Arc;

use tokio::runtime::Handle;

use super::location::{Kind, Location};
use super::operation::{Operation, transaction};
use super::session::Session;
use super::{Options, Result};

/// A database that is opened when it is needed.
pub(super) struct Store {
    location: Location,
    database: Database,
}

enum Database {
    Sqlite(Arc<sqlite::File>),
    Postgres(Box<postgres::Pool>),
}

impl Store {
    pub(super) fn new(location: Location, options: Options) -> Self {
        let database = match location.kind() {
            Kind::Sqlite(path) => {
                Database::Sqlite(Arc::new(sqlite::File::new(path.clone(), options)))
            }
            Kind::Postgres(server) => Database::Postgres(Box::new(postgres::Pool::new(
                location.to_string(),
                (**server).clone(),
                options,
            ))),
        };
        Self { location, database }
    }

    pub(super) fn location(&self) -> &Location {
        &self.location
    }

    /// A lock that is not taken yet.
    pub(super) async fn lock(&self, name: &str) -> Result<lock::Lock> {
        match &self.database {
            Database::Sqlite(file) => Ok(lock::Lock::of_file(file, name)),
            Database::Postgres(pool) => lock::Lock::of_session(pool, name).await,
        }
    }

    pub(super) async fn run<O: Operation>(&self, operation: O) -> Result<O::Output> {
        match &self.database {
            Database::Sqlite(file) => on_blocking_thread(Arc::clone(file), operation).await,
            Database::Postgres(pool) => pool.run(&operation).await,
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({})", self.location)
    }
}

/// SQLite's futures never wait for the runtime, they block; so they have a thread to block.
async fn on_blocking_thread<O: Operation>(
    file: Arc<sqlite::File>,
    operation: O,
) -> Result<O::Output> {
    let handle = Handle::current();
    let work = tokio::task::spawn_blocking(move || {
        handle.block_on(async {
            let mut session = Session::Sqlite(file.open(O::ACCESS)?);
            transaction(&mut session, &operation).await
        })
    });
    match work.await {
        Ok(result) => result,
        Err(failed) => match failed.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(cancelled) => unreachable!("a blocking task is never cancelled: {cancelled}"),
        },
    }
}
