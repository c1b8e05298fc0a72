//! An exchange that brought no answer: how far it came, and what broke it.

use std::error::Error as StdError;
use std::fmt;
use std::io;

/// How far an exchange came before it broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The name of the host is unknown.
    Resolve,
    /// No connection.
    Connect,
    /// The TLS handshake or the check of the certificate failed.
    Tls,
    /// The connection broke before the head of an answer arrived.
    Send,
    /// The connection broke inside the answer.
    Receive,
    /// No whole answer within the time that a try may take.
    Timeout,
}

impl Step {
    pub(in crate::backend) fn advice(self) -> &'static str {
        match self {
            Self::Resolve => "check the host in the API URL and your DNS",
            Self::Connect => "check that the server runs and that host and port are right",
            Self::Tls => {
                "check that the server speaks TLS here and that this machine trusts its certificate"
            }
            Self::Send | Self::Receive => "check the server and the proxies before it",
            Self::Timeout => "raise the timeout if the server is slow",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Resolve => "the host is unknown",
            Self::Connect => "no connection",
            Self::Tls => "no secure connection",
            Self::Send => "the connection broke before the answer",
            Self::Receive => "the connection broke inside the answer",
            Self::Timeout => "no answer in time",
        })
    }
}

/// An exchange that brought no answer.
pub(super) struct Broken {
    pub(super) step: Step,
    pub(super) cause: String,
}

impl Broken {
    /// `step` is where it broke if the error itself does not tell.
    pub(super) fn of(error: &reqwest::Error, step: Step) -> Self {
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

/// What happened, without the layers around it, which name the URL.
pub(in crate::backend) fn innermost(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(|| error.to_string(), ToString::to_string)
}

/// The chain below `error`, also through the errors that `io::Error` wraps without naming them as source.
fn causes(error: &reqwest::Error) -> Vec<&(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |&cause| {
        let wrapped = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        wrapped.map(|inner| inner as &(dyn StdError + 'static)).or_else(move || cause.source())
    })
    .collect()
}
