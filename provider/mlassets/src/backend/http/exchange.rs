//! The exchange with one server: a call is sent until an answer comes that is worth reading.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::redirect;

use super::broken::{Broken, Step, innermost};
use super::request::{Effect, Request};
use crate::backend::retry::{self, Policy, Tries};
use crate::backend::{fault, tls};

/// How to talk to one server.
pub(in crate::backend) struct Setup {
    /// What the paths of calls are appended to.
    pub(in crate::backend) base: String,
    /// Headers of each call.
    pub(in crate::backend) headers: HeaderMap,
    /// Longest time for one try of one call.
    pub(in crate::backend) timeout: Duration,
    /// Root certificates beside those of the system; none, to trust the system's.
    pub(in crate::backend) roots: Vec<reqwest::Certificate>,
    pub(in crate::backend) policy: Policy,
    /// Whether an answer says that it is better to ask again, and then what it says about the effect of the try.
    pub(in crate::backend) busy: fn(&Answer) -> Option<Doubt>,
}

/// The connection to one server.
pub(in crate::backend) struct Exchange {
    client: reqwest::Client,
    base: String,
    policy: Policy,
    busy: fn(&Answer) -> Option<Doubt>,
}

/// An answer as it came.
pub(in crate::backend) struct Answer {
    pub(in crate::backend) status: u16,
    pub(in crate::backend) headers: HeaderMap,
    pub(in crate::backend) body: Vec<u8>,
}

/// Whether a try without a clear answer may have taken effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::backend) enum Doubt {
    /// Surely not.
    None,
    /// Not according to the service, but the answer may have come from a proxy.
    Slight,
    /// It was sent and lost.
    Real,
}

/// Why no answer came that was worth reading.
pub(in crate::backend) enum Failure {
    /// The server asked to come back later until our patience ended. Nothing was changed.
    Unavailable {
        /// The last status.
        status: u16,
        tries: u32,
        /// How long the server asked to wait, if that was longer than our patience.
        wait: Option<Duration>,
    },
    /// The exchange broke. A write surely had no effect.
    Broken { step: Step, cause: String, tries: u32 },
    /// A write was sent and may or may not have taken effect.
    Ambiguous { cause: String },
}

impl Exchange {
    /// Connects nowhere yet. The error is why no client can be made on this machine.
    pub(in crate::backend) fn new(setup: Setup) -> Result<Self, String> {
        tls::choose();
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("mlassets/", env!("CARGO_PKG_VERSION")))
            .default_headers(setup.headers)
            .redirect(redirect::Policy::none())
            .timeout(setup.timeout)
            .connect_timeout(setup.timeout.min(Duration::from_secs(10)))
            // Servers close idle connections after 5 seconds; a write must not meet that moment.
            .pool_idle_timeout(Duration::from_secs(4));
        if !setup.roots.is_empty() {
            builder = builder.tls_certs_merge(setup.roots);
        }
        let client = builder.build().map_err(|error| innermost(&error))?;
        let Setup { base, policy, busy, .. } = setup;
        Ok(Self { client, base, policy, busy })
    }

    /// Sends `request` until an answer comes that is worth reading, waiting in between. `doubt` grows if a try may
    /// have taken effect, so that a conflict or a 404 may be our own doing.
    pub(in crate::backend) async fn answer(
        &self,
        request: &Request,
        headers: &HeaderMap,
        doubt: &mut Doubt,
    ) -> Result<Answer, Failure> {
        let mut tries = Tries::new(self.policy);
        loop {
            tries.made += 1;
            let began = Instant::now();
            let outcome = self.try_once(request, headers).await;
            let took = began.elapsed();
            tracing::debug!(
                method = %request.method,
                path = request.path_without_query(),
                status = outcome.as_ref().map(|answer| answer.status).ok(),
                tries = tries.made,
                milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                "called over HTTP"
            );
            let wait = match outcome {
                Ok(answer) => self.wait_after_answer(request, answer, &tries, doubt)?,
                Err(broken) => wait_after_break(request, broken, &tries, doubt)?,
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
    ) -> Result<Next, Failure> {
        let Some(raised) = (self.busy)(&answer) else { return Ok(Next::Read(answer)) };
        *doubt = raised.max(*doubt);
        let cause = || format!("status {}", answer.status);
        settle_doubt(request, *doubt, false, cause)?;
        let asked = answer
            .headers
            .get(RETRY_AFTER)
            .and_then(|value| retry::retry_after(value.to_str().ok()?, Timestamp::now()));
        if let Some(wait) = tries.wait_while_busy(asked) {
            return Ok(Next::TryAfter(wait));
        }
        settle_doubt(request, *doubt, true, cause)?;
        let wait = asked.filter(|_| tries.wait_while_busy(None).is_some());
        Err(Failure::Unavailable { status: answer.status, tries: tries.made, wait })
    }

    async fn try_once(&self, request: &Request, headers: &HeaderMap) -> Result<Answer, Broken> {
        let url = format!("{}{}", self.base, request.path);
        let mut builder = self.client.request(request.method.clone(), url).headers(headers.clone());
        if let Some(body) = &request.body {
            builder = builder.header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        let points = request.effect.points();
        fault::point(points.before_send);
        let response = builder.send().await.map_err(|error| Broken::of(&error, Step::Send))?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        fault::point("http.answer_begun");
        let body = response.bytes().await.map_err(|error| Broken::of(&error, Step::Receive))?;
        fault::point(points.after_response);
        Ok(Answer { status, headers, body: body.to_vec() })
    }
}

/// The statuses that ask to come back later, for services that roll a write back before they answer 503.
pub(in crate::backend) fn busy_by_status(answer: &Answer) -> Option<Doubt> {
    match answer.status {
        429 => Some(Doubt::None),
        503 => Some(Doubt::Slight),
        // A proxy gave up on the server, which may have gone on.
        408 | 502 | 504 => Some(Doubt::Real),
        _ => None,
    }
}

enum Next {
    Read(Answer),
    TryAfter(Duration),
}

fn wait_after_break(
    request: &Request,
    broken: Broken,
    tries: &Tries,
    doubt: &mut Doubt,
) -> Result<Next, Failure> {
    let Broken { step, cause } = broken;
    if matches!(step, Step::Send | Step::Receive | Step::Timeout) {
        *doubt = Doubt::Real;
    }
    settle_doubt(request, *doubt, false, || format!("{step}, {cause}"))?;
    // A certificate does not become better by asking again.
    if let Some(wait) = tries.wait().filter(|_| step != Step::Tls) {
        return Ok(Next::TryAfter(wait));
    }
    settle_doubt(request, *doubt, true, || format!("{step}, {cause}"))?;
    Err(Failure::Broken { step, cause, tries: tries.made })
}

/// Ends a call that may not be tried again, or was tried for the last time, while its effect is in doubt.
fn settle_doubt(
    request: &Request,
    doubt: Doubt,
    last: bool,
    cause: impl FnOnce() -> String,
) -> Result<(), Failure> {
    match request.effect {
        Effect::Settle(_) if !last => Ok(()),
        Effect::Settle(_) | Effect::Create(_) if doubt == Doubt::Real => {
            Err(Failure::Ambiguous { cause: cause() })
        }
        _ => Ok(()),
    }
}

impl Answer {
    pub(in crate::backend) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}
