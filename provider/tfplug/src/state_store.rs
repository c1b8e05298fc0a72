//! Where Terraform keeps its states: `state_store "lab_folder" { … }`.
//!
//! Only experimental builds of Terraform ask for one, so this needs the feature `state-store` and may change with
//! them.

use crate::context::Cx;
use crate::diag::{Error, Result};
use crate::draft::Draft;
use crate::resource::Schema;

/// A kind of state store, whose fields are its configuration, served with
/// [`Registry::state_store`](crate::Registry::state_store).
///
/// A state has the name of its workspace, `default` for the first one. States are given and taken as a whole: the
/// protocol's chunks are put together and cut up by the engine, which also checks that nothing is missing.
///
/// There is a whole one in `examples/folder_states.rs`.
pub trait StateStore: Schema + Sync {
    /// What the functions talk to.
    type Backend: Send + Sync + 'static;

    /// Looks at a configuration as a whole. Values may be unknown.
    fn validate(config: &mut Draft<'_, Self>) {
        let _ = config;
    }

    /// Finds out whether the store can be used, before anything is asked of it.
    fn open(&self, cx: &Cx<Self::Backend>) -> impl Future<Output = Result<()>> + Send {
        let _ = cx;
        async { Ok(()) }
    }

    /// The state called `id`; none if there is no such state yet.
    fn read(
        &self,
        cx: &Cx<Self::Backend>,
        id: &str,
    ) -> impl Future<Output = Result<Option<Vec<u8>>>> + Send;

    /// Puts `state` in the place of what is called `id`: wholly, or not at all.
    fn write(
        &self,
        cx: &Cx<Self::Backend>,
        id: &str,
        state: Vec<u8>,
    ) -> impl Future<Output = Result<()>> + Send;

    /// The names of all states.
    fn list(&self, cx: &Cx<Self::Backend>) -> impl Future<Output = Result<Vec<String>>> + Send;

    /// Ends a state. It is no error if it is already gone.
    fn delete(&self, cx: &Cx<Self::Backend>, id: &str) -> impl Future<Output = Result<()>> + Send;

    /// Keeps everybody else from the state called `id` during `operation`, and tells what the lock is called. Who is
    /// kept out should learn from the error who holds it; see [`locked`].
    fn lock(
        &self,
        cx: &Cx<Self::Backend>,
        id: &str,
        operation: &str,
    ) -> impl Future<Output = Result<String>> + Send;

    /// Gives the state free, if it is this lock that holds it.
    fn unlock(
        &self,
        cx: &Cx<Self::Backend>,
        id: &str,
        lock: &str,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// The error of a [`lock`](StateStore::lock) that somebody else holds.
pub fn locked(id: &str, holder: &str, lock: &str) -> Error {
    Error::user(
        "State is locked",
        format!(
            "The state {id:?} is in use: {holder}. Wait until that has ended. If it died, give the state free with \
             `terraform force-unlock {lock}`."
        ),
    )
}
