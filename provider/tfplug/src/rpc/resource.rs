//! Managed resources.

use std::sync::Arc;

use crate::context::Private;
use crate::diag::{Error, Result};
use crate::engine::{self, ApplyRequest, ImportRequest, PlanRequest, ReadRequest, Validation};
use crate::erased::{Managed, Shape};
use crate::past::Source;
use crate::rpc::answer::from_panic;
use crate::rpc::service::Service;
use crate::rpc::unserved::unserved;
use crate::serve::catch;
use crate::value::Value;
use crate::wire::codec::state_json::Tolerance;
use crate::wire::generated::tfplugin6 as proto;
use crate::wire::{from_proto, to_proto};

pub(super) fn validate(
    service: &Service,
    request: proto::validate_resource_config::Request,
) -> Result<proto::validate_resource_config::Response> {
    let resource = find(service, &request.type_name)?;
    let shape = resource.shape();
    let diags = engine::validate(Validation {
        block: &shape.block,
        config: from_proto::value(request.config, &shape.ty)?,
        write_only_allowed: request
            .client_capabilities
            .is_some_and(|client| client.write_only_attributes_allowed),
        author: &|draft| resource.validate(draft),
    });
    Ok(proto::validate_resource_config::Response { diagnostics: to_proto::diagnostics(diags) })
}

pub(super) fn upgrade_state(
    service: &Service,
    request: proto::upgrade_resource_state::Request,
) -> Result<proto::upgrade_resource_state::Response> {
    let resource = find(service, &request.type_name)?;
    let shape = resource.shape();
    let stored = from_proto::raw_state(request.raw_state)?;
    let state = engine::upgrade(&**resource, request.version, stored)?;
    // A state of the present version may lack attributes that were added since it was written.
    let state = from_proto::stored_json(&state, &shape.ty, Tolerance::SameVersion)?;
    let state = engine::with_blocks(shape.block.members(), state);
    Ok(proto::upgrade_resource_state::Response {
        upgraded_state: to_proto::value(&state, &shape.ty)?,
        diagnostics: Vec::new(),
    })
}

pub(super) fn upgrade_identity(
    service: &Service,
    request: proto::upgrade_resource_identity::Request,
) -> Result<proto::upgrade_resource_identity::Response> {
    let resource = find(service, &request.type_name)?;
    let Some(identity) = &resource.shape().identity else {
        return Err(Error::bug(format!("`{}` has no identity.", request.type_name)));
    };
    let stored = from_proto::raw_state(request.raw_identity)?;
    let found = from_proto::stored_json(&stored, identity.ty(), Tolerance::SameVersion)?;
    Ok(proto::upgrade_resource_identity::Response {
        upgraded_identity: to_proto::identity(Some((identity, &found)))?,
        diagnostics: Vec::new(),
    })
}

pub(super) async fn read(
    service: &Service,
    request: proto::read_resource::Request,
) -> Result<proto::read_resource::Response> {
    let resource = find(service, &request.type_name)?;
    let shape = resource.shape();
    let call =
        service.deferring_call(Private::from_bytes(&request.private), request.client_capabilities);
    let read = engine::read(
        &**resource,
        &call,
        ReadRequest {
            state: from_proto::value(request.current_state, &shape.ty)?,
            identity: identity_of(shape, request.current_identity)?,
        },
    )
    .await;
    Ok(proto::read_resource::Response {
        new_state: to_proto::value(&read.state, &shape.ty)?,
        diagnostics: to_proto::diagnostics(read.diags),
        private: read.private.to_bytes().into(),
        deferred: read.deferred.map(to_proto::deferral),
        new_identity: identity_to(shape, read.identity.as_ref())?,
    })
}

pub(super) async fn plan(
    service: &Service,
    request: proto::plan_resource_change::Request,
) -> Result<proto::plan_resource_change::Response> {
    let resource = find(service, &request.type_name)?;
    let shape = resource.shape();
    let private = Private::from_bytes(&request.prior_private);
    let call = service.deferring_call(private.clone(), request.client_capabilities);
    let plan = engine::plan(
        &**resource,
        &call,
        PlanRequest {
            prior: from_proto::value(request.prior_state, &shape.ty)?,
            config: from_proto::value(request.config, &shape.ty)?,
            private,
        },
    )
    .await;
    Ok(proto::plan_resource_change::Response {
        planned_state: to_proto::value(&plan.planned, &shape.ty)?,
        requires_replace: plan.replace.iter().map(to_proto::path).collect(),
        planned_private: plan.private.to_bytes().into(),
        diagnostics: to_proto::diagnostics(plan.diags),
        legacy_type_system: resource.is_legacy(),
        deferred: plan.deferred.map(to_proto::deferral),
        planned_identity: identity_to(shape, plan.identity.as_ref())?,
    })
}

