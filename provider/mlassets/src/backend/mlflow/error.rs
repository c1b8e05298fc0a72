//! Everything that can go wrong in a call, as data from which a diagnostic is made.
//!
//! **Invariant:** an error holds no request body, no header, no credential and no text of the server, which
//! quotes what was sent.

use std::fmt;
use std::time::Duration;

use crate::backend::http::Step;
use crate::backend::http::retry::{counted, wait_text};

/// Why a call did not do what was asked.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There can be no client; nothing was sent.
    #[error("no client of the MLflow server {server} can be made: {message}")]
    Client {
        /// `host` or `host:port`.
        server: String,
        /// Why not.
        message: String,
    },
    /// The server refuses the caller.
    #[error("{call}: {denied}")]
    Denied {
        /// The refused call.
        call: Box<Call>,
        /// The ground of the refusal.
        denied: Denied,
    },
    /// What the call is about does not exist.
    #[error("{call}: no such model or version (404)")]
    NotFound {
        /// The call that found nothing.
        call: Box<Call>,
    },
    /// There is one already.
    #[error("{call}: it exists already (400)")]
    Exists {
        /// The call in conflict.
        call: Box<Call>,
    },
    /// A value that the server refuses.
    #[error("{call}: MLflow refuses {refusal}")]
    Refused {
        /// The refused call.
        call: Box<Call>,
        /// Which value.
        refusal: Refusal,
    },
    /// Something answers that is no MLflow server.
    #[error(
        "{call}: the answer ({status}) is not that of an MLflow server; check that the address leads to the server \
         itself, with the prefix that a proxy adds, and not to other web pages"
    )]
    NotMlflow {
        /// The call.
        call: Box<Call>,
        /// The status of the answer.
        status: u16,
    },
    /// The server was reached, but could not do it now. Nothing was changed.
    #[error("{call}: the server is overloaded or starting, it answered {status} to {}{}; try again later", counted(*.tries), wait_text(*.wait))]
    Unavailable {
        /// The call that found no hearing.
        call: Box<Call>,
        /// The last status.
        status: u16,
        /// How often the call was sent.
        tries: u32,
        /// How long the server asked to wait, if that was longer than our patience.
        wait: Option<Duration>,
    },
    /// The exchange broke. For a change this means that it surely had no effect, otherwise see `Ambiguous`.
    #[error("{call}: {step} ({cause}) in {}; {}", counted(*.tries), step.advice())]
    Transport {
        /// The broken call.
        call: Box<Call>,
        /// How far the last try came.
        step: Step,
        /// What the system or the TLS library said.
        cause: String,
        /// How often the call was tried.
        tries: u32,
    },
    /// The change was sent and may or may not have taken effect.
    #[error(
        "{call}: the request was sent but its outcome is unknown ({cause}); repeating it is safe"
    )]
    Ambiguous {
        /// The change in doubt.
        call: Box<Call>,
        /// What cut the answer off.
        cause: String,
    },
    /// The server sent us elsewhere, which this client never follows: a redirected write may lose its body.
    #[error(
        "{call}: the server redirects ({status}); give the final address, usually https instead of http"
    )]
    Redirected {
        /// The redirected call.
        call: Box<Call>,
        /// The status, 3xx.
        status: u16,
    },
    /// An answer that this client does not understand.
    #[error("{call}: unexpected answer, status {status}: {problem}")]
    Unexpected {
        /// The call.
        call: Box<Call>,
        /// The status of the answer.
        status: u16,
        /// What is strange about it.
        problem: String,
    },
}

/// One call, as messages name it: without query, credentials and body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// `GET`, `POST`, `PATCH` or `DELETE`.
    pub method: &'static str,
    /// `host` or `host:port`.
    pub server: String,
    /// Path below the address, such as `/api/2.0/mlflow/model-versions/create`.
    pub path: String,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} on the MLflow server {}", self.method, self.path, self.server)
    }
}

/// On what ground a server refused the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// 401: no credentials, or wrong ones.
    Credentials,
    /// 403: the credentials are good, but may not do this.
    Forbidden,
    /// 403: the server does not answer to the name by which it was called.
    Host,
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Credentials => "the credentials are missing or wrong (401)",
            Self::Forbidden => {
                "the credentials do not allow this (403); ask for the permission, or use other credentials"
            }
            Self::Host => {
                "the server does not answer to this host name (403); start it with `--allowed-hosts` that names it"
            }
        })
    }
}

/// A value that the server refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Where the artifacts are.
    Source,
    /// A tag or a description.
    Length,
    /// It was not said in words that this client knows.
    Other,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Source => {
                "the URI of the artifacts (400): it takes those of object stores with a path, such as s3://bucket/path; \
                 local paths and relative ones never, other schemes only if the server is told to allow them"
            }
            Self::Length => "a text that is too long (400)",
            Self::Other => "a value (400); the server's version may be too old or too new",
        })
    }
}
