//! The provider's own configuration.

use crate::diag::Result;
use crate::engine::{self, Validation};
use crate::provider::Host;
use crate::rpc::service::{Backends, Service};
use crate::wire::generated::tfplugin6 as proto;
use crate::wire::{from_proto, to_proto};

pub(super) fn validate(
    service: &Service,
    request: proto::validate_provider_config::Request,
) -> Result<proto::validate_provider_config::Response> {
    let shape = &service.served().shape;
    let diags = engine::validate(Validation {
        block: &shape.block,
        config: from_proto::value(request.config, &shape.ty)?,
        write_only_allowed: true,
        author: &|_| (),
    });
    Ok(proto::validate_provider_config::Response { diagnostics: to_proto::diagnostics(diags) })
}

pub(super) async fn configure(
    service: &Service,
    request: proto::configure_provider::Request,
) -> Result<proto::configure_provider::Response> {
    let served = service.served();
    let config = from_proto::value(request.config, &served.shape.ty)?;
    // Should this fail, what an earlier call configured must not stay in force.
    service.set_backends(Backends::None);
    let can_wait = !config.is_wholly_known()
        && request.client_capabilities.is_some_and(|client| client.deferral_allowed);
    let host = Host {
        terraform_version: request.terraform_version,
        provider_version: served.version.clone(),
    };
    service.set_backends(
        match engine::configure(served, config, host, &crate::serve::variable).await {
            Ok(backends) => Backends::Made(backends),
            // What is wrong beside the unknown values is told once those are known.
            Err(_) if can_wait => Backends::Unknown,
            Err(error) => return Err(error),
        },
    );
    Ok(proto::configure_provider::Response::default())
}
