//! How an interruption reaches the handlers.

use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

/// Cancels what runs now, and nothing that starts later.
///
/// The host asks for it with `StopProvider` when its user interrupts, and goes
/// on to call handlers that tidy up. In debug mode one process even outlives
/// many interruptions. A single token would cancel all of these from then on,
/// so each stop cancels the current token and puts a fresh one in its place.
#[derive(Clone, Debug, Default)]
pub(crate) struct StopSignal {
    current: Arc<Mutex<CancellationToken>>,
}

impl StopSignal {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The token for a handler that starts now.
    pub(crate) fn token(&self) -> CancellationToken {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Cancels all handlers that have started so far. Never waits for them.
    pub(crate) fn stop(&self) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let stopped = std::mem::take(&mut *current);
        drop(current);
        stopped.cancel();
    }
}

#[cfg(test)]
mod tests {
    use super::StopSignal;

    #[test]
    fn stops_what_runs_and_not_what_comes_later() {
        let stop = StopSignal::new();
        let (running, also_running) = (stop.token(), stop.clone().token());
        stop.stop();
        assert!(running.is_cancelled() && also_running.is_cancelled());
        let later = stop.token();
        assert!(!later.is_cancelled());
        stop.stop();
        assert!(later.is_cancelled());
    }
}
