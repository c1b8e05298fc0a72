//! An HTTP server for tests that plays a script: each connection gets the next of the scripted answers, and what
//! was asked is kept for the test to look at.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::backend::retry::Policy;

/// What the server does with one request.
#[derive(Clone, Debug)]
pub(in crate::backend) enum Reply {
    /// Answers with this status, these header lines and this body.
    Answer(u16, &'static str, String),
    /// Reads the request and closes the connection.
    Hangup,
    /// Announces a longer body than it sends.
    HalfBody(u16),
    /// Reads the request and says nothing until the client leaves.
    Silence,
}

pub(in crate::backend) fn reply(status: u16, body: &str) -> Reply {
    Reply::Answer(status, "", body.to_owned())
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(in crate::backend) struct Heard {
    /// Method and target.
    pub(in crate::backend) line: String,
    head: String,
    pub(in crate::backend) body: String,
}

impl Heard {
    pub(in crate::backend) fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }
}

/// The server; it ends with the runtime of its test.
pub(in crate::backend) struct Scripted {
    pub(in crate::backend) port: u16,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Scripted {
    /// Starts the server. After the script each request is answered with 599, which fails any test.
    pub(in crate::backend) async fn start(script: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let script = Arc::new(Mutex::new(script.into_iter().collect::<VecDeque<_>>()));
        let log = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&log)));
            }
        });
        Self { port, heard }
    }

    /// The requests so far.
    pub(in crate::backend) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }
}

/// Bounds that wait milliseconds where real ones wait seconds.
pub(in crate::backend) fn quick() -> Policy {
    Policy {
        tries: 4,
        busy_tries: 4,
        first: Duration::from_millis(2),
        longest: Duration::from_millis(4),
        total: Duration::from_secs(30),
    }
}

async fn serve(
    mut stream: TcpStream,
    script: Arc<Mutex<VecDeque<Reply>>>,
    heard: Arc<Mutex<Vec<Heard>>>,
) {
    let Some(request) = read_request(&mut stream).await else {
        // A TLS client gets what a plain server would say to it.
        let _ = stream.write_all(b"HTTP/1.1 400 X\r\n\r\n").await;
        return;
    };
    heard.lock().unwrap().push(request);
    let reply = script.lock().unwrap().pop_front();
    let text = match reply.unwrap_or_else(reply_to_the_unexpected) {
        Reply::Answer(status, headers, body) => {
            let length = if status == 204 {
                String::new()
            } else {
                format!("Content-Length: {}\r\n", body.len())
            };
            format!("HTTP/1.1 {status} X\r\nConnection: close\r\n{length}{headers}\r\n{body}")
        }
        Reply::HalfBody(status) => {
            format!("HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: 100\r\n\r\n{{")
        }
        Reply::Hangup => return,
        Reply::Silence => {
            let _ = stream.read(&mut [0; 1]).await;
            return;
        }
    };
    let _ = stream.write_all(text.as_bytes()).await;
    let _ = stream.shutdown().await;
}

fn reply_to_the_unexpected() -> Reply {
    reply(599, "the script is over")
}

async fn read_request(stream: &mut TcpStream) -> Option<Heard> {
    let bytes = read_raw_request(stream).await?;
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let line = head.lines().next()?.strip_suffix(" HTTP/1.1")?;
    Some(Heard { line: line.to_owned(), head: head.to_owned(), body: body.to_owned() })
}

/// The bytes of one request; nothing if the client speaks TLS or leaves.
pub(in crate::backend) async fn read_raw_request(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&chunk[..read]);
        if !bytes[0].is_ascii_uppercase() {
            return None;
        }
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]);
        let length = header(&head, "content-length").map_or(0, |length| length.parse().unwrap());
        if bytes.len() >= end + 4 + length {
            return Some(bytes);
        }
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}
