//! `OpenEphemeralResource`, `RenewEphemeralResource` and `CloseEphemeralResource`: a thing of this run alone.
//!
//! Terraform closes what it was told is open, and nothing else. So whatever keeps an opened thing from being
//! told of, it is closed here.

use std::time::SystemTime;

use crate::context::{Call, Private};
use crate::deferral::Deferral;
use crate::diag::{Diags, Error};
use crate::engine::conform::{Violation, planned_violations};
use crate::engine::passes::{Computed, propose};
use crate::engine::settle::settle;
use crate::erased::{Openable, Opening};
use crate::path::Path;
use crate::value::Value;

/// What was opened, if anything.
#[derive(Clone, Debug, Default)]
pub struct OpenResponse {
    /// What the user gets; null after an error.
    pub result: Value,
    /// When Terraform shall renew it.
    pub renew_at: Option<SystemTime>,
    /// What renewing and closing need to know.
    pub private: Private,
    /// Why it must wait, if Terraform allows that.
    pub deferred: Option<Deferral>,
    /// What to tell the user.
    pub diags: Diags,
}

/// What came of a renewal.
#[derive(Clone, Debug, Default)]
pub struct RenewResponse {
    /// When Terraform shall renew it again.
    pub renew_at: Option<SystemTime>,
    /// What the next renewal needs to know.
    pub private: Private,
    /// What to tell the user.
    pub diags: Diags,
}

/// Opens an ephemeral resource and judges what it holds.
pub async fn open_ephemeral(resource: &dyn Openable, call: &Call, config: Value) -> OpenResponse {
    let members = resource.shape().block.members();
    let proposed = propose(members, &Value::Null, &config, Computed::Marked);
    if call.may_defer() && resource.waits(call) {
        return put_off(proposed, Deferral::ProviderConfiguration);
    }
    if !config.is_wholly_known() {
        return not_yet(call, proposed);
    }
    let (value, renew_at) = match resource.open(call.clone(), proposed.clone()).await {
        Opening::Open { value, renew_at } => (value, renew_at),
        Opening::Failed { error, to_close } => {
            let closed =
                if to_close { close_ephemeral(resource, call).await } else { Diags::new() };
            return failed(call, error.into(), closed);
        }
    };
    let result = settle(members, &proposed, value);
    let mut diags = Diags::new();
    for Violation { path, rule } in planned_violations(members, &Value::Null, &config, &result) {
        let detail = format!(
            "The result of `open` breaks a rule of Terraform, which takes it for a plan: {rule}."
        );
        diags.extend(Error::bug(detail).at(path));
    }
    let unknown = |name: &str| !result.member(name).is_wholly_known();
    let nested = members.blocks.iter().map(|block| &*block.name);
    let names = members.attributes.iter().map(|attribute| &*attribute.name).chain(nested);
    for name in names.filter(|name| unknown(name)) {
        let detail = "The result of `open` must be known.";
        diags.extend(Error::bug(detail).at(Path::attribute(name.to_owned())));
    }
    if diags.has_errors() {
        let closed = close_ephemeral(resource, call).await;
        return failed(call, diags, closed);
    }
    let private = call.private();
    OpenResponse { result, renew_at, private, deferred: None, diags: call.take_warnings() }
}

/// Renews an ephemeral resource.
pub async fn renew_ephemeral(resource: &dyn Openable, call: &Call) -> RenewResponse {
    let mut diags = Diags::new();
    let renew_at = diags.keep(resource.renew(call.clone()).await).flatten();
    diags.extend(call.take_warnings());
    RenewResponse { renew_at, private: call.private(), diags }
}

/// Closes an ephemeral resource.
pub async fn close_ephemeral(resource: &dyn Openable, call: &Call) -> Diags {
    let mut diags = Diags::new();
    diags.keep(resource.close(call.clone()).await);
    diags.extend(call.take_warnings());
    diags
}

fn failed(call: &Call, mut diags: Diags, closed: Diags) -> OpenResponse {
    diags.extend(call.take_warnings());
    diags.extend(closed);
    OpenResponse { diags, ..OpenResponse::default() }
}

/// Terraform opens nothing of which it does not know the configuration; should it do so, this is the answer.
fn not_yet(call: &Call, proposed: Value) -> OpenResponse {
    if call.may_defer() {
        return put_off(proposed, Deferral::Configuration);
    }
    let detail = "It depends on something that is still to be applied. Apply that first, for instance with `-target`.";
    let diags = Error::user("Configuration not known yet", detail).into();
    OpenResponse { diags, ..OpenResponse::default() }
}

fn put_off(proposed: Value, reason: Deferral) -> OpenResponse {
    OpenResponse { result: proposed, deferred: Some(reason), ..OpenResponse::default() }
}
