//! The host's side: starts a provider, reads where it is, connects to it.

use std::env;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::process::Stdio;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, PKCS_ECDSA_P521_SHA512};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, BufReader};
use tokio::net::UnixStream;
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tonic::codegen::{Service, http::Uri};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};

use super::provider::{ARGUMENTS, ENTRY};
use crate::serve::handshake::COOKIE;
use crate::wire::generated::plugin::Empty;
use crate::wire::generated::plugin::grpc_controller_client::GrpcControllerClient;
use crate::wire::generated::tfplugin6::provider_client::ProviderClient;
use crate::wire::generated::tfplugin6::{DynamicValue, get_provider_schema, read_resource};

/// Long enough for a busy machine; reached only by a provider that hangs.
const PATIENCE: Duration = Duration::from_mins(1);

/// A host's certificate and key, of the same kind as Terraform's.
pub(super) struct Identity {
    certificate: CertificateDer<'static>,
    key: PrivatePkcs8KeyDer<'static>,
    pub(super) pem: String,
}

impl Identity {
    pub(super) fn new() -> Self {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512).unwrap();
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap();
        Self {
            certificate: certificate.der().clone(),
            key: key.serialize_der().into(),
            pem: certificate.pem(),
        }
    }
}

/// How to start a provider.
pub(super) struct Start {
    command: Command,
    folder: TempDir,
}

impl Start {
    /// A provider with these arguments, in an environment of its own.
    pub(super) fn new(arguments: &str) -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--exact", ENTRY, "--nocapture"]);
        Self::command(command, arguments)
    }

    /// The same below a shell, which goes when its standard input ends.
    pub(super) fn below_shell() -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", "\"$@\" & read line", "sh"]).arg(env::current_exe().unwrap());
        command.args(["--exact", ENTRY, "--nocapture"]);
        Self::command(command, "")
    }

    fn command(mut command: Command, arguments: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        command.env_clear().env(ARGUMENTS, arguments).env("TMPDIR", folder.path());
        Self { command, folder }
    }

    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// What Terraform sets.
    pub(super) fn like_terraform(self, identity: &Identity) -> Self {
        self.with("TF_PLUGIN_MAGIC_COOKIE", COOKIE)
            .with("PLUGIN_PROTOCOL_VERSIONS", "6,5")
            .with("PLUGIN_MIN_PORT", "10000")
            .with("PLUGIN_MAX_PORT", "25000")
            .with("PLUGIN_CLIENT_CERT", &identity.pem)
    }

    pub(super) fn spawn(mut self) -> Started {
        let pipes = self.command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = pipes.stderr(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Started { child, output, folder: self.folder }
    }

    /// Exit code, stdout without the test runner's lines, and stderr.
    pub(super) async fn finish(self) -> (Option<i32>, String, String) {
        self.spawn().finish().await
    }
}

/// A provider that runs.
pub(super) struct Started {
    child: Child,
    output: BufReader<ChildStdout>,
    folder: TempDir,
}

impl Started {
    /// The next line of stdout that begins with `start`, without its end.
    pub(super) async fn line(&mut self, start: &str) -> String {
        let mut line = String::new();
        while !line.starts_with(start) {
            line.clear();
            let read = timeout(PATIENCE, self.output.read_line(&mut line)).await.unwrap().unwrap();
            assert_ne!(read, 0, "the provider ended before it wrote {start}");
        }
        line.trim_end().to_owned()
    }

    /// Reads the handshake line.
    pub(super) async fn handshake(&mut self) -> Connector {
        let line = self.line("1|").await;
        let fields: Vec<_> = line.split('|').collect();
        let [_, _, "unix", path, "grpc", certificate] = fields[..] else {
            panic!("unexpected handshake {line:?}");
        };
        let server = STANDARD_NO_PAD.decode(certificate).unwrap().into();
        Connector { path: path.into(), server: Some(server), identity: None }
    }

    pub(super) async fn signal(&self, name: &str) {
        let process = self.child.id().unwrap().to_string();
        let status = Command::new("kill").args(["-s", name, &process]).status().await.unwrap();
        assert!(status.success());
    }

