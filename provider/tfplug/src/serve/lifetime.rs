//! What ends a provider, beside its host's request.

use std::fmt;
use std::future::pending;

use super::command_line::Mode;
use super::error::ServeError;

/// Why the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Asked by a signal.
    Signal,
    /// The process that started us is no more.
    HostGone,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Signal => "a signal asked for it",
            Self::HostGone => "the host is gone",
        })
    }
}

/// Waits for signals, and for the end of the host.
///
/// Ctrl-C in a terminal reaches us together with the host. As a plugin we let
/// it pass: the host finishes its work with us and then ends us.
#[cfg(unix)]
#[derive(Debug)]
pub(crate) struct Lifetime {
    mode: Mode,
    host: u32,
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Lifetime {
    /// From here on the signals are ours.
    pub(crate) fn begin(mode: Mode) -> Result<Self, ServeError> {
        use std::os::unix::process::parent_id;
        use tokio::signal::unix::{SignalKind, signal};

        let listen = |kind| signal(kind).map_err(|source| ServeError::Runtime { source });
        Ok(Self {
            mode,
            host: parent_id(),
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
        })
    }

    /// Returns when the process should end.
    pub(crate) async fn end(mut self) -> End {
        let plugin = self.mode == Mode::Plugin;
        let interrupted = async { while self.interrupt.recv().await.is_some() && plugin {} };
        let orphaned = async {
            if plugin {
                gone(self.host).await;
            } else {
                pending::<()>().await;
            }
        };
        tokio::select! {
            () = interrupted => End::Signal,
            _ = self.terminate.recv() => End::Signal,
            () = orphaned => End::HostGone,
        }
    }
}

/// Waits until another process has inherited us.
#[cfg(unix)]
async fn gone(host: u32) {
    use std::os::unix::process::parent_id;
    use std::time::Duration;
    use tokio::time::sleep;

    while parent_id() == host {
        sleep(Duration::from_secs(1)).await;
    }
}

/// Waits for Ctrl-C, where there are no other signals.
#[cfg(not(unix))]
#[derive(Debug)]
pub(crate) struct Lifetime {
    mode: Mode,
}

#[cfg(not(unix))]
impl Lifetime {
    pub(crate) fn begin(mode: Mode) -> Result<Self, ServeError> {
        Ok(Self { mode })
    }

    /// Returns when the process should end.
    pub(crate) async fn end(self) -> End {
        loop {
            let received = tokio::signal::ctrl_c().await;
            if received.is_err() {
                pending::<()>().await;
            }
            if self.mode != Mode::Plugin {
                return End::Signal;
            }
        }
    }
}
