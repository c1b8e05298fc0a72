//! One JSON document posted until it is taken, refused, or tried often enough.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, StatusCode, redirect};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use url::Url;

use super::{Error, Service};
use crate::backend::retry::{Policy, Tries, retry_after};
use crate::backend::tls;

/// No answer of these services is larger.
const LARGEST: usize = 64 << 10;
/// How much of an answer is shown.
const SHOWN: usize = 300;

pub(super) struct Sender {
    timeout: Duration,
    policy: Policy,
}

/// A document, and where it goes.
pub(super) struct Post<'a> {
    pub(super) service: Service,
    pub(super) url: &'a Url,
    pub(super) bearer: Option<&'a SecretString>,
    pub(super) body: Value,
    /// What no message may show, in parts between slashes.
    pub(super) secret: &'a SecretString,
}

/// What was said to it.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: String,
}

/// Shorter parts of a secret are words like any other.
const LEAST: usize = 6;

enum Trouble {
    Busy(String),
    NoAnswer(String),
}

impl Sender {
    pub(super) fn new(timeout: Duration, policy: Policy) -> Self {
        Self { timeout, policy }
    }

    /// The answer of a service that is neither busy nor broken.
    pub(super) async fn post(&self, post: Post<'_>) -> Result<Answer, Error> {
        tls::choose();
        let host = post.url.host_str().unwrap_or_default().to_owned();
        let service = post.service;
        let client = Client::builder()
            .user_agent(concat!("mlassets/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .timeout(self.timeout)
            .build()
            .map_err(|error| Error::NoAnswer {
                service,
                host: host.clone(),
                tries: 0,
                reason: innermost(error),
            })?;
        let mut tries = Tries::new(self.policy);
        loop {
            tries.made += 1;
            let (trouble, asked_for) = match attempt(&client, &post).await {
                Ok((answer, _)) if !is_passing(answer.status) => return Ok(answer),
                Ok((answer, asked_for)) => (Trouble::Busy(post.shown(&answer)), asked_for),
                Err(error) => (Trouble::NoAnswer(innermost(error)), None),
            };
            let wait = match trouble {
                Trouble::Busy(_) => tries.wait_while_busy(asked_for),
                Trouble::NoAnswer(_) => tries.wait(),
            };
            if let Some(wait) = wait {
                tokio::time::sleep(wait).await;
                continue;
            }
            let tries = tries.made;
            return Err(match trouble {
                Trouble::Busy(said) => Error::Busy { service, host, tries, said },
                Trouble::NoAnswer(reason) => Error::NoAnswer { service, host, tries, reason },
            });
        }
    }
}

impl Post<'_> {
    /// An answer as it may be shown: on one line, short, without the secret.
    pub(super) fn shown(&self, answer: &Answer) -> String {
        let said = self.clean(&answer.body);
        if said.is_empty() {
            return format!("status {}", answer.status.as_u16());
        }
        format!("status {}, {said}", answer.status.as_u16())
    }

    /// Text of the service as it may be shown.
    pub(super) fn clean(&self, text: &str) -> String {
        // A page may repeat parts of an address.
        let parts = self.secret.expose_secret().split('/').filter(|part| part.len() >= LEAST);
        let hidden = parts.fold(text.to_owned(), |text, part| text.replace(part, "(secret)"));
        let line = hidden.split_whitespace().collect::<Vec<_>>().join(" ");
        let line: String = line.chars().filter(|char| !char.is_control()).collect();
        match line.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("{}…", &line[..end]),
            None => line,
        }
    }

    /// The error for an answer that says no.
    pub(super) fn refused(&self, said: String) -> Error {
        let host = self.url.host_str().unwrap_or_default().to_owned();
        Error::Refused { service: self.service, host, said }
    }
}

async fn attempt(
    client: &Client,
    post: &Post<'_>,
) -> Result<(Answer, Option<Duration>), reqwest::Error> {
    let mut request = client
        .post(post.url.clone())
        .header(CONTENT_TYPE, "application/json; charset=utf-8")
        .body(post.body.to_string());
    if let Some(token) = post.bearer {
        request = request.bearer_auth(token.expose_secret());
    }
    let mut response = request.send().await?;
    let status = response.status();
    let asked_for = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let asked_for = asked_for.and_then(|value| retry_after(value, Timestamp::now()));
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > LARGEST {
            break;
        }
    }
    Ok((Answer { status, body: String::from_utf8_lossy(&body).into_owned() }, asked_for))
}

/// Whether the next try may go better.
fn is_passing(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS
        || status == StatusCode::REQUEST_TIMEOUT
        || status.is_server_error()
}

/// What happened, without the address, which may be the secret.
fn innermost(error: reqwest::Error) -> String {
    if error.is_timeout() {
        return "it took too long".to_owned();
    }
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