    pub(super) fn close_input(&mut self) {
        drop(self.child.stdin.take());
    }

    /// Waits for the end. Nothing may stay in the temporary folder.
    pub(super) async fn finish(mut self) -> (Option<i32>, String, String) {
        let (mut output, mut errors) = (String::new(), String::new());
        let mut stderr = self.child.stderr.take().unwrap();
        let all = async {
            let read = tokio::join!(
                self.output.read_to_string(&mut output),
                stderr.read_to_string(&mut errors)
            );
            read.0.and(read.1).unwrap();
            self.child.wait().await.unwrap()
        };
        let status = timeout(PATIENCE, all).await.expect("the provider does not end");
        assert_eq!(self.folder.path().read_dir().unwrap().count(), 0, "files stayed behind");
        let output = output.trim_start().trim_start_matches("running 1 test").trim_start();
        (status.code(), output.to_owned(), errors)
    }
}

/// Connects to a provider, with TLS if it has a certificate.
#[derive(Clone)]
pub(super) struct Connector {
    pub(super) path: PathBuf,
    pub(super) server: Option<CertificateDer<'static>>,
    identity: Option<(CertificateDer<'static>, Vec<u8>)>,
}

impl Connector {
    pub(super) fn plain(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), server: None, identity: None }
    }

    pub(super) fn identity(mut self, identity: &Identity) -> Self {
        let key = identity.key.secret_pkcs8_der().to_vec();
        self.identity = Some((identity.certificate.clone(), key));
        self
    }

    pub(super) async fn channel(&self) -> Result<Channel, tonic::transport::Error> {
        Endpoint::from_static("http://localhost").connect_with_connector(self.clone()).await
    }

    async fn connect(self) -> io::Result<TokioIo<Box<dyn Io>>> {
        let stream = UnixStream::connect(&self.path).await?;
        let Some(server) = self.server else {
            return Ok(TokioIo::new(Box::new(stream)));
        };
        let mut roots = RootCertStore::empty();
        roots.add(server).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let mut config = match self.identity {
            Some((certificate, key)) => {
                let key = PrivatePkcs8KeyDer::from(key).into();
                config.with_client_auth_cert(vec![certificate], key).unwrap()
            }
            None => config.with_no_client_auth(),
        };
        config.alpn_protocols = vec![b"h2".to_vec()];
        let name = ServerName::try_from("localhost").unwrap();
        let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
        Ok(TokioIo::new(Box::new(stream)))
    }
}

pub(super) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

impl Service<Uri> for Connector {
    type Response = TokioIo<Box<dyn Io>>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect())
    }
}

/// Calls `ReadResource`, whose type name tells the provider what to do.
pub(super) async fn read(
    channel: &Channel,
    type_name: &str,
    state: Vec<u8>,
) -> Result<usize, Status> {
    let state = DynamicValue { msgpack: state.into(), ..Default::default() };
    let request = read_resource::Request {
        type_name: type_name.to_owned(),
        current_state: Some(state),
        ..Default::default()
    };
    let client = ProviderClient::new(channel.clone());
    let answer = client.max_decoding_message_size(usize::MAX).read_resource(request).await?;
    Ok(answer.into_inner().new_state.map_or(0, |state| state.msgpack.len()))
}

/// Whether the provider answers calls.
pub(super) async fn serves(channel: &Channel) -> bool {
    let request = get_provider_schema::Request {};
    let answer = ProviderClient::new(channel.clone()).get_provider_schema(request).await;
    answer.is_ok_and(|answer| answer.into_inner().provider.is_some())
}

/// Asks the provider to end. The answer must come.
pub(super) async fn shutdown(channel: &Channel) {
    GrpcControllerClient::new(channel.clone()).shutdown(Empty {}).await.unwrap();
}

/// Whether a peer with this connector is kept from every service.
pub(super) async fn is_refused(connector: &Connector) -> bool {
    let Ok(channel) = connector.channel().await else {
        return true;
    };
    let answer = GrpcControllerClient::new(channel.clone()).shutdown(Empty {}).await;
    let denied = matches!(answer, Err(status) if status.code() != Code::Unimplemented);
    denied && !serves(&channel).await
}
