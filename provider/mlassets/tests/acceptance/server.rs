//! An HTTP server that answers as a test wants it to, for what no real server can be made to do.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

/// A request as it came.
pub(crate) struct Request {
    /// All lines before the body.
    pub(crate) head: String,
    pub(crate) body: String,
}

/// A server on a port of its own; it ends with the process of the tests.
pub(crate) struct Server {
    pub(crate) port: u16,
}

impl Server {
    /// `answer` gives status, further header lines, and body.
    pub(crate) fn start(
        answer: impl Fn(&Request) -> (u16, String, String) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("the loopback has a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let answer = Arc::new(answer);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let answer = Arc::clone(&answer);
                // A client that goes away in the middle is its own business.
                thread::spawn(move || drop(exchange(&stream, &*answer)));
            }
        });
        Server { port }
    }

    /// The URL of a Prefect API there.
    pub(crate) fn api_url(&self) -> String {
        format!("http://127.0.0.1:{}/api", self.port)
    }
}

fn exchange(
    stream: &TcpStream,
    answer: &impl Fn(&Request) -> (u16, String, String),
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut head = String::new();
    while reader.read_line(&mut head)? > 2 {}
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    let body = String::from_utf8_lossy(&body).into_owned();
    let (status, headers, body) = answer(&Request { head, body });
    let mut writer = stream;
    write!(
        writer,
        "HTTP/1.1 {status} Answer\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
}
