//! State stores: configured once, then asked for states by name.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};

use futures_util::{Stream, StreamExt as _, stream};
use prost::bytes::Bytes;
use tonic::{Status, Streaming};

use crate::context::{Call, Private};
use crate::diag::{Error, Result};
use crate::engine::{self, Validation};
use crate::erased::{OpenStore, Storing};
use crate::rpc::answer::settle;
use crate::rpc::service::Service;
use crate::rpc::unserved::unserved;
use crate::wire::generated::tfplugin6 as proto;
use crate::wire::{from_proto, to_proto};

/// The pieces of a state, as the server sends them.
pub(super) type Pieces =
    Pin<Box<dyn Stream<Item = Result<proto::read_state_bytes::Response, Status>> + Send>>;

/// The stores that were configured, by type name.
#[derive(Default)]
pub(super) struct Stores(RwLock<BTreeMap<String, Opened>>);

#[derive(Clone)]
struct Opened {
    store: Arc<dyn OpenStore>,
    /// The size of a piece in bytes.
    size: usize,
}

pub(super) fn validate(
    service: &Service,
    request: proto::validate_state_store::Request,
) -> Result<proto::validate_state_store::Response> {
    let store = find(service, &request.type_name)?;
    let shape = store.shape();
    let diags = engine::validate(Validation {
        block: &shape.block,
        config: from_proto::value(request.config, &shape.ty)?,
        write_only_allowed: false,
        author: &|draft| store.validate(draft),
    });
    Ok(proto::validate_state_store::Response { diagnostics: to_proto::diagnostics(diags) })
}

pub(super) async fn configure(
    service: &Service,
    request: proto::configure_state_store::Request,
) -> Result<proto::configure_state_store::Response> {
    let name = request.type_name;
    let kind = find(service, &name)?;
    let config = from_proto::value(request.config, &kind.shape().ty)?;
    let call = service.call(Private::default());
    let store = call.unless_cancelled(kind.open(call.clone(), config)).await?;
    let size = engine::agree(request.capabilities.map_or(0, |client| client.chunk_size));
    let stores = &service.stores().0;
    let opened = Opened { store, size };
    stores.write().unwrap_or_else(PoisonError::into_inner).insert(name, opened);
    let chunk_size = i64::try_from(size).unwrap_or(i64::MAX);
    Ok(proto::configure_state_store::Response {
        diagnostics: to_proto::diagnostics(call.take_warnings()),
        capabilities: Some(proto::StateStoreServerCapabilities { chunk_size }),
    })
}

/// A state that does not exist has no pieces.
pub(super) async fn read(service: &Service, request: proto::read_state_bytes::Request) -> Pieces {
    let mut pieces = Vec::new();
    let told: proto::read_state_bytes::Response = settle(async {
        let (Opened { store, size }, call) = opened(service, &request.type_name)?;
        let read = store.read(call.clone(), &request.state_id);
        let state = Bytes::from(call.unless_cancelled(read).await?.unwrap_or_default());
        let place = |place: usize| i64::try_from(place).unwrap_or(i64::MAX);
        pieces.extend(engine::cut(state.len(), size).map(|places| {
            proto::read_state_bytes::Response {
                total_length: place(state.len()),
                range: Some(proto::StateRange {
                    start: place(*places.start()),
                    end: place(*places.end()),
                }),
                bytes: state.slice(places),
                diagnostics: Vec::new(),
            }
        }));
        let diagnostics = to_proto::diagnostics(call.take_warnings());
        Ok(proto::read_state_bytes::Response { diagnostics, ..Default::default() })
    })
    .await;
    if let Some(first) = pieces.first_mut() {
        first.diagnostics = told.diagnostics;
    } else if !told.diagnostics.is_empty() {
        // Terraform looks for a range in every piece.
        let range = Some(proto::StateRange::default());
        pieces.push(proto::read_state_bytes::Response { range, ..told });
    }
    Box::pin(stream::iter(pieces).map(Ok))
}

