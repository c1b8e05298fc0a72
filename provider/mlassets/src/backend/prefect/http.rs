//! The exchange with the server: turns to write, CSRF, tries, and what a broken exchange means.
//!
//! A read is tried again after any failure. A write is tried again if it surely had no effect, or if its
//! repetition does no harm; otherwise it ends as [`Error::Ambiguous`] and its caller looks the object up.
//! Dropping a future at any point ends the exchange and gives the turn back.

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use serde::Serialize;

use super::answer::Answer;
use super::config::{Config, Endpoint};
use super::csrf::{Token, Wanted};
use super::error::{Call, Conflict, Denied, Error, Step};
use super::path;
use super::shared::{CLIENT_ID, Shared};
use crate::backend::retry::{self, Policy, Tries};
use crate::backend::{fault, tls};

/// One call to be made.
pub(super) struct Request {
    method: Method,
    path: String,
    body: Option<Vec<u8>>,
    effect: Effect,
    /// Whether nothing but a name that is taken can break a constraint of the server's database.
    by_name: bool,
}

/// What a call does to the server, which decides how it is tried again.
#[derive(Clone, Copy)]
enum Effect {
    /// Nothing.
    Read,
    /// The same however often it arrives.
    Settle(Points),
    /// Something new each time, or a conflict.
    Create(Points),
}

impl Effect {
    fn points(self) -> Points {
        match self {
            Self::Read => READ,
            Self::Settle(points) | Self::Create(points) => points,
        }
    }
}

const READ: Points = Points {
    before_send: "prefect.read.before_send",
    after_response: "prefect.read.after_response",
};

/// The names of the fault points around a call.
#[derive(Clone, Copy)]
pub(super) struct Points {
    pub(super) before_send: &'static str,
    pub(super) after_response: &'static str,
}

impl Request {
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path, None, Effect::Read)
    }

    /// A query that needs a body.
    pub(super) fn query(path: impl Into<String>, body: &impl Serialize) -> Self {
        Self::new(Method::POST, path, Some(json(body)), Effect::Read)
    }

    pub(super) fn create(path: impl Into<String>, body: &impl Serialize, points: Points) -> Self {
        Self::new(Method::POST, path, Some(json(body)), Effect::Create(points))
    }

    pub(super) fn patch(path: impl Into<String>, body: &impl Serialize, points: Points) -> Self {
        Self::new(Method::PATCH, path, Some(json(body)), Effect::Settle(points))
    }

    /// A request without a body after which things are as they should be, however often it arrives.
    pub(super) fn settle(path: impl Into<String>, points: Points) -> Self {
        Self::new(Method::POST, path, None, Effect::Settle(points))
    }

    pub(super) fn delete(path: impl Into<String>, points: Points) -> Self {
        Self::new(Method::DELETE, path, None, Effect::Settle(points))
    }
}

impl Request {
    fn new(method: Method, path: impl Into<String>, body: Option<Vec<u8>>, effect: Effect) -> Self {
        Self { method, path: path.into(), body, effect, by_name: false }
    }

    /// A creation whose every conflict means that the name is taken. The server does not always say so.
    pub(super) fn conflicting_by_name(self) -> Self {
        Self { by_name: true, ..self }
    }

    fn path_without_query(&self) -> &str {
        self.path.split_once('?').map_or(&self.path, |(path, _)| path)
    }
}

/// The outcome of a call.
pub(super) struct Sent {
    pub(super) result: Result<Answer, Error>,
    /// Whether an earlier try may have taken effect, so that a conflict or a 404 may be our own doing.
    pub(super) doubt: Doubt,
}

/// Whether a try without a clear answer may have taken effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Doubt {
    /// Surely not.
    None,
    /// Not according to Prefect, but the answer may have come from a proxy.
    Slight,
    /// It was sent and lost.
    Real,
}

/// The connection to one server.
pub(super) struct Http {
    client: reqwest::Client,
    endpoint: Endpoint,
    shared: Arc<Shared>,
    max_parallel_writes: usize,
    policy: Policy,
}

