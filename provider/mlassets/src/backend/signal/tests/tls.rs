//! TLS, as services in front of Redis do it: they end it and pass on what is in it.

use std::net::Ipv4Addr;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::{given, shared};
use crate::backend::signal::{Config, Error, Signals};

/// An authority, and what it has signed.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new([]).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Authority(
            CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key"))
                .expect("it signs itself"),
        )
    }

    fn signs(&self, name: &str, purpose: ExtendedKeyUsagePurpose) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new([name.to_owned()]).expect("a name");
        params.extended_key_usages.push(purpose);
        (params.signed_by(&key, &self.0).expect("the authority signs"), key)
    }

    /// A front of the test's server that shows a certificate for `localhost`, and asks for one if it is to.
    async fn fronts(&self, asks: bool) -> String {
        let (certificate, key) = self.signs("localhost", ExtendedKeyUsagePurpose::ServerAuth);
        crate::backend::tls::choose();
        let builder = ServerConfig::builder();
        let builder = if asks {
            let mut roots = RootCertStore::empty();
            roots.add(self.0.der().clone()).expect("a certificate of ours");
            let verifier =
                WebPkiClientVerifier::builder(Arc::new(roots)).build().expect("an authority");
            builder.with_client_cert_verifier(verifier)
        } else {
            builder.with_no_client_auth()
        };
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let config = builder
            .with_single_cert(vec![certificate.der().clone()], key)
            .expect("they belong together");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("the loopback has a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let behind = shared().trim_start_matches("redis://").to_owned();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, behind) = (acceptor.clone(), behind.clone());
                tokio::spawn(async move {
                    // A client that does not trust us is what some tests are about.
                    let Ok(mut front) = acceptor.accept(stream).await else { return };
                    let mut back =
                        TcpStream::connect(behind).await.expect("the test's server answers");
                    let _ = copy_bidirectional(&mut front, &mut back).await;
                });
            }
        });
        format!("rediss://localhost:{port}")
    }
}

fn signals(url: &str, trusted: &Authority, client: Option<(String, String)>) -> Signals {
    let config = Config {
        key_prefix: format!("test:{}", uuid::Uuid::new_v4().simple()),
        ca_certificate: Some(trusted.0.pem()),
        client_certificate: client.map(|(chain, key)| (chain, key.into())),
        ..Config::new(url, "tester")
    };
    Signals::new(&config).expect("the settings are complete")
}

#[tokio::test]
async fn only_a_server_that_is_trusted_is_spoken_to() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let url = authority.fronts(false).await;
    assert!(signals(&url, &authority, None).set(&given("x")).await.unwrap().is_changed);

    let error = signals(&url, &stranger, None).set(&given("x")).await.unwrap_err();
    assert!(
        matches!(error, Error::Unreachable { .. }) && error.to_string().contains("certificate"),
        "{error}"
    );
    let other_name = url.replace("localhost", "127.0.0.1");
    let error = signals(&other_name, &authority, None).set(&given("x")).await.unwrap_err();
    assert!(
        matches!(error, Error::Unreachable { .. }) && error.to_string().contains("certificate"),
        "{error}"
    );
}

#[tokio::test]
async fn a_server_may_ask_who_we_are() {
    let authority = Authority::new();
    let url = authority.fronts(true).await;
    let (certificate, key) = authority.signs("terraform", ExtendedKeyUsagePurpose::ClientAuth);
    let client = Some((certificate.pem(), key.serialize_pem()));
    assert!(signals(&url, &authority, client).set(&given("x")).await.unwrap().is_changed);
    let error = signals(&url, &authority, None).set(&given("x")).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. } | Error::Lost { .. }), "{error}");
}
