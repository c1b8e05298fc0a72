//! Data sources.

use std::sync::Arc;

use crate::context::Private;
use crate::diag::Result;
use crate::engine::{self, Validation};
use crate::erased::Readable;
use crate::rpc::service::Service;
use crate::rpc::unserved::unserved;
use crate::wire::generated::tfplugin6 as proto;
use crate::wire::{from_proto, to_proto};

pub(super) fn validate(
    service: &Service,
    request: proto::validate_data_resource_config::Request,
) -> Result<proto::validate_data_resource_config::Response> {
    let source = find(service, &request.type_name)?;
    let shape = source.shape();
    let diags = engine::validate(Validation {
        block: &shape.block,
        config: from_proto::value(request.config, &shape.ty)?,
        write_only_allowed: false,
        author: &|draft| source.validate(draft),
    });
    Ok(proto::validate_data_resource_config::Response { diagnostics: to_proto::diagnostics(diags) })
}

pub(super) async fn read(
    service: &Service,
    request: proto::read_data_source::Request,
) -> Result<proto::read_data_source::Response> {
    let source = find(service, &request.type_name)?;
    let shape = source.shape();
    let config = from_proto::value(request.config, &shape.ty)?;
    let call = service.deferring_call(Private::default(), request.client_capabilities);
    if let Some((guess, reason)) = engine::defer_data(&**source, &call, &config) {
        return Ok(proto::read_data_source::Response {
            state: to_proto::value(&guess, &shape.ty)?,
            diagnostics: Vec::new(),
            deferred: Some(to_proto::deferral(reason)),
        });
    }
    let (found, warnings) = engine::read_data(&**source, &call, config).await?;
    Ok(proto::read_data_source::Response {
        state: to_proto::value(&found, &shape.ty)?,
        diagnostics: to_proto::diagnostics(warnings),
        deferred: None,
    })
}

fn find<'s>(service: &'s Service, type_name: &str) -> Result<&'s Arc<dyn Readable>> {
    service.served().data_sources.get(type_name).ok_or_else(|| unserved("data source", type_name))
}