impl Http {
    pub(super) fn new(config: &Config, policy: Policy) -> Result<Self, Error> {
        tls::choose();
        let endpoint = Endpoint::check(config)?;
        let client = reqwest::Client::builder()
            .user_agent(concat!("mlassets/", env!("CARGO_PKG_VERSION")))
            .default_headers(endpoint.headers.clone())
            .redirect(reqwest::redirect::Policy::none())
            .timeout(config.timeout)
            .connect_timeout(config.timeout.min(Duration::from_secs(10)))
            // The server closes idle connections after 5 seconds; a write must not meet that moment.
            .pool_idle_timeout(Duration::from_secs(4))
            .build()
            .map_err(|error| client_problem(&error))?;
        Ok(Self {
            client,
            shared: Shared::of(&endpoint.api_url),
            endpoint,
            max_parallel_writes: config.max_parallel_writes,
            policy,
        })
    }

    #[expect(clippy::unnecessary_box_returns, reason = "an error carries it boxed")]
    pub(super) fn call(&self, request: &Request) -> Box<Call> {
        let method = match request.method {
            Method::POST => "POST",
            Method::PATCH => "PATCH",
            Method::DELETE => "DELETE",
            _ => "GET",
        };
        let path = request.path_without_query().to_owned();
        Box::new(Call { method, server: self.endpoint.host.clone(), path })
    }

    /// Makes a call whose failure needs no second thought.
    pub(super) async fn read<T: for<'a> serde::Deserialize<'a>>(
        &self,
        request: &Request,
    ) -> Result<T, Error> {
        self.send(request).await.result?.json(&self.call(request))
    }

    pub(super) async fn send(&self, request: &Request) -> Sent {
        let _turn = match request.effect {
            Effect::Read => None,
            _ => Some(self.shared.turn_to_write(self.max_parallel_writes).await),
        };
        fault::point("prefect.turn_taken");
        let mut doubt = Doubt::None;
        let result = self.send_with_csrf(request, &mut doubt).await;
        Sent { result, doubt }
    }

