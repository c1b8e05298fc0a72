//! A Redis server with settings of its own.

use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// A server that ends with its value, and with the process of the tests.
pub(super) struct Server {
    shell: Child,
    port: u16,
    _folder: TempDir,
}

/// The shell ends the server when the other end of its input is closed, however that happens.
const WITH_US: &str = "\"$@\" & read -r _; kill $! 2>/dev/null; wait";

impl Server {
    pub(super) async fn start(settings: &[&str]) -> Self {
        let program = std::env::var("MLASSETS_TEST_REDIS_SERVER")
            .expect("`cargo xtask test` says which program is the Redis server");
        for _ in 0..5 {
            let port = free_port();
            let folder = tempfile::tempdir().expect("a temporary folder");
            let shell = Command::new("/bin/sh")
                .args(["-c", WITH_US, "server", &program, "--port", &port.to_string()])
                .args(["--bind", "127.0.0.1", "--save", "", "--dir"])
                .arg(folder.path())
                .args(settings)
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("a shell can be started");
            let server = Server { shell, port, _folder: folder };
            for _ in 0..600 {
                if tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_ok() {
                    return server;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        panic!("no Redis server comes up with {settings:?}");
    }

    /// Its address, with `user:password` if there are any.
    pub(super) fn url(&self, login: &str) -> String {
        let at = if login.is_empty() { "" } else { "@" };
        format!("redis://{login}{at}127.0.0.1:{}", self.port)
    }
}

/// A port that was free a moment ago. In a cluster, a server needs the one 10000 above it as well.
fn free_port() -> u16 {
    let free =
        || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("the loopback has a free port");
    let held: Vec<_> = (0..64).map(|_| free()).collect();
    let mut ports = held.iter().map(|held| held.local_addr().expect("it is bound").port());
    ports.find(|port| *port < 55_000).expect("some ports are low")
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        // It has ended by itself otherwise.
        let _ = self.shell.wait();
    }
}
