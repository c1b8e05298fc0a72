//! What the service holds, and how a handler is run.

use std::any::Any;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use tonic::{Response, Status};
use tracing::{Instrument as _, Span, debug, debug_span};

use crate::context::{Call, Private};
use crate::diag::Result;
use crate::provider::Served;
use crate::rpc::answer::{Answer, settle};
use crate::rpc::state_store::Stores;
use crate::serve::StopSignal;
use crate::wire::generated::tfplugin6 as proto;

/// What a configuration came to.
#[derive(Clone, Default)]
pub(super) enum Backends {
    /// There is none yet, or it was refused.
    #[default]
    None,
    /// Nothing could be made of it because parts of it are unknown, and the host can wait.
    Unknown,
    /// What it made.
    Made(Arc<dyn Any + Send + Sync>),
}

/// The provider service.
pub(crate) struct Service {
    served: Served,
    stop: StopSignal,
    /// What the last successful configuration made.
    backends: RwLock<Backends>,
    stores: Stores,
    requests: AtomicU64,
}

impl Service {
    pub(crate) fn new(served: Served, stop: StopSignal) -> Self {
        Service {
            served,
            stop,
            backends: RwLock::default(),
            stores: Stores::default(),
            requests: AtomicU64::new(1),
        }
    }

    pub(super) fn served(&self) -> &Served {
        &self.served
    }

    pub(super) fn stores(&self) -> &Stores {
        &self.stores
    }

    pub(super) fn set_backends(&self, backends: Backends) {
        *self.backends.write().unwrap_or_else(PoisonError::into_inner) = backends;
    }

    /// A call of an author's code, to be cancelled by the next `StopProvider`.
    pub(super) fn call(&self, private: Private) -> Call {
        let (backends, unknown) =
            match &*self.backends.read().unwrap_or_else(PoisonError::into_inner) {
                Backends::None => (None, false),
                Backends::Unknown => (None, true),
                Backends::Made(backends) => (Some(Arc::clone(backends)), false),
            };
        Call::new(backends, self.stop.token(), private).on_unknown_provider(unknown)
    }

    /// The same for a call that can be put off, if the host says so.
    pub(super) fn deferring_call(
        &self,
        private: Private,
        client: Option<proto::ClientCapabilities>,
    ) -> Call {
        self.call(private).deferring(client.is_some_and(|client| client.deferral_allowed))
    }

    /// Cancels the calls that run now; those to come are not touched.
    pub(super) fn stop(&self) {
        debug!("asked to stop: running calls are cancelled");
        self.stop.stop();
    }

    /// Runs a handler under the name of its call.
    pub(super) async fn answer<A: Answer>(
        &self,
        rpc: &'static str,
        kind: &str,
        handler: impl Future<Output = Result<A>>,
    ) -> Result<Response<A>, Status> {
        let answered = async {
            debug!("received");
            let mut answer = settle(handler).await;
            log(answer.diagnostics());
            answer
        };
        Ok(Response::new(answered.instrument(self.span(rpc, kind)).await))
    }

    /// What the log lines of a call have in common.
    pub(super) fn span(&self, rpc: &'static str, kind: &str) -> Span {
        let request = self.requests.fetch_add(1, Ordering::Relaxed);
        debug_span!("rpc", tf_rpc = rpc, tf_req_id = request, tf_resource_type = kind)
    }
}

/// Writes to the log what the user is told.
pub(super) fn log(diagnostics: &[proto::Diagnostic]) {
    for diagnostic in diagnostics {
        debug!(
            diagnostic_severity = diagnostic.severity,
            diagnostic_summary = diagnostic.summary,
            "diagnostic"
        );
    }
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").field("served", &self.served).finish_non_exhaustive()
    }
}
