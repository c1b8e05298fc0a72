//! Connections to a plugin: a unix socket, TLS in which each side knows the other's certificate, HTTP/2.
//!
//! A plugin's certificate may call itself an authority, as those of Go plugins do, so it is compared byte for
//! byte; that the plugin holds its key is checked as ever.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use anyhow::{Context as _, Result};
use hyper_util::rt::TokioIo;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use tokio::net::UnixStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tonic::codegen::{Service, http::Uri};
use tonic::transport::{Channel, Endpoint};

use crate::handshake::Address;
use crate::identity::Identity;

/// The name that plugins bear.
const SERVER_NAME: &str = "localhost";

/// As a Go host has them, in bytes: what a plugin may send before it was read.
const STREAM_WINDOW: u32 = 1 << 20;
const CONNECTION_WINDOW: u32 = 4 << 20;

/// Makes connections to one plugin.
#[derive(Clone)]
pub(crate) struct Connector {
    socket: PathBuf,
    tls: TlsConnector,
}

impl Connector {
    pub(crate) fn new(address: &Address, identity: &Identity) -> Result<Self> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier =
            PinnedPlugin { plugin: address.certificate.clone(), provider: Arc::clone(&provider) };
        let (chain, key) = identity.presented();
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_client_auth_cert(chain, key)?;
        config.alpn_protocols = vec![b"h2".to_vec()];
        Ok(Self { socket: address.socket.clone(), tls: TlsConnector::from(Arc::new(config)) })
    }

    /// A connection of its own.
    pub(crate) async fn channel(&self) -> Result<Channel> {
        Endpoint::from_static("http://localhost")
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .connect_with_connector(self.clone())
            .await
            .with_context(|| format!("cannot connect to {}", self.socket.display()))
    }

    async fn connect(self) -> io::Result<TokioIo<TlsStream<UnixStream>>> {
        let stream = UnixStream::connect(&self.socket).await?;
        let name = ServerName::try_from(SERVER_NAME).expect("`localhost` is a name");
        Ok(TokioIo::new(self.tls.connect(name, stream).await?))
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").field("socket", &self.socket).finish_non_exhaustive()
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<TlsStream<UnixStream>>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect())
    }
}

/// Accepts the one plugin whose certificate stood in the handshake line.
#[derive(Debug)]
struct PinnedPlugin {
    plugin: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for PinnedPlugin {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if certificate.as_ref() == self.plugin.as_ref() {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
