//! The gRPC server: which service answers which path, and how it ends.

use std::convert::Infallible;
use std::io;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::stream::Stream;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service, http};
use tonic::server::NamedService;
use tonic::transport::Server;
use tracing::debug;

use super::accept::Connection;
use super::plugin_services::PluginServices;
use super::stop::StopSignal;
use crate::wire::generated::grpc_health_v1::health_server::HealthServer;
use crate::wire::generated::plugin::grpc_broker_server::GrpcBrokerServer;
use crate::wire::generated::plugin::grpc_controller_server::GrpcControllerServer;
use crate::wire::generated::plugin::grpc_stdio_server::GrpcStdioServer;
use crate::wire::generated::tfplugin6::provider_server::{Provider, ProviderServer};

/// Largest message in either direction, as in providers written in Go.
const MESSAGE_LIMIT: usize = 256 << 20;

/// Bytes that the host may send before we have read them, for one call and in
/// all. Large plans should not wait for window updates.
const STREAM_WINDOW: u32 = 8 << 20;
const CONNECTION_WINDOW: u32 = 32 << 20;

/// Time for handlers to return after the end was announced. The host kills a
/// process that takes longer than two seconds.
const GRACE: Duration = Duration::from_millis(500);

/// Serves until `end` is cancelled, then stops what runs and waits for it, but
/// not longer than the host would.
pub(crate) async fn serve_until<S: Provider>(
    routes: Routes<S>,
    incoming: impl Stream<Item = io::Result<Connection>>,
    end: &CancellationToken,
    stop: &StopSignal,
) {
    let server = Server::builder()
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .serve_with_incoming_shutdown(routes, incoming, end.cancelled());
    let deadline = async {
        end.cancelled().await;
        stop.stop();
        sleep(GRACE).await;
    };
    tokio::select! {
        result = server => {
            if let Err(error) = result {
                debug!(%error, "the server ended");
            }
        }
        () = deadline => debug!("handlers still ran when the server ended"),
    }
}

/// All services of a plugin, chosen by the first segment of the path.
#[derive(Debug)]
pub(crate) struct Routes<S> {
    provider: ProviderServer<S>,
    broker: GrpcBrokerServer<PluginServices>,
    stdio: GrpcStdioServer<PluginServices>,
    controller: GrpcControllerServer<PluginServices>,
    health: HealthServer<PluginServices>,
}

impl<S: Provider> Routes<S> {
    pub(crate) fn new(provider: S, plugin: PluginServices) -> Self {
        Self {
            provider: ProviderServer::new(provider)
                .max_decoding_message_size(MESSAGE_LIMIT)
                .max_encoding_message_size(MESSAGE_LIMIT),
            broker: GrpcBrokerServer::new(plugin.clone()),
            stdio: GrpcStdioServer::new(plugin.clone()),
            controller: GrpcControllerServer::new(plugin.clone()),
            health: HealthServer::new(plugin),
        }
    }
}

// Derived, it would ask for `S: Clone`; the service is shared, not copied.
impl<S> Clone for Routes<S> {
    fn clone(&self) -> Self {
        Self {
            provider: self.provider.clone(),
            broker: self.broker.clone(),
            stdio: self.stdio.clone(),
            controller: self.controller.clone(),
            health: self.health.clone(),
        }
    }
}

impl<S: Provider> Service<http::Request<Body>> for Routes<S> {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        match request.uri().path().split('/').nth(1).unwrap_or_default() {
            ProviderServer::<S>::NAME => self.provider.call(request),
            GrpcBrokerServer::<PluginServices>::NAME => self.broker.call(request),
            GrpcStdioServer::<PluginServices>::NAME => self.stdio.call(request),
            GrpcControllerServer::<PluginServices>::NAME => self.controller.call(request),
            HealthServer::<PluginServices>::NAME => self.health.call(request),
            other => {
                let status = Status::unimplemented(format!("no service {other:?} here"));
                Box::pin(async move { Ok(status.into_http()) })
            }
        }
    }
}
