//! Where operations run: one transaction each, on a connection that no other operation shares.

mod link;
pub(super) mod lock;
pub(super) mod postgres;
pub(super) mod sqlite;
mod tls;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use tokio::runtime::Handle;

use super::location::Server;
use super::migration::{self, Migration};
use super::operation::{Operation, transaction};
use super::session::Session;
use super::{Options, Result};

/// A database that is opened when it is needed.
pub(super) struct Store {
    place: String,
    database: Database,
}

enum Database {
    Sqlite(Arc<sqlite::File>),
    Postgres(Box<postgres::Pool>),
}

impl Store {
    /// A SQLite file.
    pub(super) fn file(place: String, path: &Path, options: Options) -> Self {
        let database = Database::Sqlite(Arc::new(sqlite::File::new(path.to_owned(), options)));
        Self { place, database }
    }

    /// A PostgreSQL server.
    pub(super) fn server(place: String, server: &Server, options: Options) -> Self {
        let pool = postgres::Pool::new(place.clone(), server.clone(), options);
        Self { place, database: Database::Postgres(Box::new(pool)) }
    }

    /// What makes its tables.
    pub(super) fn migrations(&self) -> &'static [Migration] {
        match &self.database {
            Database::Sqlite(_) => migration::SQLITE,
            Database::Postgres(_) => migration::POSTGRES,
        }
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
        write!(f, "Store({})", self.place)
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