/// Whatever happens, an answer tells what is there: without one, Terraform would forget the resource.
pub(super) async fn apply(
    service: &Service,
    request: proto::apply_resource_change::Request,
) -> Result<proto::apply_resource_change::Response> {
    let prior = proto::apply_resource_change::Response {
        new_state: request.prior_state.clone(),
        private: request.planned_private.clone(),
        new_identity: request.planned_identity.clone(),
        ..proto::apply_resource_change::Response::default()
    };
    let failed = |error: Error| {
        let diagnostics = to_proto::diagnostics(error);
        Ok(proto::apply_resource_change::Response { diagnostics, ..prior })
    };
    match catch(apply_change(service, request)).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(error)) => failed(error),
        Err(panic) => failed(from_panic(&panic)),
    }
}

async fn apply_change(
    service: &Service,
    request: proto::apply_resource_change::Request,
) -> Result<proto::apply_resource_change::Response> {
    let resource = find(service, &request.type_name)?;
    let shape = resource.shape();
    let call = service.call(Private::from_bytes(&request.planned_private));
    let applied = engine::apply(
        &**resource,
        &call,
        ApplyRequest {
            prior: from_proto::value(request.prior_state, &shape.ty)?,
            planned: from_proto::value(request.planned_state, &shape.ty)?,
            config: from_proto::value(request.config, &shape.ty)?,
        },
    )
    .await;
    Ok(proto::apply_resource_change::Response {
        new_state: to_proto::value(&applied.state, &shape.ty)?,
        private: applied.private.to_bytes().into(),
        diagnostics: to_proto::diagnostics(applied.diags),
        legacy_type_system: resource.is_legacy(),
        new_identity: identity_to(shape, applied.identity.as_ref())?,
    })
}

pub(super) async fn import(
    service: &Service,
    request: proto::import_resource_state::Request,
) -> Result<proto::import_resource_state::Response> {
    let resource = find(service, &request.type_name)?;
    let shape = resource.shape();
    let wanted = match identity_of(shape, request.identity)? {
        Some(identity) => ImportRequest::Identity(identity),
        None => ImportRequest::Id(request.id),
    };
    let call = service.deferring_call(Private::default(), request.client_capabilities);
    let imported = engine::import(&**resource, &call, wanted).await?;
    let found = proto::import_resource_state::ImportedResource {
        type_name: request.type_name,
        state: to_proto::value(&imported.state, &shape.ty)?,
        private: imported.private.to_bytes().into(),
        identity: identity_to(shape, Some(&imported.identity))?,
    };
    Ok(proto::import_resource_state::Response {
        imported_resources: vec![found],
        diagnostics: to_proto::diagnostics(imported.diags),
        deferred: imported.deferred.map(to_proto::deferral),
    })
}

pub(super) fn take_over(
    service: &Service,
    request: proto::move_resource_state::Request,
) -> Result<proto::move_resource_state::Response> {
    let target = request.target_type_name;
    let resource = find(service, &target)?;
    let shape = resource.shape();
    let source = Source {
        provider: request.source_provider_address,
        type_name: request.source_type_name,
        version: request.source_schema_version,
    };
    let stored = from_proto::raw_state(request.source_state)?;
    let state = engine::moved(&**resource, &target, &source, &stored)?;
    let state = from_proto::stored_json(&state, &shape.ty, Tolerance::SameVersion)?;
    let state = engine::with_blocks(shape.block.members(), state);
    let identity = shape.identity.as_ref().map(|identity| identity.pick(&state));
    // What the other kind kept for itself means nothing here.
    Ok(proto::move_resource_state::Response {
        target_state: to_proto::value(&state, &shape.ty)?,
        target_identity: identity_to(shape, identity.as_ref())?,
        ..proto::move_resource_state::Response::default()
    })
}

pub(super) fn generate(
    service: &Service,
    request: proto::generate_resource_config::Request,
) -> Result<proto::generate_resource_config::Response> {
    let resource = find(service, &request.type_name)?;
    let shape = resource.shape();
    let state = from_proto::value(request.state, &shape.ty)?;
    Ok(proto::generate_resource_config::Response {
        config: to_proto::value(&engine::generate(&**resource, state), &shape.ty)?,
        diagnostics: Vec::new(),
    })
}

fn find<'s>(service: &'s Service, type_name: &str) -> Result<&'s Arc<dyn Managed>> {
    service.served().resources.get(type_name).ok_or_else(|| unserved("resource", type_name))
}

fn identity_of(
    shape: &Shape,
    message: Option<proto::ResourceIdentityData>,
) -> Result<Option<Value>> {
    shape
        .identity
        .as_ref()
        .map_or(Ok(None), |identity| from_proto::identity(message, identity.ty()))
}

fn identity_to(
    shape: &Shape,
    found: Option<&Value>,
) -> Result<Option<proto::ResourceIdentityData>> {
    to_proto::identity(shape.identity.as_ref().zip(found))
}
