//! Why a call of Amazon Web Services failed: where, in which step, and what the server said.
//!
//! An error is made of what the SDK tells about the answer. The request, whose headers are signed, is no part
//! of it.

use std::error::Error as StdError;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

/// A failed call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{server} failed at {step}: {reason}{}", request(request_id.as_deref()))]
pub struct Error {
    /// Who was asked: an address or the name of the service.
    pub server: String,
    /// What was being done, as in "reading `a` in bucket `b`".
    pub step: String,
    /// What went wrong.
    pub reason: Box<Reason>,
    /// The server's number of the request, for its support.
    pub request_id: Option<String>,
}

/// What went wrong in a call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The server refused.
    #[error("{code} ({status}){}{}", said(message), remedy(code))]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The server's code, such as `AccessDenied`.
        code: String,
        /// The server's words, perhaps none.
        message: String,
    },
    /// The server does not offer the call.
    #[error("it does not support this call ({code}, {status}); use a server that does")]
    Unsupported {
        /// The HTTP status.
        status: u16,
        /// The server's code.
        code: String,
    },
    /// No region is configured.
    #[error(
        "no region is known; set `region` in the `aws` block, AWS_REGION, or `region` in the profile"
    )]
    NoRegion,
    /// No credentials were found, or those that were found cannot be used.
    #[error(
        "no usable credentials: {cause}; set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in with \
         `aws sso login`"
    )]
    Credentials {
        /// What the SDK said.
        cause: String,
    },
    /// The server was not reached, or did not answer in time.
    #[error("no answer: {cause}; check the endpoint, the region and the network")]
    Unreachable {
        /// What the SDK said.
        cause: String,
    },
    /// The answer ended before its end.
    #[error("the answer broke off: {cause}; check the network, then run it again")]
    BrokenOff {
        /// What the SDK said.
        cause: String,
    },
    /// An answer that makes no sense.
    #[error("the answer makes no sense: {cause}")]
    Answer {
        /// What the SDK said.
        cause: String,
    },
}

impl Error {
    /// A failure of `step` that has no answer.
    pub fn new(server: &str, step: impl Into<String>, reason: Reason) -> Self {
        let reason = Box::new(reason);
        Self { server: server.to_owned(), step: step.into(), reason, request_id: None }
    }

    /// What the SDK says about a call, told as data.
    pub fn from_sdk<E>(
        server: &str,
        step: impl Into<String>,
        error: &SdkError<E, HttpResponse>,
    ) -> Self
    where
        E: ProvideErrorMetadata + StdError + 'static,
    {
        let answer = error.raw_response();
        let status = answer.map(|answer| answer.status().as_u16());
        let request_id =
            answer.and_then(|answer| answer.headers().get("x-amz-request-id").map(str::to_owned));
        let reason = match (error, status) {
            (SdkError::ServiceError(refused), Some(status)) => {
                refusal(status, refused.err().meta())
            }
            (SdkError::TimeoutError(_), _) => {
                Reason::Unreachable { cause: "it took too long".to_owned() }
            }
            (SdkError::ResponseError(_), _) => Reason::Answer { cause: chain(error) },
            _ => {
                let cause = chain(error);
                if cause.contains("credential") || cause.contains("identity") {
                    Reason::Credentials { cause }
                } else {
                    Reason::Unreachable { cause }
                }
            }
        };
        Self { request_id, ..Self::new(server, step, reason) }
    }

    /// The HTTP status and the server's code, if it refused.
    pub fn refusal(&self) -> Option<(u16, &str)> {
        match &*self.reason {
            Reason::Refused { status, code, .. } | Reason::Unsupported { status, code } => {
                Some((*status, code))
            }
            _ => None,
        }
    }

    /// Whether an answer ended before its end.
    pub fn is_broken_off(&self) -> bool {
        matches!(*self.reason, Reason::BrokenOff { .. })
    }

    /// Whether the server refused with this code.
    pub fn is(&self, wanted: &str) -> bool {
        self.refusal().is_some_and(|(_, code)| code == wanted)
    }
}

pub(super) fn refusal(status: u16, meta: &aws_sdk_s3::error::ErrorMetadata) -> Reason {
    // An answer to HEAD has no body, so its code is what the SDK makes of the status, or nothing.
    let code = meta.code().map_or_else(|| format!("status {status}"), str::to_owned);
    if status == 501 || matches!(code.as_str(), "NotImplemented" | "MethodNotAllowed") {
        return Reason::Unsupported { status, code };
    }
    Reason::Refused { status, code, message: meta.message().unwrap_or_default().to_owned() }
}

/// What the SDK says of its own parts before it comes to the cause.
const OF_THE_SDK: [&str; 4] =
    ["dispatch failure", "other", "service error", "an error occurred while loading credentials"];

/// What an error and its causes say, each thing once.
pub(super) fn chain(error: &dyn StdError) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string().trim_end_matches('.').to_owned();
        if !OF_THE_SDK.contains(&&*text) && !texts.iter().any(|known| known.contains(&text)) {
            texts.push(text);
        }
        next = error.source();
    }
    if texts.is_empty() { error.to_string() } else { texts.join(": ") }
}

fn said(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(": {}", message.trim_end_matches('.')) }
}

fn remedy(code: &str) -> &'static str {
    match code {
        "AccessDenied" | "AllAccessDisabled" => "; grant the action to these credentials",
        "InvalidAccessKeyId" | "SignatureDoesNotMatch" | "ExpiredToken" | "InvalidToken" => {
            "; check the credentials"
        }
        "RequestTimeTooSkewed" => "; set the clock of this machine",
        "PermanentRedirect"
        | "AuthorizationHeaderMalformed"
        | "IllegalLocationConstraintException" => {
            "; the bucket lies in another region, set `region`"
        }
        "SlowDown" | "ServiceUnavailable" | "InternalError" => "; try again later",
        _ => "",
    }
}

fn request(id: Option<&str>) -> String {
    id.map(|id| format!(" (request {id})")).unwrap_or_default()
}
