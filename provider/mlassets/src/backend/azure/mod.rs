//! Azure Blob Storage: signed requests of its REST API, a few of them, each tried again where that does no harm.
//!
//! The official crates know no Shared Key, so requests are signed here; Entra tokens come from `azure_identity`.
//! `Azure::send` is the exchange, `blob` and `large` have the calls that assets need. What a call is for is its caller's
//! business.

mod blob;
mod config;
mod error;
mod large;
mod presign;
mod sign;
mod token;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Method, Url};
use secrecy::ExposeSecret as _;
use uuid::Uuid;

pub use blob::{Blob, Container, Immutability, ListedBlob, PolicyMode, Written};
pub use config::{Auth, Config, ConfigProblem, Entra};
pub use error::{Error, Reason};
pub use large::{Stretch, block_id};

use crate::backend::{fault, tls};
use token::Tokens;

/// The version of the REST API. Version-level immutability needs 2020-06-12.
const API_VERSION: &str = "2021-12-02";

/// Longest time until a connection stands.
const CONNECT: Duration = Duration::from_secs(10);

/// The first wait before another try; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(200);

/// What stays as it is in the path of a blob.
const PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// A storage account.
pub struct Azure {
    client: reqwest::Client,
    config: Config,
    endpoint: Url,
    account: String,
    tokens: Option<Tokens>,
}

/// One request, not signed yet.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// What it does, for messages.
    step: String,
    method: Method,
    container: String,
    blob: Option<String>,
    query: BTreeMap<&'static str, String>,
    headers: BTreeMap<&'static str, String>,
    body: Bytes,
}

/// What the server answered, if it did as asked.
#[derive(Debug)]
pub(crate) struct Answer {
    headers: reqwest::header::HeaderMap,
    body: Bytes,
}