    async fn send_with_csrf(&self, request: &Request, doubt: &mut Doubt) -> Result<Answer, Error> {
        const RENEWALS: u32 = 2;
        if request.method == Method::GET {
            return self.try_until_answered(request, None, doubt).await?.check(request, self);
        }
        let mut token = self.shared.csrf.token(Wanted::Any, || self.fetch_token()).await?;
        for _ in 0..RENEWALS {
            let answer = self.try_until_answered(request, token.as_ref(), doubt).await?;
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
        let answer = self.try_until_answered(request, token.as_ref(), doubt).await?;
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
        let answer = self.try_until_answered(&request, None, &mut Doubt::None).await?;
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

    /// Sends `request` until an answer comes that is worth reading, waiting in between.
    async fn try_until_answered(
        &self,
        request: &Request,
        token: Option<&Token>,
        doubt: &mut Doubt,
    ) -> Result<Answer, Error> {
        let mut tries = Tries::new(self.policy);
        loop {
            tries.made += 1;
            let began = Instant::now();
            let outcome = self.try_once(request, token).await;
            let took = began.elapsed();
            tracing::debug!(
                method = %request.method,
                path = request.path_without_query(),
                status = outcome.as_ref().map(|answer| answer.status).ok(),
                tries = tries.made,
                milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                "called Prefect"
            );
            let wait = match outcome {
                Ok(answer) => self.wait_after_answer(request, answer, &tries, doubt)?,
                Err(broken) => self.wait_after_break(request, broken, &tries, doubt)?,
            };
            match wait {
                Next::Read(answer) => return Ok(answer),
                Next::TryAfter(wait) => tokio::time::sleep(wait).await,
            }
        }
    }

    fn wait_after_answer(
        &self,
        request: &Request,
        answer: Answer,
        tries: &Tries,
        doubt: &mut Doubt,
    ) -> Result<Next, Error> {
        let raised = match answer.status {
            429 => Doubt::None,
            // Rolled back: the server maps "database is locked" to 503.
            503 => Doubt::Slight,
            // A proxy gave up on the server, which may have gone on.
            408 | 502 | 504 => Doubt::Real,
            _ => return Ok(Next::Read(answer)),
        };
        *doubt = raised.max(*doubt);
        self.settle_doubt(request, *doubt, false, || format!("status {}", answer.status))?;
        let asked = answer
            .headers
            .get(RETRY_AFTER)
            .and_then(|value| retry::retry_after(value.to_str().ok()?, Timestamp::now()));
        if let Some(wait) = tries.wait_while_busy(asked) {
            return Ok(Next::TryAfter(wait));
        }
        self.settle_doubt(request, *doubt, true, || format!("status {}", answer.status))?;
        Err(Error::Unavailable {
            call: self.call(request),
            status: answer.status,
            tries: tries.made,
            wait: asked.filter(|_| tries.wait_while_busy(None).is_some()),
        })
    }

    fn wait_after_break(
        &self,
        request: &Request,
        broken: Broken,
        tries: &Tries,
        doubt: &mut Doubt,
    ) -> Result<Next, Error> {
        let Broken { step, cause } = broken;
        if matches!(step, Step::Send | Step::Receive | Step::Timeout) {
            *doubt = Doubt::Real;
        }
        self.settle_doubt(request, *doubt, false, || format!("{step}, {cause}"))?;
        // A certificate does not become better by asking again.
        if let Some(wait) = tries.wait().filter(|_| step != Step::Tls) {
            return Ok(Next::TryAfter(wait));
        }
        self.settle_doubt(request, *doubt, true, || format!("{step}, {cause}"))?;
        Err(Error::Transport { call: self.call(request), step, cause, tries: tries.made })
    }

    /// Ends a call that may not be tried again, or was tried for the last time, while its effect is in doubt.
    fn settle_doubt(
        &self,
        request: &Request,
        doubt: Doubt,
        last: bool,
        cause: impl FnOnce() -> String,
    ) -> Result<(), Error> {
        match request.effect {
            Effect::Settle(_) if !last => Ok(()),
            Effect::Settle(_) | Effect::Create(_) if doubt == Doubt::Real => {
                Err(Error::Ambiguous { call: self.call(request), cause: cause() })
            }
            _ => Ok(()),
        }
    }

    async fn try_once(&self, request: &Request, token: Option<&Token>) -> Result<Answer, Broken> {
        let url = format!("{}{}", self.endpoint.api_url, request.path);
        let mut builder = self.client.request(request.method.clone(), url);
        if let Some(token) = token {
            builder = builder
                .header("Prefect-Csrf-Token", token.value.clone())
                .header("Prefect-Csrf-Client", CLIENT_ID.as_str());
        }
        if let Some(body) = &request.body {
            builder = builder.header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        let points = request.effect.points();
        fault::point(points.before_send);
        let response = builder.send().await.map_err(|error| Broken::of(&error, Step::Send))?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        fault::point("prefect.answer_begun");
        let body = response.bytes().await.map_err(|error| Broken::of(&error, Step::Receive))?;
        fault::point(points.after_response);
        Ok(Answer { status, headers, body: body.to_vec() })
    }
}

enum Next {
    Read(Answer),
    TryAfter(Duration),
}

impl Answer {
    fn check(self, request: &Request, http: &Http) -> Result<Self, Error> {
        if self.is_success() {
            return Ok(self);
        }
        Err(match self.into_error(http.call(request)) {
            Error::Conflict { call, conflict: Conflict::Integrity } if request.by_name => {
                Error::Conflict { call, conflict: Conflict::NameTaken }
            }
            error => error,
        })
    }
}

/// An exchange that brought no answer.
struct Broken {
    step: Step,
    cause: String,
}

impl Broken {
    /// `step` is where it broke if the error itself does not tell.
    fn of(error: &reqwest::Error, step: Step) -> Self {
        let causes = causes(error);
        let step = if causes.iter().any(|cause| cause.is::<rustls::Error>()) {
            Step::Tls
        } else if error.is_dns() {
            Step::Resolve
        } else if error.is_connect() {
            Step::Connect
        } else if error.is_timeout() {
            Step::Timeout
        } else {
            step
        };
        // The outer layers name the URL; the innermost says what happened.
        let cause = causes.last().map_or_else(|| "no cause given".to_owned(), ToString::to_string);
        Self { step, cause }
    }
}

/// The chain below `error`, also through the errors that `io::Error` wraps without naming them as source.
fn causes(error: &reqwest::Error) -> Vec<&(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |&cause| {
        let wrapped = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        wrapped.map(|inner| inner as &(dyn StdError + 'static)).or_else(move || cause.source())
    })
    .collect()
}

fn client_problem(error: &reqwest::Error) -> Error {
    let cause = causes(error).last().map_or_else(|| error.to_string(), ToString::to_string);
    Error::Config(vec![super::config::ConfigProblem {
        field: "api_url",
        message: format!(
            "cannot be used, since no HTTP client can be made on this machine: {cause}"
        ),
    }])
}

fn json(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).expect("the bodies are made of texts, numbers and JSON values")
}
