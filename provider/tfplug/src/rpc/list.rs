//! Lists of resources, streamed.

use std::pin::Pin;
use std::sync::Arc;

use futures_util::{Stream, StreamExt as _, stream};
use tonic::Status;

use crate::context::Private;
use crate::diag::Result;
use crate::engine::{self, ListEvent, ListRequest, Validation};
use crate::erased::{Listable, Managed, Shape};
use crate::rpc::answer::from_panic;
use crate::rpc::service::Service;
use crate::rpc::unserved::unserved;
use crate::serve::catch;
use crate::wire::generated::tfplugin6 as proto;
use crate::wire::{from_proto, to_proto};

/// The events of a list, as the server sends them.
pub(super) type Events =
    Pin<Box<dyn Stream<Item = Result<proto::list_resource::Event, Status>> + Send>>;

pub(super) fn validate(
    service: &Service,
    request: proto::validate_list_resource_config::Request,
) -> Result<proto::validate_list_resource_config::Response> {
    let Pair { list, .. } = find(service, &request.type_name)?;
    let shape = list.shape();
    let diags = engine::validate(Validation {
        block: &shape.block,
        config: from_proto::value(request.config, &shape.ty)?,
        write_only_allowed: false,
        author: &|draft| list.validate(draft),
    });
    Ok(proto::validate_list_resource_config::Response { diagnostics: to_proto::diagnostics(diags) })
}

/// What cannot even begin is an event, too: Terraform shows only the diagnostics of those.
pub(super) fn list(service: &Service, request: proto::list_resource::Request) -> Events {
    begin(service, request).unwrap_or_else(|error| {
        let diagnostic = to_proto::diagnostics(error);
        let event = proto::list_resource::Event { diagnostic, ..Default::default() };
        Box::pin(stream::once(async { Ok(event) }))
    })
}

fn begin(service: &Service, request: proto::list_resource::Request) -> Result<Events> {
    let Pair { list, resource } = find(service, &request.type_name)?;
    let found = engine::list(
        Arc::clone(list),
        Arc::clone(resource),
        service.call(Private::default()),
        ListRequest {
            filter: from_proto::value(request.config, &list.shape().ty)?,
            wants_state: request.include_resource_object,
            limit: usize::try_from(request.limit).unwrap_or(0),
        },
    );
    let resource = Arc::clone(resource);
    let events = stream::unfold(Some(Box::pin(found)), move |found| {
        let resource = Arc::clone(&resource);
        async move {
            let mut found = found?;
            Some(match catch(found.next()).await {
                Ok(event) => (message(resource.shape(), event?), Some(found)),
                Err(panic) => (Err(from_panic(&panic)), None),
            })
        }
    });
    Ok(Box::pin(events.map(|event| {
        Ok(event.unwrap_or_else(|error| proto::list_resource::Event {
            diagnostic: to_proto::diagnostics(error),
            ..Default::default()
        }))
    })))
}

fn message(shape: &Shape, event: ListEvent) -> Result<proto::list_resource::Event> {
    let state = event.state.map(|state| to_proto::value(&state, &shape.ty)).transpose()?;
    Ok(proto::list_resource::Event {
        identity: to_proto::identity(shape.identity.as_ref().zip(event.identity.as_ref()))?,
        display_name: event.name,
        resource_object: state.flatten(),
        diagnostic: to_proto::diagnostics(event.diags),
    })
}

/// A list, and the kind of resource that is listed.
struct Pair<'s> {
    list: &'s Arc<dyn Listable>,
    resource: &'s Arc<dyn Managed>,
}

fn find<'s>(service: &'s Service, type_name: &str) -> Result<Pair<'s>> {
    let served = service.served();
    let found = served.lists.get(type_name).zip(served.resources.get(type_name));
    let found = found.map(|(list, resource)| Pair { list, resource });
    found.ok_or_else(|| unserved("list resource", type_name))
}
