//! A Prefect server that plays a script.

use crate::backend::prefect::{Config, Prefect};
use crate::backend::tests::scripted::{Heard, Scripted};
pub(super) use crate::backend::tests::scripted::{Reply, quick, reply};

/// The answer of a server without CSRF protection to the question for a token.
pub(super) fn no_csrf() -> Reply {
    reply(422, r#"{"detail":"CSRF protection is disabled."}"#)
}

pub(super) struct Fake {
    server: Scripted,
    pub(super) port: u16,
}

impl Fake {
    pub(super) async fn start(script: impl IntoIterator<Item = Reply>) -> Self {
        let server = Scripted::start(script).await;
        let port = server.port;
        Self { server, port }
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/api", self.port)
    }

    /// A client of this server that waits milliseconds where a real one waits seconds.
    pub(super) fn client(&self) -> Prefect {
        self.client_with(|_| {})
    }

    pub(super) fn client_with(&self, change: impl FnOnce(&mut Config)) -> Prefect {
        let mut config = Config::new(self.url());
        change(&mut config);
        Prefect::with_policy(&config, quick()).unwrap()
    }

    /// Method, path and body of each request so far, and the CSRF token in angle brackets.
    pub(super) fn heard(&self) -> Vec<String> {
        self.server.heard().iter().map(told).collect()
    }
}

fn told(request: &Heard) -> String {
    let line = request.line.split("?client=").next().unwrap_or_default();
    let token = request.header("prefect-csrf-token");
    let token = token.map(|token| format!(" <{token}>")).unwrap_or_default();
    let body = &request.body;
    let body = if body.is_empty() { String::new() } else { format!(" {body}") };
    format!("{line}{token}{body}")
}
