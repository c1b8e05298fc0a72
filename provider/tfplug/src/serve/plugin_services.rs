//! What go-plugin expects of every plugin beside its own service: a broker, the
//! standard streams, the end, and health.

use std::future::{pending, ready};
use std::pin::Pin;

use futures_util::stream::{self, Stream, StreamExt as _};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming};

use crate::wire::generated::grpc_health_v1::health_check_response::ServingStatus;
use crate::wire::generated::grpc_health_v1::health_server::Health;
use crate::wire::generated::grpc_health_v1::{HealthCheckRequest, HealthCheckResponse};
use crate::wire::generated::plugin::grpc_broker_server::GrpcBroker;
use crate::wire::generated::plugin::grpc_controller_server::GrpcController;
use crate::wire::generated::plugin::grpc_stdio_server::GrpcStdio;
use crate::wire::generated::plugin::{ConnInfo, Empty, StdioData};

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// Implements all of go-plugin's services.
#[derive(Clone, Debug)]
pub(crate) struct PluginServices {
    /// Ends the process when cancelled.
    end: CancellationToken,
    /// Whether the host may end us. In debug mode the developer does.
    host_may_end: bool,
}

impl PluginServices {
    pub(crate) fn new(end: CancellationToken, host_may_end: bool) -> Self {
        Self { end, host_may_end }
    }

    /// A stream that stays open and silent until the process ends.
    fn silence<T: Send + 'static>(&self) -> Answers<T> {
        Box::pin(stream::pending().take_until(self.end.clone().cancelled_owned()))
    }
}

#[tonic::async_trait]
impl GrpcBroker for PluginServices {
    type StartStreamStream = Answers<ConnInfo>;

    async fn start_stream(
        &self,
        request: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<Self::StartStreamStream>, Status> {
        let mut incoming = request.into_inner();
        let end = self.end.clone();
        let quiet = async move {
            // Nothing comes, but to stop reading would close the stream.
            let drain = async {
                while let Ok(Some(_)) = incoming.message().await {}
                pending::<()>().await;
            };
            tokio::select! {
                () = end.cancelled() => {}
                () = drain => {}
            }
        };
        Ok(Response::new(Box::pin(stream::once(quiet).filter_map(|()| ready(None)))))
    }
}

#[tonic::async_trait]
impl GrpcStdio for PluginServices {
    type StreamStdioStream = Answers<StdioData>;

    /// Hosts take output of a provider for a mistake, so there is none.
    async fn stream_stdio(
        &self,
        _request: Request<()>,
    ) -> Result<Response<Self::StreamStdioStream>, Status> {
        Ok(Response::new(self.silence()))
    }
}

#[tonic::async_trait]
impl GrpcController for PluginServices {
    async fn shutdown(&self, _request: Request<Empty>) -> Result<Response<Empty>, Status> {
        // The server lets this answer out before it closes the connection.
        if self.host_may_end {
            self.end.cancel();
        }
        Ok(Response::new(Empty {}))
    }
}

#[tonic::async_trait]
impl Health for PluginServices {
    type WatchStream = Answers<HealthCheckResponse>;

    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        let service = request.into_inner().service;
        match status_of(&service) {
            ServingStatus::Serving => Ok(Response::new(answer(ServingStatus::Serving))),
            _ => Err(Status::not_found(format!(
                "no service {service:?} here, expected \"plugin\" or the empty name"
            ))),
        }
    }

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let status = answer(status_of(&request.into_inner().service));
        let first = stream::once(ready(Ok(status)));
        Ok(Response::new(Box::pin(first.chain(self.silence()))))
    }
}

fn status_of(service: &str) -> ServingStatus {
    match service {
        "" | "plugin" => ServingStatus::Serving,
        _ => ServingStatus::ServiceUnknown,
    }
}

fn answer(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse { status: status.into() }
}
