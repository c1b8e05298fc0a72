//! `ImportResourceState`: a thing that exists becomes managed.
//!
//! The whole state is read at once, by the same code that refreshes it, so no kind of resource needs
//! code of its own to be imported.

use crate::context::{Call, Private};
use crate::deferral::Deferral;
use crate::diag::{Diags, Error, Result};
use crate::engine::settle::settle;
use crate::erased::Managed;
use crate::value::Value;

/// What to import, by one text or by an identity object.
#[derive(Clone, Debug)]
pub enum ImportRequest {
    /// The import ID, in the form that the kind of resource has.
    Id(String),
    /// The identity.
    Identity(Value),
}

/// What was found.
#[derive(Clone, Debug)]
pub struct ImportResponse {
    /// The state; unknown if the import is put off.
    pub state: Value,
    /// What identifies it.
    pub identity: Value,
    /// What the resource keeps for itself.
    pub private: Private,
    /// Warnings.
    pub diags: Diags,
    /// Why nobody was asked, if nobody was.
    pub deferred: Option<Deferral>,
}

/// Looks up what is to be imported.
pub async fn import(
    resource: &dyn Managed,
    call: &Call,
    request: ImportRequest,
) -> Result<ImportResponse> {
    let shape = resource.shape();
    let Some(identity) = &shape.identity else {
        return Err(Error::user(
            "Import not supported",
            "This kind of resource has nothing to be found by.",
        ));
    };
    let wanted = match request {
        ImportRequest::Id(id) => identity.parse(&id)?,
        ImportRequest::Identity(wanted) => wanted,
    };
    if call.may_defer() && resource.waits(call) {
        return Ok(ImportResponse {
            state: Value::UNKNOWN,
            identity: wanted,
            private: call.private(),
            diags: call.take_warnings(),
            deferred: Some(Deferral::ProviderConfiguration),
        });
    }
    let found = call.unless_cancelled(resource.read(call.clone(), wanted.clone(), None)).await?;
    let Some(state) = found else {
        let id = identity.format(&wanted);
        let detail = format!(
            "There is nothing with the import ID {id:?}, which has the form `{}`.",
            identity.template()
        );
        return Err(Error::user("Cannot import what does not exist", detail));
    };
    let state = settle(shape.block.members(), &Value::Null, state);
    if !state.is_wholly_known() {
        return Err(Error::bug("`read` gave a state that is not wholly known."));
    }
    Ok(ImportResponse {
        identity: identity.pick(&state),
        state,
        private: call.private(),
        diags: call.take_warnings(),
        deferred: None,
    })
}
