//! `ReadResource`: what is there now.

use crate::context::{Call, Private};
use crate::deferral::Deferral;
use crate::diag::{Diags, Error};
use crate::engine::passes::identity_kept;
use crate::engine::settle::settle;
use crate::erased::Managed;
use crate::value::Value;

/// What is known so far.
#[derive(Clone, Debug, Default)]
pub struct ReadRequest {
    /// The state.
    pub state: Value,
    /// The stored identity, if there is one.
    pub identity: Option<Value>,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct ReadResponse {
    /// The state; null if the resource is gone. After an error, the one of the request.
    pub state: Value,
    /// What identifies it. Left out, Terraform would forget it.
    pub identity: Option<Value>,
    /// What the resource keeps for itself.
    pub private: Private,
    /// What to tell the user.
    pub diags: Diags,
    /// Why nobody was asked, if nobody was; the state is then the one of the request.
    pub deferred: Option<Deferral>,
}

/// Looks a resource up.
pub async fn read(resource: &dyn Managed, call: &Call, request: ReadRequest) -> ReadResponse {
    let shape = resource.shape();
    let ReadRequest { state: prior, identity: stored } = request;
    let mut diags = Diags::new();
    if call.may_defer() && resource.waits(call) {
        let (identity, private) = (stored, call.private());
        let deferred = Some(Deferral::ProviderConfiguration);
        return ReadResponse { state: prior, identity, private, diags, deferred };
    }
    let looked_for = identity_of(resource, &prior, stored.as_ref());
    let found =
        call.unless_cancelled(resource.read(call.clone(), looked_for, Some(prior.clone()))).await;
    let state = match diags.keep(found) {
        None => prior,
        Some(None) => Value::Null,
        Some(Some(state)) => {
            let state = settle(shape.block.members(), &prior, state);
            if !state.is_wholly_known() {
                diags.extend(Error::bug("`read` gave a state that is not wholly known."));
            }
            if let Some(identity) = &shape.identity {
                identity_kept(identity, &prior, &state, "`read`", &mut diags);
            }
            state
        }
    };
    diags.extend(call.take_warnings());
    ReadResponse {
        identity: shape
            .identity
            .as_ref()
            .filter(|_| !state.is_null())
            .map(|identity| identity.pick(&state)),
        private: call.private(),
        state,
        diags,
        deferred: None,
    }
}

/// The identifying attributes: those of the state, and where it has none those of the stored identity.
fn identity_of(resource: &dyn Managed, state: &Value, stored: Option<&Value>) -> Value {
    let Some(identity) = &resource.shape().identity else { return state.clone() };
    let Value::Map(mut picked) = identity.pick(state) else {
        return stored.cloned().unwrap_or_default();
    };
    for (name, value) in &mut picked {
        if value.is_null()
            && let Some(stored) = stored
        {
            *value = stored.member(name).clone();
        }
    }
    Value::Map(picked)
}
