//! Why a message was not taken: which service, and whose matter it is.

use std::fmt;

use thiserror::Error;

use crate::backend::http::retry::counted;

/// Who takes messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Slack.
    Slack,
    /// PagerDuty.
    PagerDuty,
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Service::Slack => "Slack",
            Service::PagerDuty => "PagerDuty",
        })
    }
}

/// Why a message was not taken.
#[derive(Debug, Error)]
pub enum Error {
    /// Nothing says how to reach the service.
    #[error("nothing says how to reach {0}")]
    NoWay(Service),
    /// The service said no; trying again would not help.
    #[error("{service} at {host} refused the message: {said}{}", advice(*service, said))]
    Refused {
        /// Who.
        service: Service,
        /// The host that was asked; the rest of the address may be secret.
        host: String,
        /// What it said.
        said: String,
    },
    /// The service was too busy, or broken, each time.
    #[error("{service} at {host} did not take the message in {}; it said: {said}", counted(*.tries))]
    Busy {
        /// Who.
        service: Service,
        /// The host that was asked.
        host: String,
        /// How often.
        tries: u32,
        /// What it said last.
        said: String,
    },
    /// There was no answer each time.
    #[error(
        "{service} at {host} gave no answer in {}: {reason}; the message may have been taken all the same",
        counted(*.tries)
    )]
    NoAnswer {
        /// Who.
        service: Service,
        /// The host that was asked.
        host: String,
        /// How often.
        tries: u32,
        /// What happened last.
        reason: String,
    },
}

/// What to do about a refusal that people meet.
fn advice(service: Service, said: &str) -> &'static str {
    match (service, said) {
        (Service::Slack, "channel_not_found" | "not_in_channel" | "channel_is_archived") => {
            "; check the channel's name, and invite the bot into it"
        }
        (Service::Slack, "missing_scope") => "; give the bot the scope `chat:write`",
        (
            Service::Slack,
            "invalid_auth" | "not_authed" | "account_inactive" | "token_revoked" | "token_expired"
            | "invalid_token" | "no_service" | "no_team",
        ) => "; the webhook or the token is no longer valid, so make another",
        _ => "",
    }
}