pub(super) async fn write(
    service: &Service,
    mut pieces: Streaming<proto::write_state_bytes::RequestChunk>,
) -> Result<proto::write_state_bytes::Response> {
    let broken = |status: Status| {
        Error::remote("State was not sent", format!("The connection broke: {}.", status.message()))
    };
    let nothing = || Error::remote("State was not sent", "Terraform sent nothing. Run it again.");
    let first = pieces.message().await.map_err(broken)?.ok_or_else(nothing)?;
    let proto::RequestChunkMeta { type_name, state_id } = first.meta.clone().ok_or_else(|| {
        Error::remote("State was not sent", "Terraform did not say which state it is.")
    })?;
    let (Opened { store, size }, call) = opened(service, &type_name)?;
    let mut joined = engine::Joined::new(size, first.total_length);
    let mut next = Some(first);
    while let Some(piece) = next {
        let places = piece.range.map(|range| (range.start, range.end));
        joined.add(&piece.bytes, places, piece.total_length)?;
        next = pieces.message().await.map_err(broken)?;
    }
    // Once begun it is not cancelled: half a state is worse than an old one.
    store.write(call.clone(), &state_id, joined.whole()?).await?;
    Ok(proto::write_state_bytes::Response {
        diagnostics: to_proto::diagnostics(call.take_warnings()),
    })
}

pub(super) async fn list(
    service: &Service,
    request: proto::get_states::Request,
) -> Result<proto::get_states::Response> {
    let (Opened { store, .. }, call) = opened(service, &request.type_name)?;
    let state_id = call.unless_cancelled(store.list(call.clone())).await?;
    let diagnostics = to_proto::diagnostics(call.take_warnings());
    Ok(proto::get_states::Response { state_id, diagnostics })
}

pub(super) async fn delete(
    service: &Service,
    request: proto::delete_state::Request,
) -> Result<proto::delete_state::Response> {
    let (Opened { store, .. }, call) = opened(service, &request.type_name)?;
    store.delete(call.clone(), &request.state_id).await?;
    let diagnostics = to_proto::diagnostics(call.take_warnings());
    Ok(proto::delete_state::Response { diagnostics })
}

pub(super) async fn lock(
    service: &Service,
    request: proto::lock_state::Request,
) -> Result<proto::lock_state::Response> {
    let (Opened { store, .. }, call) = opened(service, &request.type_name)?;
    let lock_id = store.lock(call.clone(), &request.state_id, &request.operation).await?;
    if lock_id.is_empty() {
        return Err(Error::bug("`lock` gave no name of the lock, so nobody could unlock it."));
    }
    let diagnostics = to_proto::diagnostics(call.take_warnings());
    Ok(proto::lock_state::Response { lock_id, diagnostics })
}

pub(super) async fn unlock(
    service: &Service,
    request: proto::unlock_state::Request,
) -> Result<proto::unlock_state::Response> {
    let (Opened { store, .. }, call) = opened(service, &request.type_name)?;
    // An interruption is when it matters most.
    store.unlock(call.clone(), &request.state_id, &request.lock_id).await?;
    let diagnostics = to_proto::diagnostics(call.take_warnings());
    Ok(proto::unlock_state::Response { diagnostics })
}

fn find<'s>(service: &'s Service, type_name: &str) -> Result<&'s Arc<dyn Storing>> {
    let found = service.served().state_stores.get(type_name);
    found.ok_or_else(|| unserved("state store", type_name))
}

/// A store that was configured, and a call to it.
fn opened(service: &Service, type_name: &str) -> Result<(Opened, Call)> {
    find(service, type_name)?;
    let stores = service.stores().0.read().unwrap_or_else(PoisonError::into_inner);
    let opened = stores.get(type_name).cloned().ok_or_else(|| {
        let detail = format!("The state store `{type_name}` was used before it was configured.");
        Error::remote("State store not configured", detail)
    })?;
    Ok((opened, service.call(Private::default())))
}
