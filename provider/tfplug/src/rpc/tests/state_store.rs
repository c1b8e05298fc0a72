//! The example's state store over gRPC, with the client that Terraform has.

#[allow(dead_code, reason = "an example is a program of its own, whose `main` is not run here")]
#[path = "../../../examples/folder_states.rs"]
mod example;

use std::future::pending;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::{StreamExt as _, stream};
use hyper_util::rt::TokioIo;
use tempfile::TempDir;
use tokio::io::DuplexStream;
use tonic::Code;
use tonic::codegen::http::Uri;
use tonic::transport::{Channel, Endpoint, Server};

use self::example::States;
use crate::Served;
use crate::rpc::service::Service;
use crate::serve::StopSignal;
use crate::value::Value;
use crate::wire::generated::tfplugin6 as proto;
use crate::wire::generated::tfplugin6::provider_client::ProviderClient;
use crate::wire::generated::tfplugin6::provider_server::ProviderServer;
use crate::wire::to_proto;

const KIND: &str = "states_folder";

/// Gives the one end of a pipe that there is.
struct Pipe(Option<DuplexStream>);

impl tonic::codegen::Service<Uri> for Pipe {
    type Response = TokioIo<DuplexStream>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let end = self.0.take().ok_or_else(|| io::Error::other("the pipe is taken"));
        Box::pin(async { end.map(TokioIo::new) })
    }
}

/// Terraform, with a provider whose store is a folder.
struct Terraform {
    client: ProviderClient<Channel>,
    folder: TempDir,
}

impl Terraform {
    async fn new() -> Self {
        let (ours, theirs) = tokio::io::duplex(1 << 20);
        let service = Service::new(Served::new::<States>("1.0.0"), StopSignal::new());
        let incoming = stream::iter([io::Result::Ok(theirs)]).chain(stream::pending());
        let service = ProviderServer::new(service);
        tokio::spawn(Server::builder().serve_with_incoming_shutdown(service, incoming, pending()));
        let channel = Endpoint::from_static("http://localhost");
        let channel = channel.connect_with_connector(Pipe(Some(ours))).await.unwrap();
        let mut client = ProviderClient::new(channel);
        client.configure_provider(proto::configure_provider::Request::default()).await.unwrap();
        Terraform { client, folder: tempfile::tempdir().unwrap() }
    }

    /// Configures the store for pieces of this size; what the provider agrees to.
    async fn configure(&mut self, path: Option<&str>, asked: i64) -> Result<i64, String> {
        let here = self.folder.path().display().to_string();
        let config = Value::object([("path", Value::from(path.unwrap_or(&here)))]);
        let ty = Served::new::<States>("1").state_stores[KIND].shape().ty.clone();
        let config = to_proto::value(&config, &ty).unwrap();
        let capabilities = Some(proto::StateStoreClientCapabilities { chunk_size: asked });
        let request = proto::configure_state_store::Request {
            type_name: KIND.to_owned(),
            config,
            capabilities,
        };
        let answer = self.client.configure_state_store(request).await.unwrap().into_inner();
        told(&answer.diagnostics)?;
        Ok(answer.capabilities.unwrap().chunk_size)
    }

    /// Sends a state in pieces, as they are given.
    async fn send(
        &mut self,
        pieces: Vec<proto::write_state_bytes::RequestChunk>,
    ) -> Result<(), String> {
        let answer = self.client.write_state_bytes(stream::iter(pieces)).await.unwrap();
        told(&answer.into_inner().diagnostics)
    }

    async fn write(&mut self, id: &str, state: &[u8], size: usize) -> Result<(), String> {
        self.send(pieces(id, state, size)).await
    }

