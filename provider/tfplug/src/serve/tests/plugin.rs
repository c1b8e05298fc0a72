//! As a plugin: who may call, what stays open, what ends the process.

use futures_util::FutureExt as _;
use serde_json::Value;
use tonic::{Code, Request};

use super::host::{Connector, Identity, Start, Started, is_refused, read, serves, shutdown};
use crate::wire::generated::grpc_health_v1::HealthCheckRequest;
use crate::wire::generated::grpc_health_v1::health_check_response::ServingStatus;
use crate::wire::generated::grpc_health_v1::health_client::HealthClient;
use crate::wire::generated::plugin::grpc_broker_client::GrpcBrokerClient;
use crate::wire::generated::plugin::grpc_stdio_client::GrpcStdioClient;
use crate::wire::generated::tfplugin6::provider_client::ProviderClient;
use crate::wire::generated::tfplugin6::stop_provider;

async fn start(variables: &[(&str, &str)]) -> (Started, Connector) {
    let identity = Identity::new();
    let start = Start::new("").like_terraform(&identity);
    let start = variables.iter().fold(start, |start, (name, value)| start.with(name, value));
    let mut provider = start.spawn();
    let connector = provider.handshake().await.identity(&identity);
    (provider, connector)
}

#[tokio::test]
async fn only_the_host_that_started_it_can_call() {
    let (provider, host) = start(&[("TF_LOG_PROVIDER_THINGS", "debug")]).await;
    let mut nobody = Connector::plain(&host.path);
    assert!(is_refused(&nobody).await, "without TLS");
    nobody.server = host.server.clone();
    assert!(is_refused(&nobody).await, "without certificate");
    assert!(is_refused(&nobody.identity(&Identity::new())).await, "with another certificate");

    let channel = host.channel().await.unwrap();
    assert!(serves(&channel).await);
    shutdown(&channel).await;
    let (code, _, errors) = provider.finish().await;
    assert_eq!(code, Some(0));
    for reason in ["corrupt message", "peer sent no certificates", "invalid peer certificate"] {
        let refused = |line: &&str| line.contains("refused a connection") && line.contains(reason);
        assert!(errors.lines().any(|line| refused(&line)), "{reason}: {errors}");
    }
}

#[tokio::test]
async fn ends_while_streams_are_open_and_handlers_run() {
    let (provider, host) = start(&[]).await;
    let channel = host.channel().await.unwrap();
    let never = tokio_stream::pending();
    let broker = GrpcBrokerClient::new(channel.clone()).start_stream(never).await.unwrap();
    let stdio = GrpcStdioClient::new(channel.clone()).stream_stdio(()).await.unwrap();
    let watch = HealthCheckRequest { service: "plugin".to_owned() };
    let mut health = HealthClient::new(channel.clone()).watch(watch).await.unwrap().into_inner();
    let first = health.message().await.unwrap().unwrap();
    assert_eq!(first.status(), ServingStatus::Serving);

    let handler = tokio::spawn({
        let channel = channel.clone();
        async move { read(&channel, "forever", Vec::new()).await }
    });
    shutdown(&channel).await;
    assert!(handler.await.unwrap().is_err());
    drop((broker, stdio, health));
    let (code, output, errors) = provider.finish().await;
    assert_eq!((code, output.as_str(), errors.as_str()), (Some(0), "", ""));
}

#[tokio::test]
async fn both_streams_end_without_error() {
    let (provider, host) = start(&[]).await;
    let channel = host.channel().await.unwrap();
    let ended = tokio_stream::empty();
    let mut broker =
        GrpcBrokerClient::new(channel.clone()).start_stream(ended).await.unwrap().into_inner();
    let mut stdio =
        GrpcStdioClient::new(channel.clone()).stream_stdio(()).await.unwrap().into_inner();
    // Whatever ends the streams early would end them before this answer.
    assert_eq!(read(&channel, "echo", vec![1]).await.unwrap(), 1);
    assert!(broker.message().now_or_never().is_none(), "the broker ended early");
    assert!(stdio.message().now_or_never().is_none(), "the output ended early");
    shutdown(&channel).await;
    assert!(broker.message().await.unwrap().is_none());
    assert!(stdio.message().await.unwrap().is_none());
    assert_eq!(provider.finish().await.0, Some(0));
}

