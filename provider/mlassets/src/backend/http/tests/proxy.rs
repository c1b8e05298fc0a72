//! A proxy before the real server that spoils chosen exchanges of HTTP, as networks and gateways do.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::read_raw_request;
pub(in crate::backend) use crate::backend::tests::proxy::When;

/// What becomes of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::backend) enum Fault {
    /// The request never arrives; the connection ends.
    CutBefore,
    /// The server does as asked; its answer never arrives.
    CutAfter,
    /// The server does as asked; half of its answer arrives.
    HalfAnswer,
    /// The server does as asked; the answer does not arrive while the client waits.
    Stall,
    /// The server does as asked; a gateway says that it did not answer.
    BadGateway,
    /// The server is too busy to do anything.
    Busy,
}

impl Fault {
    pub(in crate::backend) const ALL: [Self; 6] = [
        Self::CutBefore,
        Self::CutAfter,
        Self::HalfAnswer,
        Self::Stall,
        Self::BadGateway,
        Self::Busy,
    ];
}

#[derive(Debug)]
struct Plan {
    fault: Fault,
    when: When,
    seen: usize,
    /// Those of them that change something.
    writes: Vec<usize>,
}

/// A proxy on a port of its own; it ends with the runtime of its test.
pub(in crate::backend) struct Proxy {
    pub(in crate::backend) port: u16,
    plan: Arc<Mutex<Plan>>,
}

impl Proxy {
    /// A proxy before the server at `upstream`, `host:port`.
    pub(in crate::backend) async fn start(upstream: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let plan = Arc::new(Mutex::new(Plan::new(Fault::Busy, When::Never)));
        let shared = Arc::clone(&plan);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(exchange(stream, upstream.clone(), Arc::clone(&shared)));
            }
        });
        Self { port, plan }
    }

    /// Spoils exchanges from now on.
    pub(in crate::backend) fn spoil(&self, fault: Fault, when: When) {
        *self.plan.lock().unwrap() = Plan::new(fault, when);
    }

    /// How many exchanges there were since the last [`Proxy::spoil`].
    pub(in crate::backend) fn seen(&self) -> usize {
        self.plan.lock().unwrap().seen
    }

    /// Which of them were no `GET`.
    pub(in crate::backend) fn writes(&self) -> Vec<usize> {
        self.plan.lock().unwrap().writes.clone()
    }
}

impl Plan {
    fn new(fault: Fault, when: When) -> Self {
        Self { fault, when, seen: 0, writes: Vec::new() }
    }

    /// What becomes of the next exchange.
    fn next(&mut self, request: &[u8]) -> Option<Fault> {
        let number = self.seen;
        if !request.starts_with(b"GET ") {
            self.writes.push(number);
        }
        self.seen += 1;
        self.when.is_now(number).then_some(self.fault)
    }
}

/// One request and its answer; a client that goes away ends it.
async fn exchange(mut client: TcpStream, upstream: String, plan: Arc<Mutex<Plan>>) -> Option<()> {
    let request = read_raw_request(&mut client).await?;
    let fault = plan.lock().unwrap().next(&request);
    match fault {
        Some(Fault::CutBefore) => return None,
        Some(Fault::Busy) => return answer(&mut client, 503).await,
        _ => {}
    }
    let given = ask(&upstream, &request).await?;
    match fault {
        Some(Fault::CutAfter) => None,
        Some(Fault::BadGateway) => answer(&mut client, 502).await,
        Some(Fault::HalfAnswer) => client.write_all(&given[..given.len() / 2]).await.ok(),
        Some(Fault::Stall) => client.read(&mut [0; 1]).await.ok().map(drop),
        _ => client.write_all(&given).await.ok(),
    }
}

async fn answer(client: &mut TcpStream, status: u16) -> Option<()> {
    let text = format!("HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    client.write_all(text.as_bytes()).await.ok()
}

/// The whole answer of the server, which closes the connection after it.
async fn ask(upstream: &str, request: &[u8]) -> Option<Vec<u8>> {
    let end = request.windows(2).position(|pair| pair == b"\r\n")? + 2;
    let mut server = TcpStream::connect(upstream).await.ok()?;
    server.write_all(&request[..end]).await.ok()?;
    server.write_all(b"Connection: close\r\n").await.ok()?;
    server.write_all(&request[end..]).await.ok()?;
    let mut given = Vec::new();
    server.read_to_end(&mut given).await.ok()?;
    Some(given)
}