    /// Reads a state and holds the pieces to the rules.
    async fn read(&mut self, id: &str, size: usize) -> Result<Vec<u8>, String> {
        let request = proto::read_state_bytes::Request {
            type_name: KIND.to_owned(),
            state_id: id.to_owned(),
        };
        let mut answer = self.client.read_state_bytes(request).await.unwrap().into_inner();
        let (mut state, mut total) = (Vec::new(), 0);
        while let Some(piece) = answer.message().await.unwrap() {
            told(&piece.diagnostics)?;
            let range = piece.range.expect("Terraform looks for it");
            let length = i64::try_from(state.len()).unwrap();
            assert_eq!(range.start, length);
            assert_eq!(range.end, length + i64::try_from(piece.bytes.len()).unwrap() - 1);
            if range.end < piece.total_length - 1 {
                assert_eq!(piece.bytes.len(), size, "only the last one may be shorter");
            }
            total = piece.total_length;
            state.extend_from_slice(&piece.bytes);
        }
        assert_eq!(i64::try_from(state.len()).unwrap(), total);
        Ok(state)
    }

    async fn lock(&mut self, id: &str, operation: &str) -> Result<String, String> {
        let request = proto::lock_state::Request {
            type_name: KIND.to_owned(),
            state_id: id.to_owned(),
            operation: operation.to_owned(),
        };
        let answer = self.client.lock_state(request).await.unwrap().into_inner();
        told(&answer.diagnostics).map(|()| answer.lock_id)
    }

    async fn unlock(&mut self, id: &str, lock: &str) -> Result<(), String> {
        let request = proto::unlock_state::Request {
            type_name: KIND.to_owned(),
            state_id: id.to_owned(),
            lock_id: lock.to_owned(),
        };
        told(&self.client.unlock_state(request).await.unwrap().into_inner().diagnostics)
    }

    async fn list(&mut self) -> Vec<String> {
        let request = proto::get_states::Request { type_name: KIND.to_owned() };
        let answer = self.client.get_states(request).await.unwrap().into_inner();
        told(&answer.diagnostics).unwrap();
        answer.state_id
    }

    async fn delete(&mut self, id: &str) -> Result<(), String> {
        let request =
            proto::delete_state::Request { type_name: KIND.to_owned(), state_id: id.to_owned() };
        told(&self.client.delete_state(request).await.unwrap().into_inner().diagnostics)
    }
}

fn pieces(id: &str, state: &[u8], size: usize) -> Vec<proto::write_state_bytes::RequestChunk> {
    let place = |place: usize| i64::try_from(place).unwrap();
    let meta = || proto::RequestChunkMeta { type_name: KIND.to_owned(), state_id: id.to_owned() };
    let piece = |(index, bytes): (usize, &[u8])| proto::write_state_bytes::RequestChunk {
        meta: (index == 0).then(meta),
        bytes: bytes.to_vec().into(),
        total_length: place(state.len()),
        range: Some(proto::StateRange {
            start: place(index * size),
            end: place(index * size + bytes.len()) - 1,
        }),
    };
    state.chunks(size).enumerate().map(piece).collect()
}

/// The first message as an error.
fn told(diagnostics: &[proto::Diagnostic]) -> Result<(), String> {
    match diagnostics {
        [] => Ok(()),
        [said, ..] => Err(format!("{}: {}", said.summary, said.detail)),
    }
}

#[tokio::test]
async fn states_live_in_pieces() {
    let mut terraform = Terraform::new().await;
    assert_eq!(terraform.configure(None, 1000).await.unwrap(), 1000);
    assert_eq!(terraform.read("default", 1000).await.unwrap(), b"", "there is none yet");
    for length in [1_u32, 999, 1000, 1001, 3000, 12_345] {
        let state: Vec<u8> = (0..length).map(|byte| byte.to_le_bytes()[0]).collect();
        terraform.write("default", &state, 1000).await.unwrap();
        assert_eq!(terraform.read("default", 1000).await.unwrap(), state);
    }
    terraform.write("staging", b"{}", 1000).await.unwrap();
    assert_eq!(terraform.list().await, ["default", "staging"]);
    terraform.delete("default").await.unwrap();
    terraform.delete("default").await.unwrap();
    assert_eq!(terraform.list().await, ["staging"]);
    let files = std::fs::read_dir(terraform.folder.path()).unwrap().count();
    assert_eq!(files, 1, "nothing else is left");
}

