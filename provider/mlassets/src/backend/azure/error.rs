//! Why a call of Azure Blob Storage failed: where, in which step, and what the server said.
//!
//! An error holds codes and no body: the body of a refusal may repeat what was signed.

use std::error::Error as StdError;

/// A failed call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{server} failed at {step}: {reason}{}", request(request_id.as_deref()))]
pub struct Error {
    /// The address of the account.
    pub server: String,
    /// What was being done, as in "reading `a` in container `b`".
    pub step: String,
    /// What went wrong.
    pub reason: Reason,
    /// The server's number of the request, for its support.
    pub request_id: Option<String>,
}

/// What went wrong in a call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The server refused.
    #[error("{code} ({status}){}", remedy(code))]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The server's code, such as `BlobAlreadyExists`.
        code: String,
    },
    /// The server does not offer the call.
    #[error("it does not support this call ({code}, {status}); use a server that does")]
    Unsupported {
        /// The HTTP status.
        status: u16,
        /// The server's code.
        code: String,
    },
    /// No token was given.
    #[error(
        "no usable credentials: {cause}; log in with `az login`, or set the `azure` block or its environment variables"
    )]
    Credentials {
        /// What was said.
        cause: String,
    },
    /// The server was not reached, or did not answer in time.
    #[error("no answer: {cause}; check the account, the endpoint and the network")]
    Unreachable {
        /// What was said.
        cause: String,
    },
    /// An answer that makes no sense.
    #[error("the answer makes no sense: {cause}")]
    Answer {
        /// What is missing.
        cause: String,
    },
}

impl Error {
    pub(super) fn new(server: &str, step: &str, reason: Reason) -> Self {
        Self { server: server.to_owned(), step: step.to_owned(), reason, request_id: None }
    }

    /// The HTTP status and the server's code, if it refused.
    pub fn refusal(&self) -> Option<(u16, &str)> {
        match &self.reason {
            Reason::Refused { status, code } | Reason::Unsupported { status, code } => {
                Some((*status, code))
            }
            _ => None,
        }
    }

    /// Whether the server refused with this code.
    pub fn is(&self, wanted: &str) -> bool {
        self.refusal().is_some_and(|(_, code)| code == wanted)
    }

    /// Whether another try may end otherwise.
    pub(super) fn passes(&self) -> bool {
        match &self.reason {
            Reason::Refused { status, .. } => matches!(status, 408 | 429 | 500 | 502 | 503 | 504),
            Reason::Unreachable { .. } => true,
            Reason::Unsupported { .. } | Reason::Credentials { .. } | Reason::Answer { .. } => {
                false
            }
        }
    }
}

impl Reason {
    pub(super) fn refusal(status: u16, code: String) -> Self {
        if status == 501 {
            Self::Unsupported { status, code }
        } else {
            Self::Refused { status, code }
        }
    }

    /// What stands between here and the server. The URL stays out, since it may be signed.
    pub(super) fn unreachable(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let mut texts = vec![error.to_string()];
        let mut next = error.source();
        while let Some(error) = next {
            texts.push(error.to_string());
            next = error.source();
        }
        Self::Unreachable { cause: texts.join(": ") }
    }
}

fn remedy(code: &str) -> &'static str {
    match code {
        "AuthenticationFailed" | "InvalidAuthenticationInfo" => {
            "; check the key, the signature or the login, and the clock of this machine"
        }
        "AuthorizationFailure"
        | "AuthorizationPermissionMismatch"
        | "InsufficientAccountPermissions" => {
            "; check the account's name and key, or give the login a role on the container and the signature the permissions \
             that the page of the asset names"
        }
        "ContainerNotFound" => "; create the container first",
        "ServerBusy" | "InternalError" | "OperationTimedOut" => "; try again later",
        _ => "",
    }
}

fn request(id: Option<&str>) -> String {
    id.map(|id| format!(" (request {id})")).unwrap_or_default()
}
