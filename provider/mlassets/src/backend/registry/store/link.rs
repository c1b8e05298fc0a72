//! A connection to PostgreSQL on which each answer has its time.
//!
//! The server ends what takes it too long, but nobody tells of a server that hangs or of a network that swallows what is
//! sent. So a wait ends by itself, and a connection that still owes an answer is closed at once and used no more: kept
//! open, its session would hold what it has locked.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio::time;
use tokio_postgres::error::DbError;
use tokio_postgres::{Client, Connection, Error};

use super::postgres::chain;

/// A connection that works in the background.
pub(super) struct Link {
    client: Client,
    work: AbortHandle,
    owes: AtomicBool,
}

/// Why there is no answer.
pub(super) enum Failure {
    /// None came for so long.
    Silence(Duration),
    /// The server, or the connection, said so.
    Told(Error),
}

impl Link {
    pub(super) fn new<S, T>((client, connection): (Client, Connection<S, T>)) -> Self
    where
        Connection<S, T>: Future<Output = Result<(), Error>> + Send + 'static,
    {
        let work = tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(error = %chain(&error), "a connection to PostgreSQL ended");
            }
        });
        Self { client, work: work.abort_handle(), owes: AtomicBool::new(false) }
    }

    /// Asks for one answer and waits so long for it.
    pub(super) async fn ask<'a, T, F>(
        &'a self,
        longest: Duration,
        ask: impl FnOnce(&'a Client) -> F,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Error>>,
    {
        self.owes.store(true, Ordering::Relaxed);
        let answer = time::timeout(longest, ask(&self.client)).await;
        let answer = answer.map_err(|_| Failure::Silence(longest))?;
        self.owes.store(false, Ordering::Relaxed);
        answer.map_err(Failure::Told)
    }

    /// Whether something can be asked on it: it is open and owes nothing.
    pub(super) fn is_fit(&self) -> bool {
        !self.owes.load(Ordering::Relaxed) && !self.client.is_closed()
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // Otherwise it says goodbye to the server first.
        if self.owes.load(Ordering::Relaxed) {
            self.work.abort();
        }
    }
}

impl Failure {
    /// What the server said, if it did.
    pub(super) fn said(&self) -> Option<&DbError> {
        match self {
            Self::Silence(_) => None,
            Self::Told(error) => error.as_db_error(),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Told(error)
    }
}