#[tokio::test]
async fn health() {
    let (provider, host) = start(&[]).await;
    let channel = host.channel().await.unwrap();
    let check = async |service: &str| {
        let request = HealthCheckRequest { service: service.to_owned() };
        let answer = HealthClient::new(channel.clone()).check(request).await;
        answer.map(|answer| answer.into_inner().status()).map_err(|status| status.code())
    };
    assert_eq!(check("plugin").await, Ok(ServingStatus::Serving));
    assert_eq!(check("").await, Ok(ServingStatus::Serving));
    assert_eq!(check("other").await, Err(Code::NotFound));
    shutdown(&channel).await;
    assert_eq!(provider.finish().await.0, Some(0));
}

#[tokio::test]
async fn a_stop_cancels_handlers_and_serving_goes_on() {
    let (provider, host) = start(&[]).await;
    let channel = host.channel().await.unwrap();
    let handler = tokio::spawn({
        let channel = channel.clone();
        async move { read(&channel, "until_stopped", Vec::new()).await }
    });
    let mut client = ProviderClient::new(channel.clone());
    // The handler may start after a stop, which then is not meant for it.
    while !handler.is_finished() {
        client.stop_provider(Request::new(stop_provider::Request {})).await.unwrap();
        tokio::task::yield_now().await;
    }
    assert!(handler.await.unwrap().is_ok());
    assert!(serves(&channel).await);
    shutdown(&channel).await;
    assert_eq!(provider.finish().await.0, Some(0));
}

#[tokio::test]
async fn large_messages_pass_both_ways() {
    let (provider, host) = start(&[]).await;
    let channel = host.channel().await.unwrap();
    let size = 40 << 20;
    assert_eq!(read(&channel, "echo", vec![7; size]).await.unwrap(), size);
    shutdown(&channel).await;
    assert_eq!(provider.finish().await.0, Some(0));
}

#[tokio::test]
async fn an_interrupt_passes_and_a_termination_ends() {
    let (provider, host) = start(&[]).await;
    let channel = host.channel().await.unwrap();
    for _ in 0..3 {
        provider.signal("INT").await;
        assert!(serves(&channel).await);
    }
    provider.signal("TERM").await;
    assert_eq!(provider.finish().await.0, Some(0));
}

#[tokio::test]
async fn ends_with_its_host() {
    let identity = Identity::new();
    let mut shell = Start::below_shell().like_terraform(&identity).spawn();
    let host = shell.handshake().await.identity(&identity);
    assert!(serves(&host.channel().await.unwrap()).await);
    shell.close_input();
    // The output ends when the provider does, its shell is gone by then.
    let (_, output, errors) = shell.finish().await;
    assert_eq!((output.as_str(), errors.as_str()), ("", ""));
}

#[tokio::test]
async fn a_caught_panic_is_logged_and_no_crash() {
    let (provider, host) = start(&[("TF_LOG", "error")]).await;
    let channel = host.channel().await.unwrap();
    let status = read(&channel, "other", Vec::new()).await.unwrap_err();
    assert!(status.message().starts_with("no type \"other\" (at "), "{}", status.message());
    shutdown(&channel).await;
    let (code, _, errors) = provider.finish().await;
    assert_eq!(code, Some(0));
    let lines: Vec<Value> =
        errors.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["@level"], "error");
    assert_eq!(lines[0]["@message"], "a handler panicked");
    assert_eq!(lines[0]["panic"], "no type \"other\"");
    assert_eq!(lines[0]["backtrace"], "set RUST_BACKTRACE=1 to see the backtrace");
    assert!(lines[0]["location"].as_str().unwrap().contains("provider.rs:"));
}

#[tokio::test]
async fn any_other_panic_is_reported_as_a_crash() {
    let (provider, host) = start(&[]).await;
    let channel = host.channel().await.unwrap();
    read(&channel, "crash", Vec::new()).await.unwrap();
    assert!(serves(&channel).await, "a task is not the process");
    shutdown(&channel).await;
    let (code, _, errors) = provider.finish().await;
    assert_eq!(code, Some(0));
    let lines: Vec<_> = errors.lines().collect();
    assert_eq!(lines[0], "panic: out of paper");
    assert!(lines[2].starts_with("at ") && lines[2].contains("provider.rs:"), "{errors}");
    assert_eq!(lines[3..], ["in thread provider", "set RUST_BACKTRACE=1 to see the backtrace"]);
}