impl Azure {
    /// Takes a configuration. Nothing is sent and no token is asked for.
    ///
    /// # Errors
    /// Every problem of `config`.
    pub fn new(config: Config) -> Result<Self, Vec<ConfigProblem>> {
        tls::choose();
        let (endpoint, account) = config.place()?;
        let problem = |_| {
            vec![ConfigProblem::new(
                "endpoint",
                "cannot be used on this machine: it has no certificates",
            )]
        };
        let client = reqwest::Client::builder()
            .user_agent(concat!("mlassets/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .timeout(config.timeout)
            .connect_timeout(config.timeout.min(CONNECT))
            .build()
            .map_err(problem)?;
        let tokens = match &config.auth {
            Auth::Entra(entra) => Some(Tokens::new(entra, &client)?),
            Auth::SharedKey(_) | Auth::Sas(_) => None,
        };
        Ok(Self { client, config, endpoint, account, tokens })
    }

    /// The address of the account.
    pub fn server(&self) -> &str {
        self.endpoint.as_str().trim_end_matches('/')
    }

    /// Sends a request until there is an answer that counts.
    pub(crate) async fn send(&self, request: &Request) -> Result<Answer, Error> {
        let mut wait = FIRST_WAIT;
        for _ in 1..self.config.max_attempts {
            match self.try_once(request).await {
                Err(error) if error.passes() => {
                    tracing::debug!(step = request.step, %error, "trying again");
                    tokio::time::sleep(wait).await;
                    wait *= 2;
                }
                settled => return settled,
            }
        }
        self.try_once(request).await
    }

    async fn try_once(&self, request: &Request) -> Result<Answer, Error> {
        let fail = |reason| Error::new(self.server(), &request.step, reason);
        let url = self.url(request);
        let mut headers = request.headers.clone();
        headers.insert("x-ms-version", API_VERSION.to_owned());
        headers.insert("x-ms-date", http_date(Timestamp::now()));
        headers.insert("x-ms-client-request-id", Uuid::new_v4().to_string());
        let mut url = url;
        let authorization = match &self.config.auth {
            Auth::SharedKey(key) => {
                let text = sign::string_to_sign(
                    &request.method,
                    &url,
                    &self.account,
                    &headers,
                    request.body.len(),
                );
                Some(sign::authorization(&self.account, key.expose_secret(), &text))
            }
            Auth::Sas(token) => {
                let own = url.query().map(|query| format!("{query}&")).unwrap_or_default();
                url.set_query(Some(&format!(
                    "{own}{}",
                    token.expose_secret().trim_start_matches('?')
                )));
                None
            }
            Auth::Entra(_) => {
                let tokens = self.tokens.as_ref().expect("made with the configuration");
                let token =
                    tokens.get().await.map_err(|cause| fail(Reason::Credentials { cause }))?;
                Some(format!("Bearer {}", token.expose_secret()))
            }
        };
        let mut builder = self.client.request(request.method.clone(), url);
        for (name, value) in &headers {
            builder = builder.header(*name, value);
        }
        if let Some(authorization) = authorization {
            let mut value =
                reqwest::header::HeaderValue::from_str(&authorization).map_err(|_| {
                    fail(Reason::Credentials {
                        cause: "they hold characters that no header can".to_owned(),
                    })
                })?;
            value.set_sensitive(true);
            builder = builder.header(reqwest::header::AUTHORIZATION, value);
        }
        let unreachable = |error: reqwest::Error| fail(Reason::unreachable(error));
        // Without a body there must be a length nevertheless, which reqwest leaves out of a PUT.
        if request.method == Method::PUT {
            builder = builder.header(reqwest::header::CONTENT_LENGTH, request.body.len());
        }
        fault::point("azure.before_call");
        let answer = builder.body(request.body.clone()).send().await.map_err(unreachable)?;
        fault::point("azure.answered");
        let status = answer.status();
        let headers = answer.headers().clone();
        if status.is_success() {
            let body = answer.bytes().await.map_err(unreachable)?;
            return Ok(Answer { headers, body });
        }
        // The body of a refusal may repeat what was signed, so only the code is taken.
        let header =
            |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let code =
            header("x-ms-error-code").unwrap_or_else(|| format!("status {}", status.as_u16()));
        let mut error = fail(Reason::refusal(status.as_u16(), code));
        error.request_id = header("x-ms-request-id");
        Err(error)
    }

    fn url(&self, request: &Request) -> Url {
        let mut url = self.endpoint.clone();
        let mut path = format!("{}/{}", url.path().trim_end_matches('/'), request.container);
        if let Some(blob) = &request.blob {
            path = format!("{path}/{}", utf8_percent_encode(blob, PATH));
        }
        url.set_path(&path);
        if !request.query.is_empty() {
            let pairs = request.query.iter().map(|(name, value)| {
                format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC))
            });
            url.set_query(Some(&pairs.collect::<Vec<_>>().join("&")));
        }
        url
    }
}

impl Request {
    pub(crate) fn new(step: impl Into<String>, method: Method, container: &str) -> Self {
        Self {
            step: step.into(),
            method,
            container: container.to_owned(),
            blob: None,
            query: BTreeMap::new(),
            headers: BTreeMap::new(),
            body: Bytes::new(),
        }
    }

    pub(crate) fn blob(mut self, name: &str) -> Self {
        self.blob = Some(name.to_owned());
        self
    }

    pub(crate) fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.insert(name, value.into());
        self
    }

    /// Names one version of the blob, if there is one to be named.
    pub(crate) fn version(self, version: Option<&str>) -> Self {
        match version {
            Some(version) => self.query("versionid", version),
            None => self,
        }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.insert(name, value.into());
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }
}

impl Answer {
    #[cfg(all(test, feature = "acceptance"))]
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// A moment as HTTP writes it, such as `Sun, 22 Nov 2026 00:21:18 GMT`.
fn http_date(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

impl fmt::Debug for Azure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Azure").field("config", &self.config).finish_non_exhaustive()
    }
}
