//! `AutoMTLS`: each side knows the other's certificate from the environment or
//! the handshake line, and accepts that one alone.
//!
//! The host's certificate is a P-521 one that calls itself an authority. Path
//! validation would refuse it in this place, so it is compared byte for byte;
//! the proof that the host holds its key is checked by aws-lc-rs, the one
//! provider for rustls that knows P-521.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, UnixTime};
use rustls::server::NoServerSessionStorage;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName as SubjectName, Error, ServerConfig,
    SignatureScheme,
};

use super::environment::Environment;
use super::error::ServeError;

/// The name that hosts expect in the server certificate.
const SERVER_NAME: &str = "localhost";

/// Everything for the server's side of TLS.
#[derive(Debug)]
pub(crate) struct ServerTls {
    pub(crate) config: Arc<ServerConfig>,
    /// For the handshake line.
    pub(crate) certificate: String,
}

impl ServerTls {
    /// Makes a fresh certificate and pins that of the host.
    pub(crate) fn new(host: CertificateDer<'static>) -> Result<Self, ServeError> {
        let failed = |error: &dyn ToString| ServeError::Tls { reason: error.to_string() };
        let (certificate, key) = server_certificate().map_err(|error| failed(&error))?;
        let encoded = STANDARD_NO_PAD.encode(&certificate);
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = PinnedHost { host, provider: Arc::clone(&provider) };
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| failed(&error))?
            .with_client_cert_verifier(Arc::new(verifier))
            .with_single_cert(vec![certificate], key)
            .map_err(|error| failed(&error))?;
        config.alpn_protocols = vec![b"h2".to_vec()];
        // A host connects once; resumption would only add a way around the pin.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Self { config: Arc::new(config), certificate: encoded })
    }
}

/// The certificate that the host will present.
pub(crate) fn host_certificate(
    environment: &Environment,
) -> Result<CertificateDer<'static>, ServeError> {
    let Some(pem) = environment.variable("PLUGIN_CLIENT_CERT") else {
        let disabled = environment.variable("TF_DISABLE_PLUGIN_TLS").is_some();
        return Err(ServeError::NoClientCertificate { disabled });
    };
    CertificateDer::from_pem_slice(pem.as_bytes())
        .map_err(|error| ServeError::ClientCertificate { reason: error.to_string() })
}

fn server_certificate() -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), rcgen::Error> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = CertificateParams::new(vec![SERVER_NAME.to_owned()])?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, SERVER_NAME);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let certificate = params.self_signed(&key)?.der().clone();
    Ok((certificate, PrivatePkcs8KeyDer::from(key.serialize_der()).into()))
}

/// Accepts one client certificate and no other.
#[derive(Debug)]
struct PinnedHost {
    host: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ClientCertVerifier for PinnedHost {
    fn root_hint_subjects(&self) -> &[SubjectName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        presented: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if presented.as_ref() == self.host.as_ref() {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
