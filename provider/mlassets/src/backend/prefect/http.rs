//! The exchange with the server: turns to write, and CSRF. Tries and waits are those of [`crate::backend::http`].
//!
//! A write whose effect is in doubt ends as [`Error::Ambiguous`] and its caller looks the object up.
//! Dropping a future at any point ends the exchange and gives the turn back.

use std::sync::Arc;

use reqwest::header::{HeaderMap, HeaderValue};

use super::config::{Config, ConfigProblem, Endpoint};
use super::csrf::{Token, Wanted};
use super::error::{Call, Denied, Error};
use super::path;
use super::shared::{CLIENT_ID, Shared};
use crate::backend::fault;
use crate::backend::http::{Answer, Exchange, Failure, Setup, busy_by_status};
pub(super) use crate::backend::http::{Doubt, Points, Request};
use crate::backend::retry::Policy;

/// The outcome of a call.
pub(super) struct Sent {
    pub(super) result: Result<Answer, Error>,
    /// Whether an earlier try may have taken effect, so that a conflict or a 404 may be our own doing.
    pub(super) doubt: Doubt,
}

/// The connection to one server.
pub(super) struct Http {
    exchange: Exchange,
    /// `host` or `host:port`, for messages.
    host: String,
    shared: Arc<Shared>,
    max_parallel_writes: usize,
}

impl Http {
    pub(super) fn new(config: &Config, policy: Policy) -> Result<Self, Error> {
        let Endpoint { api_url, host, headers } = Endpoint::check(config)?;
        let shared = Shared::of(&api_url);
        let setup = Setup {
            base: api_url,
            headers,
            timeout: config.timeout,
            roots: Vec::new(),
            policy,
            // The server maps "database is locked" to 503.
            busy: busy_by_status,
        };
        let exchange = Exchange::new(setup).map_err(|cause| client_problem(&cause))?;
        Ok(Self { exchange, host, shared, max_parallel_writes: config.max_parallel_writes })
    }

    #[expect(clippy::unnecessary_box_returns, reason = "an error carries it boxed")]
    pub(super) fn call(&self, request: &Request) -> Box<Call> {
        let path = request.path_without_query().to_owned();
        Box::new(Call { method: request.verb(), server: self.host.clone(), path })
    }

    /// Makes a call whose failure needs no second thought.
    pub(super) async fn read<T: for<'a> serde::Deserialize<'a>>(
        &self,
        request: &Request,
    ) -> Result<T, Error> {
        self.send(request).await.result?.json(&self.call(request))
    }

    pub(super) async fn send(&self, request: &Request) -> Sent {
        let _turn = if request.is_read() {
            None
        } else {
            Some(self.shared.turn_to_write(self.max_parallel_writes).await)
        };
        fault::point("prefect.turn_taken");
        let mut doubt = Doubt::None;
        let result = self.send_with_csrf(request, &mut doubt).await;
        Sent { result, doubt }
    }

    async fn send_with_csrf(&self, request: &Request, doubt: &mut Doubt) -> Result<Answer, Error> {
        const RENEWALS: u32 = 2;
        if request.is_get() {
            return self.answer(request, None, doubt).await?.check(request, self);
        }
        let mut token = self.shared.csrf.token(Wanted::Any, || self.fetch_token()).await?;
        for _ in 0..RENEWALS {
            let answer = self.answer(request, token.as_ref(), doubt).await?;
            if !answer.wants_csrf_token() {
                return answer.check(request, self);
            }
            let renewed = self
                .shared
                .csrf
                .token(Wanted::NewerThan(token.as_ref()), || self.fetch_token())
                .await?;
            if renewed.is_none() {
                break;
            }
            token = renewed;
        }
        let answer = self.answer(request, token.as_ref(), doubt).await?;
        if answer.wants_csrf_token() {
            return Err(Error::Unauthorized { call: self.call(request), denied: Denied::Csrf });
        }
        answer.check(request, self)
    }

    /// Asks for a token; nothing if the server has no CSRF protection.
    async fn fetch_token(&self) -> Result<Option<Token>, Error> {
        #[derive(serde::Deserialize)]
        struct Issued {
            token: String,
        }
        let request = Request::get(path::csrf_token(&CLIENT_ID));
        let answer = self.answer(&request, None, &mut Doubt::None).await?;
        if matches!(answer.status, 404 | 422) {
            return Ok(None);
        }
        let status = answer.status;
        let issued: Issued = answer.check(&request, self)?.json(&self.call(&request))?;
        let value = HeaderValue::try_from(issued.token).map_err(|_| Error::Unexpected {
            call: self.call(&request),
            status,
            problem: "the CSRF token does not fit into a header".to_owned(),
        })?;
        Ok(Some(Token::new(value)))
    }

    async fn answer(
        &self,
        request: &Request,
        token: Option<&Token>,
        doubt: &mut Doubt,
    ) -> Result<Answer, Error> {
        let mut headers = HeaderMap::new();
        if let Some(token) = token {
            headers.insert("prefect-csrf-token", token.value.clone());
            let client = HeaderValue::from_str(&CLIENT_ID).expect("a UUID fits into a header");
            headers.insert("prefect-csrf-client", client);
        }
        let call = || self.call(request);
        self.exchange.answer(request, &headers, doubt).await.map_err(|failure| match failure {
            Failure::Unavailable { status, tries, wait } => {
                Error::Unavailable { call: call(), status, tries, wait }
            }
            Failure::Broken { step, cause, tries } => {
                Error::Transport { call: call(), step, cause, tries }
            }
            Failure::Ambiguous { cause } => Error::Ambiguous { call: call(), cause },
        })
    }
}

impl Answer {
    fn check(self, request: &Request, http: &Http) -> Result<Self, Error> {
        if self.is_success() { Ok(self) } else { Err(self.into_error(http.call(request))) }
    }
}

fn client_problem(cause: &str) -> Error {
    Error::Config(vec![ConfigProblem {
        field: "api_url",
        message: format!(
            "cannot be used, since no HTTP client can be made on this machine: {cause}"
        ),
    }])
}
