//! Who may speak to the provider that a real Terraform runs: that Terraform, and nobody else.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientConfig, ClientConnection, ResolvesClientCert};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{DigitallySignedStruct, Error, SignatureScheme, StreamOwned};

use crate::harness::Workspace;
use crate::server::Server;

/// What a client of gRPC says first; a server that takes it answers with its settings.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// Long enough for a busy machine; reached only where nothing ever happens.
const PATIENCE: Duration = Duration::from_mins(1);

/// Begins as each record with a TLS alert does.
const ALERT: u8 = 21;

#[test]
fn only_the_host_can_speak_to_the_provider() {
    let (arrived, arrivals) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let (arrived, released) = (Mutex::new(arrived), Mutex::new(released));
    let server = Server::start(move |_| {
        arrived.lock().expect("no panic").send(()).expect("the test waits");
        // Ends when the test drops the other side.
        let _ = released.lock().expect("no panic").recv();
        (401, String::new(), "{}".to_owned())
    });
    let pool = "resource \"mlassets_work_pool\" \"this\" {\n  name = \"held\"\n  base_job_template = \"{}\"\n}\n";
    let workspace = Workspace::new(pool).env("PREFECT_API_URL", server.api_url());
    fs::create_dir(workspace.path("t")).expect("a fresh folder has room");
    let workspace = {
        let folder = workspace.path("t").display().to_string();
        workspace.env("TMPDIR", folder)
    };
    let mut apply = workspace.command(&["apply", "-auto-approve", "-input=false", "-no-color"]);
    let apply = apply.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    arrivals.recv_timeout(PATIENCE).expect("the provider calls its server");

    // From here on the provider runs and waits in the middle of a call.
    let (folder, provider) = folder_of_provider(&workspace.path("t"));
    let socket = folder.join("s");
    others_are_kept_out(&folder, &socket);
    let host = certificate_of_host(&provider);
    speaks_without_tls(&socket);
    speaks_tls(&socket, None);
    let stranger = Stranger::new();
    speaks_tls(&socket, Some(stranger.certified(stranger.certificate.clone())));
    // The certificate is no secret; the key is what counts.
    speaks_tls(&socket, Some(stranger.certified(host)));

    // And the host still can.
    drop(release);
    let output = apply.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("Prefect denied access"), "{said}");
    assert!(!socket.exists(), "the provider leaves nothing behind");
}

/// The folder that the one provider has made, and that provider's folder in `/proc`.
fn folder_of_provider(parent: &Path) -> (PathBuf, PathBuf) {
    let folders = fs::read_dir(parent).expect("a folder of ours").flatten();
    let alive: Vec<_> = folders
        .filter_map(|folder| {
            let name = folder.file_name().into_string().ok()?;
            let id = name.strip_prefix("tfplug-")?.split('-').next()?.to_owned();
            let provider = Path::new("/proc").join(id);
            provider.exists().then(|| (folder.path(), provider))
        })
        .collect();
    let [alive] = alive.try_into().expect("one provider runs");
    alive
}

/// Other users can neither enter the folder nor use the socket.
fn others_are_kept_out(folder: &Path, socket: &Path) {
    let me = fs::metadata("/proc/self").expect("we are there").uid();
    for (path, mode) in [(folder, 0o700), (socket, 0o600)] {
        let found = fs::metadata(path).expect("it is there");
        assert_eq!(
            (found.permissions().mode() & 0o7777, found.uid()),
            (mode, me),
            "{}",
            path.display()
        );
    }
}

/// The certificate that Terraform has given the provider: nothing has turned TLS off.
fn certificate_of_host(provider: &Path) -> CertificateDer<'static> {
    let environment = fs::read(provider.join("environ")).expect("it is our process");
    let variable = |name: &str| {
        let start = format!("{name}=");
        let mut all = environment.split(|byte| *byte == 0);
        all.find_map(|line| line.strip_prefix(start.as_bytes()))
    };
    assert_eq!(variable("TF_DISABLE_PLUGIN_TLS"), None);
    let pem = variable("PLUGIN_CLIENT_CERT").expect("Terraform gives a certificate");
    CertificateDer::from_pem_slice(pem).expect("Terraform gives it as PEM")
}

fn connect(socket: &Path) -> UnixStream {
    let stream = UnixStream::connect(socket).expect("the socket is ours");
    stream.set_read_timeout(Some(PATIENCE)).expect("a socket has a timeout");
    stream
}

/// A connection without TLS gets at most an alert, and is closed.
fn speaks_without_tls(socket: &Path) {
    let mut stream = connect(socket);
    stream.write_all(PREFACE).expect("nobody has read it yet");
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset),
    }
    assert!(answer.is_empty() || (answer[0] == ALERT && answer.len() == 7), "{answer:?}");
}

/// A connection with TLS, with this certificate or none, gets nothing but a refusal.
fn speaks_tls(socket: &Path, certified: Option<CertifiedKey>) {
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider of cryptography knows TLS")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyServer(aws_lc_rs::default_provider())));
    let mut config = match certified {
        None => config.with_no_client_auth(),
        Some(key) => config.with_client_cert_resolver(Arc::new(Always(Arc::new(key)))),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    let name = ServerName::try_from("localhost").expect("a name");
    let connection = ClientConnection::new(Arc::new(config), name).expect("a good configuration");
    let mut stream = StreamOwned::new(connection, connect(socket));
    let mut answer = Vec::new();
    // With TLS 1.3 a client is through before the server has looked at its certificate, and learns
    // by the first read that it was refused.
    let refused = stream.write_all(PREFACE).and_then(|()| stream.read_to_end(&mut answer));
    let error = refused.expect_err("a stranger is refused");
    assert!(is_refusal(&error), "not a refusal: {error:?}");
    assert!(answer.is_empty(), "a stranger hears nothing");
}

/// An alert of TLS, or the closed connection that a client meets which is still writing then.
fn is_refusal(error: &std::io::Error) -> bool {
    let closed = [std::io::ErrorKind::BrokenPipe, std::io::ErrorKind::ConnectionReset];
    closed.contains(&error.kind()) || matches!(error.get_ref(), Some(cause) if cause.is::<Error>())
}

/// Somebody with a key of their own.
struct Stranger {
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl Stranger {
    fn new() -> Self {
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P521_SHA512).expect("a key");
        let params = rcgen::CertificateParams::new(["localhost".to_owned()]).expect("a name");
        let certificate = params.self_signed(&key).expect("our own key signs").der().clone();
        Stranger { certificate, key: PrivateKeyDer::Pkcs8(key.serialize_der().into()) }
    }

    /// This certificate, with the stranger's key whether or not they belong together.
    fn certified(&self, certificate: CertificateDer<'static>) -> CertifiedKey {
        let key = aws_lc_rs::sign::any_supported_type(&self.key).expect("a key of a known type");
        CertifiedKey::new(vec![certificate], key)
    }
}

/// Presents one certificate whatever the server asks for.
#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl ResolvesClientCert for Always {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// Takes any server: a stranger does not care whom it speaks to.
#[derive(Debug)]
struct AnyServer(CryptoProvider);

impl ServerCertVerifier for AnyServer {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
