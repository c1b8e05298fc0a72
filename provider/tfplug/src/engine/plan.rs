//! `PlanResourceChange`: what would change, and how.

use std::collections::BTreeSet;

use crate::context::{Call, Private};
use crate::deferral::Deferral;
use crate::diag::{Diags, Error};
use crate::draft::RawDraft;
use crate::engine::conform::{EQUAL_ELEMENTS, Violation, planned_violations};
use crate::engine::passes::{Computed, identity_kept, propose, replace};
use crate::erased::{Managed, Shape};
use crate::path::Path;
use crate::schema::Members;
use crate::value::Value;

/// What a plan begins with.
#[derive(Clone, Debug, Default)]
pub struct PlanRequest {
    /// What is there; null for a resource to be created.
    pub prior: Value,
    /// What the configuration says; null for a resource to be destroyed.
    pub config: Value,
    /// What the resource keeps for itself.
    pub private: Private,
}

/// What is planned.
#[derive(Clone, Debug)]
pub struct PlanResponse {
    /// What shall be there; null for a resource to be destroyed.
    pub planned: Value,
    /// The parts whose change replaces the resource, sorted.
    pub replace: BTreeSet<Path>,
    /// What the resource keeps for itself.
    pub private: Private,
    /// What identifies it, once that is known: Terraform cannot show an identity that is not.
    pub identity: Option<Value>,
    /// What to tell the user.
    pub diags: Diags,
    /// Why the plan is put off, if it is; the rest is then only a guess.
    pub deferred: Option<Deferral>,
}

/// Plans a creation, a change or a destruction.
pub async fn plan(resource: &dyn Managed, call: &Call, request: PlanRequest) -> PlanResponse {
    if request.config.is_null() {
        plan_destroy(resource, call, request).await
    } else {
        plan_change(resource, call, request)
    }
}

fn plan_change(resource: &dyn Managed, call: &Call, request: PlanRequest) -> PlanResponse {
    let shape = resource.shape();
    let members = shape.block.members();
    let PlanRequest { prior, config, private } = request;

    let planned = proposed(members, &prior, &config);
    let mut draft = RawDraft { config, prior, planned, private, ..RawDraft::default() };
    let waits = call.may_defer() && resource.waits(call);
    if !waits {
        draft.diags.keep(resource.ready(call));
    }
    resource.plan(call, &mut draft);
    let deferred = deferral(shape, call, waits, &draft);
    replace(members, &draft.prior, &draft.planned, &mut draft.replace);

    if let (Some(identity), true) = (&shape.identity, draft.replace.is_empty()) {
        identity_kept(
            identity,
            &draft.prior,
            &draft.planned,
            "the plan of the provider",
            &mut draft.diags,
        );
    }
    draft
        .replace
        .retain(|path| path.find(&draft.prior).is_some() || path.find(&draft.planned).is_some());
    if !resource.is_legacy() {
        report(shape, &mut draft);
    }

    PlanResponse {
        identity: shape
            .identity
            .as_ref()
            .map(|identity| identity.pick(&draft.planned))
            .filter(Value::is_wholly_known),
        planned: draft.planned,
        replace: draft.replace,
        private: draft.private,
        diags: draft.diags,
        deferred,
    }
}

/// Why a plan is put off. A resource that is known by an unknown name could be any, so nothing that is there can be
/// compared with it; but it is enough for the plan of one to be created where there is no other way.
fn deferral(shape: &Shape, call: &Call, waits: bool, draft: &RawDraft) -> Option<Deferral> {
    if !call.may_defer() {
        return None;
    }
    let identity = shape.identity.as_ref().map(|identity| identity.pick(&draft.config));
    let anybody = identity.is_some_and(|identity| !identity.is_wholly_known());
    waits
        .then_some(Deferral::ProviderConfiguration)
        .or_else(|| anybody.then_some(Deferral::Configuration))
        .or(draft.deferred)
}

/// The plan before the author sees it. Only a change marks computed values unknown.
fn proposed(members: Members<'_>, prior: &Value, config: &Value) -> Value {
    let carried = propose(members, prior, config, Computed::Carried);
    if carried == *prior { carried } else { propose(members, prior, config, Computed::Marked) }
}

/// Checks the answer as Terraform will, and says whose doing a violation is.
fn report(shape: &Shape, draft: &mut RawDraft) {
    let members = shape.block.members();
    let violations = planned_violations(members, &draft.prior, &draft.config, &draft.planned);
    if violations.is_empty() {
        return;
    }
    // Made anew, so that plans without a violation need no copy of it.
    let before_author = proposed(members, &draft.prior, &draft.config);
    let before = planned_violations(members, &draft.prior, &draft.config, &before_author);
    for Violation { path, rule } in violations {
        let own = before.iter().any(|violation| violation.path == path);
        if own && rule == EQUAL_ELEMENTS {
            let detail = "Two elements of this set are the same once defaults and earlier values are filled in. Keep one of them, or write out what tells them apart.";
            draft.diags.extend(Error::user("Equal elements in a set", detail).at(path));
            continue;
        }
        let culprit =
            if own { "its schema or its default value" } else { "the resource's own `plan`" };
        let error = Error::bug(format!(
            "The plan breaks a rule of Terraform: {rule}. The cause is {culprit}."
        ));
        draft.diags.extend(error.at(path));
    }
}

async fn plan_destroy(resource: &dyn Managed, call: &Call, request: PlanRequest) -> PlanResponse {
    let mut diags = Diags::new();
    let identity = resource.shape().identity.as_ref().map(|identity| identity.pick(&request.prior));
    let deferred =
        (call.may_defer() && resource.waits(call)).then_some(Deferral::ProviderConfiguration);
    if !request.prior.is_null() && deferred.is_none() {
        diags.keep(call.unless_cancelled(resource.plan_delete(call.clone(), request.prior)).await);
    }
    diags.extend(call.take_warnings());
    PlanResponse {
        planned: Value::Null,
        replace: BTreeSet::new(),
        private: request.private,
        identity,
        diags,
        deferred,
    }
}