#[tokio::test]
async fn a_state_that_is_not_whole_changes_nothing() {
    let mut terraform = Terraform::new().await;
    terraform.configure(None, 4).await.unwrap();
    terraform.write("default", b"as it was", 4).await.unwrap();
    let damaged = |what: &str| {
        format!(
            "Damaged state: The state that Terraform sent is not whole, so it is not stored: {what}. Run the command \
             again."
        )
    };
    let cut_off = pieces("default", b"as it will be", 4)[..2].to_vec();
    assert_eq!(terraform.send(cut_off).await, Err(damaged("8 of 13 bytes have come")));
    assert_eq!(
        terraform.write("default", b"as it will be", 5).await,
        Err(damaged("a piece has 5 bytes, agreed on were 4"))
    );
    let mut turned = pieces("default", b"as it will be", 4);
    turned.swap(1, 2);
    assert_eq!(
        terraform.send(turned).await,
        Err(damaged("a piece is from 8 to 11, expected was 4 to 7"))
    );
    let mut nameless = pieces("default", b"as it will be", 4);
    nameless[0].meta = None;
    assert_eq!(
        terraform.send(nameless).await,
        Err("State was not sent: Terraform did not say which state it is.".to_owned())
    );
    assert_eq!(
        terraform.send(Vec::new()).await,
        Err("State was not sent: Terraform sent nothing. Run it again.".to_owned())
    );
    assert_eq!(terraform.read("default", 4).await.unwrap(), b"as it was");
}

#[tokio::test]
async fn one_holds_a_state_and_says_so_to_the_others() {
    let mut terraform = Terraform::new().await;
    terraform.configure(None, 0).await.unwrap();
    let lock = terraform.lock("default", "apply").await.unwrap();
    assert_eq!(
        terraform.lock("default", "plan").await,
        Err(format!(
            "State is locked: The state \"default\" is in use: apply. Wait until that has ended. If it died, give the \
             state free with `terraform force-unlock {lock}`."
        ))
    );
    let other = terraform.lock("staging", "plan").await.unwrap();
    assert_eq!(
        terraform.unlock("default", &other).await,
        Err("Not this lock: The lock of \"default\" is another one, or is gone. Nothing was done."
            .to_owned())
    );
    terraform.unlock("default", &lock).await.unwrap();
    terraform.lock("default", "plan").await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_used_is_told() {
    let mut terraform = Terraform::new().await;
    assert_eq!(
        terraform.lock("default", "plan").await,
        Err("State store not configured: The state store `states_folder` was used before it was configured.".to_owned())
    );
    let missing = terraform.configure(Some("/no/such/folder"), 1).await.unwrap_err();
    assert!(missing.starts_with("The file system refused: No such file"), "{missing}");
    assert_eq!(terraform.configure(None, i64::MAX).await.unwrap(), 128 << 20);
    let outside = terraform.read("../secrets", 1).await.unwrap_err();
    assert!(outside.starts_with("No name of a state: "), "{outside}");

    let request = proto::get_states::Request { type_name: "states_tape".to_owned() };
    let answer = terraform.client.get_states(request).await.unwrap().into_inner();
    assert_eq!(
        told(&answer.diagnostics),
        Err("No such state store: This provider has no state store `states_tape`. Use a version of the provider that \
             has it."
            .to_owned())
    );
    // The calls are there for everybody; nobody is turned away by the transport.
    let nothing = proto::get_provider_schema::Request {};
    let schema = terraform.client.get_provider_schema(nothing).await;
    assert_ne!(schema.as_ref().err().map(tonic::Status::code), Some(Code::Unimplemented));
    assert!(schema.unwrap().into_inner().state_store_schemas.contains_key(KIND));
}
