//! `ApplyResourceChange`: one creation, one change or one destruction.

use crate::context::{Call, Private};
use crate::diag::{Diags, Error};
use crate::engine::conform::{Violation, applied_violations};
use crate::engine::passes::identity_kept;
use crate::engine::settle::{settle, with_write_only};
use crate::erased::{Managed, Outcome};
use crate::value::Value;

/// What is to be done.
#[derive(Clone, Debug, Default)]
pub struct ApplyRequest {
    /// What is there; null for a creation.
    pub prior: Value,
    /// What shall be there; null for a destruction.
    pub planned: Value,
    /// What the configuration says, with write-only values.
    pub config: Value,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct ApplyResponse {
    /// What is there now, whether all went well or not.
    pub state: Value,
    /// What identifies it.
    pub identity: Option<Value>,
    /// What the resource keeps for itself.
    pub private: Private,
    /// What to tell the user.
    pub diags: Diags,
}

/// Carries out what was planned.
pub async fn apply(resource: &dyn Managed, call: &Call, request: ApplyRequest) -> ApplyResponse {
    let shape = resource.shape();
    let (state, mut diags) = if request.planned.is_null() {
        destroy(resource, call, request.prior).await
    } else {
        change(resource, call, request).await
    };
    diags.extend(call.take_warnings());
    ApplyResponse {
        identity: shape
            .identity
            .as_ref()
            .filter(|_| !state.is_null())
            .map(|identity| identity.pick(&state)),
        private: if state.is_null() { Private::default() } else { call.private() },
        state,
        diags,
    }
}

async fn destroy(resource: &dyn Managed, call: &Call, prior: Value) -> (Value, Diags) {
    match resource.delete(call.clone(), prior.clone()).await {
        Ok(()) => (Value::Null, Diags::new()),
        Err(error) => (prior, error.into()),
    }
}

async fn change(resource: &dyn Managed, call: &Call, request: ApplyRequest) -> (Value, Diags) {
    let ApplyRequest { prior, planned, config } = request;
    let members = resource.shape().block.members();
    let is_create = prior.is_null();
    let culprit = if is_create { "`create`" } else { "`update`" };

    let wanted = with_write_only(members, &config, planned.clone());
    let Outcome { state, error } = if is_create {
        resource.create(call.clone(), wanted).await
    } else {
        resource.update(call.clone(), prior.clone(), wanted).await
    };
    let mut diags = error.map(Diags::from).unwrap_or_default();
    let failed = diags.has_errors();

    let Some(state) = state.map(|state| settle(members, &planned, state)) else {
        if !failed {
            diags.extend(Error::bug(format!("{culprit} gave neither a state nor an error.")));
        }
        return (prior, diags);
    };
    if !failed {
        for Violation { path, rule } in applied_violations(members, &planned, &state) {
            let detail = format!("The result of {culprit} breaks a rule of Terraform: {rule}.");
            diags.extend(Error::bug(detail).at(path));
        }
        if let (Some(identity), false) = (&resource.shape().identity, is_create) {
            identity_kept(identity, &prior, &state, culprit, &mut diags);
        }
    }
    (state.nulled_unknowns(), diags)
}
