//! What all clients of one server in this process have in common: the bound on writes and the CSRF token.
//!
//! Terraform may configure the provider several times for one server (aliases), and SQLite does not care
//! which of them writes. The CSRF token is shared because the server keeps one per client id, and there is
//! one client id per process. An entry lives as long as a client that uses it.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

use super::csrf::Csrf;

/// Names this process to servers with CSRF protection.
pub(super) static CLIENT_ID: LazyLock<String> = LazyLock::new(|| Uuid::new_v4().to_string());

static SERVERS: Mutex<BTreeMap<String, Weak<Shared>>> = Mutex::new(BTreeMap::new());

pub(super) struct Shared {
    pub(super) csrf: Csrf,
    writes: Arc<Semaphore>,
}

impl Shared {
    /// One write takes `WHOLE / max_parallel_writes`, so clients with different bounds can share a server and
    /// each keeps its own: a client with the bound 1 writes alone. Divisible by 1 to 16, and for the bounds up to
    /// `Config::MOST_PARALLEL_WRITES` the rounding never lets one write more through.
    const WHOLE: u32 = 720_720;

    /// The one for the server at the normalised `api_url`.
    pub(super) fn of(api_url: &str) -> Arc<Self> {
        let mut servers = SERVERS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = servers.get(api_url).and_then(Weak::upgrade) {
            return shared;
        }
        servers.retain(|_, shared| shared.strong_count() > 0);
        let writes = Arc::new(Semaphore::new(Self::WHOLE as usize));
        let shared = Arc::new(Self { csrf: Csrf::default(), writes });
        servers.insert(api_url.to_owned(), Arc::downgrade(&shared));
        shared
    }

    /// Waits for the turn to write, in order of arrival. Dropping the permit ends the turn.
    pub(super) async fn turn_to_write(&self, max_parallel_writes: usize) -> OwnedSemaphorePermit {
        let most = u32::try_from(max_parallel_writes).unwrap_or(u32::MAX).clamp(1, Self::WHOLE);
        Arc::clone(&self.writes)
            .acquire_many_owned(Self::WHOLE / most)
            .await
            .expect("the semaphore is never closed")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::prefect::Config;

    #[track_caller]
    fn check_bound(bound: usize) {
        let share = Shared::WHOLE / u32::try_from(bound).unwrap();
        assert_eq!(Shared::WHOLE / share, u32::try_from(bound).unwrap(), "bound {bound}");
    }

    #[test]
    fn every_bound_is_kept_exactly() {
        (1..=Config::MOST_PARALLEL_WRITES).for_each(check_bound);
    }

    #[test]
    fn one_server_has_one_entry_as_long_as_it_is_used() {
        let first = Shared::of("http://shared.example/api");
        assert!(Arc::ptr_eq(&first, &Shared::of("http://shared.example/api")));
        assert!(!Arc::ptr_eq(&first, &Shared::of("http://other.example/api")));
        drop(first);
        assert!(!SERVERS.lock().unwrap()["http://shared.example/api"].strong_count().gt(&0));
    }
}
