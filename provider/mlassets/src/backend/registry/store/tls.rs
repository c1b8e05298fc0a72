//! TLS to a PostgreSQL server, with the meaning that libpq gives to `sslmode`.

use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{self, CryptoProvider};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::backend::registry::Result;
use crate::backend::registry::error::Error;
use crate::backend::registry::location::TlsMode;

/// A connector for the mode, or `None` for no TLS.
///
/// As with libpq, `require` with a root certificate checks the chain, and `prefer` checks nothing.
pub(super) fn connector(
    place: &str,
    mode: TlsMode,
    root_cert: Option<&Path>,
) -> Result<Option<MakeRustlsConnect>> {
    let verifier = match (mode, root_cert) {
        (TlsMode::Disable, _) => return Ok(None),
        (TlsMode::VerifyFull, None) => return native(place).map(Some),
        (TlsMode::VerifyFull, Some(path)) => {
            let config = builder().with_root_certificates(roots(path)?).with_no_client_auth();
            return Ok(Some(MakeRustlsConnect::new(config)));
        }
        (TlsMode::VerifyCa | TlsMode::Require, Some(path)) => {
            let roots = Arc::new(roots(path)?);
            let inner = WebPkiServerVerifier::builder_with_provider(roots, provider()).build();
            let inner = inner.map_err(|error| unusable(path, error.to_string()))?;
            AnyName { chain: Some(inner), provider: provider() }
        }
        (TlsMode::VerifyCa | TlsMode::Require | TlsMode::Prefer, _) => {
            AnyName { chain: None, provider: provider() }
        }
    };
    let config = builder()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(Some(MakeRustlsConnect::new(config)))
}

fn native(place: &str) -> Result<MakeRustlsConnect> {
    match MakeRustlsConnect::with_native_certs() {
        Ok((connector, _)) => Ok(connector),
        Err(_) => Err(Error::Connect {
            place: place.into(),
            message:
                "the system has no root certificates; add sslrootcert=<PEM file> to the address"
                    .into(),
        }),
    }
}

fn builder() -> rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier> {
    ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("aws-lc-rs has the cipher suites of TLS 1.2 and 1.3")
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(crypto::aws_lc_rs::default_provider())
}

fn roots(path: &Path) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    let certificates = CertificateDer::pem_file_iter(path);
    for certificate in certificates.map_err(|error| unusable(path, error.to_string()))? {
        let certificate = certificate.map_err(|error| unusable(path, error.to_string()))?;
        roots.add(certificate).map_err(|error| unusable(path, error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(unusable(path, "it holds no certificate in PEM form".into()));
    }
    Ok(roots)
}

fn unusable(path: &Path, message: String) -> Error {
    Error::File { action: "use the root certificate", path: path.into(), message }
}

/// Checks a certificate's chain or nothing, and never its name.
#[derive(Debug)]
struct AnyName {
    chain: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for AnyName {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(chain) = &self.chain else { return Ok(ServerCertVerified::assertion()) };
        let checked =
            chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match checked {
            // The verifier looks at the name only once the chain has proved good.
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            checked => checked,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        crypto::verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        crypto::verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
