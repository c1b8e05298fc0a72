//! Stands for Slack and PagerDuty, and keeps what they are told.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value as Json;

use crate::harness::Workspace;

/// A key that no message may show.
pub(crate) const KEY: &str = "hunter2hunter2";

/// A server on a port of its own; it ends with the test's process.
pub(crate) struct Receiver {
    port: u16,
    told: Arc<Mutex<Vec<(String, Json)>>>,
}

impl Receiver {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
        let port = listener.local_addr().expect("it is bound").port();
        let told = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&told);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut reader = BufReader::new(stream);
                let mut lines = reader.by_ref().lines().map_while(Result::ok);
                let Some(path) =
                    lines.next().and_then(|line| Some(line.split(' ').nth(1)?.to_owned()))
                else {
                    continue;
                };
                let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
                let length = head.iter().find_map(|line| {
                    line.to_lowercase().strip_prefix("content-length: ")?.parse().ok()
                });
                let mut body = vec![0; length.unwrap_or(0)];
                if reader.read_exact(&mut body).is_err() {
                    continue;
                }
                let body: Json = serde_json::from_slice(&body).unwrap_or_default();
                let answer = match path.as_str() {
                    path if path.starts_with("/services/") => ("200 OK", "ok"),
                    "/v2/enqueue" if body["routing_key"] == KEY => {
                        ("202 Accepted", r#"{"status":"success"}"#)
                    }
                    _ => ("400 Bad Request", r#"{"errors":["Invalid routing key"]}"#),
                };
                log.lock().expect("nobody panics holding it").push((path, body));
                let _ = write!(
                    reader.get_mut(),
                    "HTTP/1.1 {}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{}",
                    answer.0,
                    answer.1.len(),
                    answer.1
                );
            }
        });
        Self { port, told }
    }

    /// A workspace whose environment leads here.
    pub(crate) fn known_to(&self, workspace: Workspace) -> Workspace {
        workspace
            .env(
                "SLACK_WEBHOOK_URL",
                format!("http://127.0.0.1:{}/services/T0/B0/{KEY}", self.port),
            )
            .env("PAGERDUTY_ROUTING_KEY", KEY)
            .env("PAGERDUTY_EVENTS_URL", format!("http://127.0.0.1:{}/v2/enqueue", self.port))
    }

    /// Path and body of each request since the last question.
    pub(crate) fn told(&self) -> Vec<(String, Json)> {
        std::mem::take(&mut *self.told.lock().expect("nobody panics holding it"))
    }
}
