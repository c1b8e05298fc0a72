//! Everything that can go wrong in a call, as data from which a diagnostic is made.
//!
//! **Invariant:** an error holds no request body, no header, no credential and no value that the server
//! echoed. Of the server's own words it keeps only those that say which field is wrong and why.

use std::fmt;
use std::time::Duration;

use super::config::ConfigProblem;
use super::name::NameProblem;
use crate::backend::http::Step;
use crate::backend::http::retry::{counted, wait_text};

/// Why a call did not do what was asked.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The configuration is wrong; nothing was sent. All problems at once.
    #[error("the Prefect configuration is not usable: {}", list(.0))]
    Config(Vec<ConfigProblem>),

    /// No object can have this name; nothing was sent.
    #[error("`{field}`: {problem}")]
    Name {
        /// The field of the request.
        field: &'static str,
        /// What is wrong with it.
        problem: NameProblem,
    },

    /// The server knows the call and refuses the caller.
    #[error("{call}: {denied}")]
    Unauthorized {
        /// The refused call.
        call: Box<Call>,
        /// The ground of the refusal.
        denied: Denied,
    },

    /// The server's state is in the way.
    #[error("{call}: {conflict}")]
    Conflict {
        /// The call in conflict.
        call: Box<Call>,
        /// What it conflicts with.
        conflict: Conflict,
    },

    /// Values that the server refuses.
    #[error("{call}: Prefect refuses {}", list(.fields))]
    Invalid {
        /// The refused call.
        call: Box<Call>,
        /// Each refused field.
        fields: Vec<FieldError>,
    },

    /// What the call is about does not exist.
    #[error("{call}: {missing}")]
    NotFound {
        /// The call that found nothing.
        call: Box<Call>,
        /// What is missing.
        missing: Missing,
    },

    /// The server was reached, but asked to come back later until our patience ended. Nothing was changed.
    #[error("{call}: the server is overloaded or starting, it answered {status} to {}{}; try again later{}", counted(*.tries), wait_text(*.wait), busy_hint(*.status))]
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

    /// The exchange broke. For a mutation this means that it surely had no effect, otherwise see `Ambiguous`.
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

    /// The mutation was sent and may or may not have taken effect; looking the object up did not tell.
    #[error(
        "{call}: the request was sent but its outcome is unknown ({cause}); check on the server whether it took effect before you repeat it"
    )]
    Ambiguous {
        /// The mutation in doubt.
        call: Box<Call>,
        /// What cut the answer off.
        cause: String,
    },

    /// The server sent us elsewhere, which this client never follows: a redirected write may lose its body.
    #[error("{call}: the server redirects ({status}) to {}; set the API URL to the final address, usually by writing https instead of http", .location.as_deref().unwrap_or("an unnamed place"))]
    Redirected {
        /// The redirected call.
        call: Box<Call>,
        /// The status, 3xx.
        status: u16,
        /// Scheme, host and path of the other place.
        location: Option<String>,
    },

    /// A default queue belongs to its pool: the server cannot delete it alone.
    #[error(
        "{call}: this is the default queue of its work pool, which Prefect cannot delete; delete the pool, or forget the queue"
    )]
    DefaultQueue {
        /// The deletion that was not sent.
        call: Box<Call>,
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

impl Error {
    /// The call that went wrong; nothing if none was made.
    pub fn call(&self) -> Option<&Call> {
        match self {
            Self::Config(_) | Self::Name { .. } => None,
            Self::Unauthorized { call, .. }
            | Self::Conflict { call, .. }
            | Self::Invalid { call, .. }
            | Self::NotFound { call, .. }
            | Self::Unavailable { call, .. }
            | Self::Transport { call, .. }
            | Self::Ambiguous { call, .. }
            | Self::Redirected { call, .. }
            | Self::DefaultQueue { call }
            | Self::Unexpected { call, .. } => Some(call),
        }
    }

    /// Whether the object asked for does not exist, on a server that would know it.
    pub fn is_object_missing(&self) -> bool {
        matches!(self, Self::NotFound { missing: Missing::Object, .. })
    }
}

/// One call, as messages name it: without query, credentials and body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// `GET`, `POST`, `PATCH` or `DELETE`.
    pub method: &'static str,
    /// `host` or `host:port`.
    pub server: String,
    /// Path below the API URL, percent-encoded, such as `/work_pools/gpu`.
    pub path: String,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} on the Prefect server {}", self.method, self.path, self.server)
    }
}

/// On what ground a server refused the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// 401: no credentials, or wrong ones.
    Credentials,
    /// 403: the credentials are good, but may not do this.
    Forbidden,
    /// 403: the name of the pool is reserved for Prefect itself.
    ReservedName,
    /// 403: the server refused the CSRF tokens that it had issued.
    Csrf,
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Credentials => "the credentials are missing or wrong (401)",
            Self::Forbidden => "the credentials do not allow this (403); ask for the permission, or use other credentials",
            Self::ReservedName => "work pools whose name starts with `prefect` are reserved for Prefect (403); choose another name",
            Self::Csrf => "the server keeps refusing the CSRF tokens that it issues (403); do several servers without a common database share this address?",
        })
    }
}

/// What a call conflicts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// Another object has the name.
    NameTaken,
    /// A constraint of the server's database; the server does not say which.
    Integrity,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NameTaken => "the name is taken (409); import the existing object, or choose another name",
            Self::Integrity => "the server's database refuses the change (409): something unique exists already, or something referred to does not",
        })
    }
}

/// What a 404 is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The object that the call is about, such as a work pool.
    Object,
    /// The whole path: no Prefect API lives under this URL, or the account or workspace is unknown.
    Endpoint,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Object => "no such object (404)",
            Self::Endpoint => "the server does not know this path (404); check the API URL, and that the server is Prefect 3",
        })
    }
}

/// One refused field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The steps from the body to the field, such as `["base_job_template"]`; empty for the body itself.
    pub pointer: Vec<String>,
    /// The rule that it breaks; never its value.
    pub message: String,
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pointer.as_slice() {
            [] => write!(f, "the request: {}", self.message),
            steps => write!(f, "`{}`: {}", steps.join("."), self.message),
        }
    }
}

fn list(problems: &[impl ToString]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn busy_hint(status: u16) -> &'static str {
    if status == 503 { ", and keep the parallel writes at 1 if its database is SQLite" } else { "" }
}
