//! A lock on the registry that is held over many transactions: two publications do not run at once.
//!
//! It binds those who ask for it, and nobody else. What may never happen, whoever writes, is a law of the
//! database; this keeps apart what is allowed and would be confusing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::time::sleep;

use super::error::Error;
use super::store::lock::{Lock, Taken};
use super::{Registry, Result, name};

/// Between two tries to take a lock.
const PAUSE: Duration = Duration::from_millis(250);

/// The locks that this process holds, by their ID.
#[derive(Debug, Default)]
pub(super) struct Locks(Mutex<BTreeMap<String, Arc<Lock>>>);

/// A lock that this process holds until it is released.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// What to check and to release it by.
    pub id: String,
    /// Since when it is held.
    pub since: Timestamp,
}

impl Registry {
    /// Takes the lock called `name`, and waits for it if it must. It ends with the process at the latest.
    ///
    /// Errors: [`Error::LockTaken`] when someone else has it for all that time.
    pub async fn hold(&self, name: &str, wait: Duration) -> Result<Held> {
        name::check_all([name::lock(name)])?;
        let begun = Instant::now();
        let mut lock = self.store.lock(name).await?;
        while let Taken::Elsewhere(holder) = lock.take().await? {
            if begun.elapsed() >= wait {
                let place = self.location().to_string();
                return Err(Error::LockTaken { place, name: name.to_owned(), holder });
            }
            sleep(PAUSE).await;
        }
        let id = format!("{name}/{}", uuid::Uuid::new_v4().simple());
        self.locks.lock().insert(id.clone(), Arc::new(lock));
        Ok(Held { id, since: Timestamp::now() })
    }

    /// Makes sure that a lock is still held. Called now and then, it also keeps what is in between from
    /// ending an idle connection.
    ///
    /// Errors: [`Error::LockLost`].
    pub async fn check_hold(&self, id: &str) -> Result<()> {
        let lock = self.locks.lock().get(id).map(Arc::clone);
        let held = match lock {
            Some(lock) => lock.check().await,
            None => Err("this process does not have it".to_owned()),
        };
        held.map_err(|message| self.lost(id, message))
    }

    /// Gives a lock back.
    ///
    /// Errors: [`Error::LockLost`] when it was not held all the time.
    pub async fn release(&self, id: &str) -> Result<()> {
        let held = self.check_hold(id).await;
        let lock = self.locks.lock().remove(id);
        // Whoever checks it right now is the last to have it.
        if let Some(lock) = lock.and_then(Arc::into_inner) {
            lock.release().await;
        }
        held
    }

    fn lost(&self, id: &str, message: String) -> Error {
        let name = id.split('/').next().unwrap_or_default().to_owned();
        Error::LockLost { place: self.location().to_string(), name, message }
    }
}

impl Locks {
    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Arc<Lock>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
