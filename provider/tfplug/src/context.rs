//! What a call of an author's code gets beside its values: the backend, private data, cancellation.

use std::any::Any;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use crate::diag::{Diagnostic, Diags, Error, Result};

/// Data that a resource keeps for itself beside its state. Users do not see it, yet it is not hidden
/// from them either: it is no place for secrets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Private(serde_json::Map<String, serde_json::Value>);

impl Private {
    /// Reads what the state holds; nothing if it is empty or another program's.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            return Private::default();
        }
        serde_json::from_slice(bytes).map(Private).unwrap_or_default()
    }

    /// What the state shall hold; empty if there is nothing.
    pub fn to_bytes(&self) -> Vec<u8> {
        if self.0.is_empty() {
            Vec::new()
        } else {
            serde_json::Value::Object(self.0.clone()).to_string().into_bytes()
        }
    }

    /// The value under `key`, if there is one of this type.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        self.0.get(key).and_then(|value| serde_json::from_value(value.clone()).ok())
    }

    /// Keeps `value` under `key`.
    pub fn set<T: Serialize>(&mut self, key: &str, value: &T) -> Result<()> {
        let value = serde_json::to_value(value).map_err(|error| {
            Error::bug(format!("Private data `{key}` cannot be written as JSON: {error}."))
        })?;
        self.0.insert(key.to_owned(), value);
        Ok(())
    }

    /// Forgets what is under `key`.
    pub fn remove(&mut self, key: &str) {
        self.0.remove(key);
    }
}

/// One call of an author's code, without types. Cloning shares it.
#[derive(Clone)]
pub struct Call(Arc<Inner>);

struct Inner {
    backends: Option<Arc<dyn Any + Send + Sync>>,
    cancel: CancellationToken,
    host: HostState,
    private: Mutex<Private>,
    warnings: Mutex<Diags>,
}

/// What the host takes for an answer, and what it has said so far.
#[derive(Clone, Copy, Debug, Default)]
struct HostState {
    may_defer: bool,
    provider_unknown: bool,
}

impl Call {
    /// A call with what `configure` made, if it ran.
    pub fn new(
        backends: Option<Arc<dyn Any + Send + Sync>>,
        cancel: CancellationToken,
        private: Private,
    ) -> Self {
        Call(Arc::new(Inner {
            backends,
            cancel,
            host: HostState::default(),
            private: Mutex::new(private),
            warnings: Mutex::default(),
        }))
    }

    /// The same call, before anyone else has it, by a host that takes a [`Deferral`](crate::Deferral) for an answer
    /// or does not.
    #[must_use]
    pub fn deferring(mut self, allowed: bool) -> Self {
        self.host().may_defer = allowed;
        self
    }

    /// The same call, before anyone else has it, to a provider whose configuration is too unknown to make anything of.
    #[must_use]
    pub fn on_unknown_provider(mut self, unknown: bool) -> Self {
        self.host().provider_unknown = unknown;
        self
    }

    fn host(&mut self) -> &mut HostState {
        &mut Arc::get_mut(&mut self.0).expect("a call is shared only once it is made").host
    }

    /// Whether Terraform takes a [`Deferral`](crate::Deferral) for an answer.
    pub fn may_defer(&self) -> bool {
        self.0.host.may_defer
    }

    /// Whether the provider's configuration is too unknown to make anything of.
    pub fn is_provider_unknown(&self) -> bool {
        self.0.host.provider_unknown
    }

    /// What `configure` made, if it ran and made a `B`.
    pub fn backends<B: Send + Sync + 'static>(&self) -> Option<Arc<B>> {
        self.0.backends.clone().and_then(|backends| backends.downcast().ok())
    }

    /// Waits until the user asks Terraform to stop.
    pub async fn cancelled(&self) {
        self.0.cancel.cancelled().await;
    }

    /// Whether the user has asked Terraform to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancel.is_cancelled()
    }

    /// A copy of the private data as it is now.
    pub fn private(&self) -> Private {
        self.0.private.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes the private data.
    pub fn edit_private<T>(&self, edit: impl FnOnce(&mut Private) -> T) -> T {
        edit(&mut self.0.private.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Tells the user something although all goes well.
    pub fn warn(&self, warning: Diagnostic) {
        self.0.warnings.lock().unwrap_or_else(PoisonError::into_inner).push(warning);
    }

    /// The warnings so far, which are then forgotten.
    pub fn take_warnings(&self) -> Diags {
        std::mem::take(&mut self.0.warnings.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The result of `work`, or an error as soon as the user asks Terraform to stop. The work is then
    /// dropped where it stands, so it must be work that leaves nothing half done.
    pub async fn unless_cancelled<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            biased;
            () = self.cancelled() => Err(Error::user("Cancelled", "Terraform was asked to stop.")),
            result = work => result,
        }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("cancelled", &self.is_cancelled()).finish_non_exhaustive()
    }
}

/// One call of an author's code with its backend: `cx.create_pool(…)` calls the backend itself.
pub struct Cx<B> {
    backend: Arc<B>,
    call: Call,
}

impl<B> Cx<B> {
    /// This backend for this call.
    pub fn new(backend: Arc<B>, call: Call) -> Self {
        Cx { backend, call }
    }

    /// The call without the backend: cancellation, private data, warnings.
    pub fn call(&self) -> &Call {
        &self.call
    }
}

impl<B> Deref for Cx<B> {
    type Target = B;

    fn deref(&self) -> &B {
        &self.backend
    }
}

impl<B> fmt::Debug for Cx<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cx").field("call", &self.call).finish_non_exhaustive()
    }
}
