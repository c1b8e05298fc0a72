//! Messages to people: to a channel of Slack, and to those on call by PagerDuty.
//!
//! A message is sent at least once: what got no answer is sent again, within bounds. PagerDuty knows by the
//! `dedup_key` that two are one; Slack does not, and may show a message twice.
//!
//! Shapes are those of Slack's incoming webhooks and `chat.postMessage`, and of PagerDuty's Events API v2.

mod error;
mod pagerduty;
mod send;
mod slack;

#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

use secrecy::SecretString;
use url::{Host, Url};

pub use error::{Error, Service};
pub use pagerduty::{Event, EventAction, Severity};
pub use slack::Message;

use super::retry::Policy;
use send::Sender;

/// How Slack lets us in.
#[derive(Clone, Debug)]
pub enum Slack {
    /// An incoming webhook, whose address is the secret.
    Webhook(SecretString),
    /// A bot's token with the scope `chat:write`, and where the API is.
    Bot {
        /// The token, which begins with `xoxb-`.
        token: SecretString,
        /// The API, such as [`SLACK_API`].
        api: String,
    },
}

/// How PagerDuty lets us in.
#[derive(Clone, Debug)]
pub struct PagerDuty {
    /// The integration key of a service.
    pub routing_key: SecretString,
    /// Where events go, such as [`PAGERDUTY_EVENTS`].
    pub events_url: String,
}

/// Slack's API.
pub const SLACK_API: &str = "https://slack.com/api";
/// Where PagerDuty takes events; accounts in Europe have another.
pub const PAGERDUTY_EVENTS: &str = "https://events.pagerduty.com/v2/enqueue";

/// Which ways there are.
#[derive(Clone, Debug)]
pub struct Config {
    /// The way to Slack.
    pub slack: Option<Slack>,
    /// The way to PagerDuty.
    pub pagerduty: Option<PagerDuty>,
    /// Who speaks.
    pub actor: String,
    /// Longest time for one try.
    pub timeout: Duration,
}

/// What is wrong with a [`Config`]; never with a secret in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem {
    /// Which way: `slack_webhook_url`, `slack_api_url` or `pagerduty_events_url`.
    pub field: &'static str,
    /// What it must be, to be read after its name.
    pub message: &'static str,
}

/// Tells people. Nothing is contacted before the first message.
pub struct Notifier {
    slack: Option<slack::Way>,
    pagerduty: Option<pagerduty::Way>,
    actor: String,
    sender: Sender,
}

impl Notifier {
    /// Makes a notifier.
    ///
    /// # Errors
    /// Every address that is none, or that would carry a secret in the clear.
    pub fn new(config: &Config) -> Result<Self, Vec<ConfigProblem>> {
        Self::with_policy(
            config,
            Policy { tries: 5, busy_tries: 5, total: Duration::from_mins(1), ..Policy::default() },
        )
    }

    fn with_policy(config: &Config, policy: Policy) -> Result<Self, Vec<ConfigProblem>> {
        let slack = config.slack.as_ref().map(slack::Way::new).transpose();
        let pagerduty = config.pagerduty.as_ref().map(pagerduty::Way::new).transpose();
        match (slack, pagerduty) {
            (Ok(slack), Ok(pagerduty)) => Ok(Self {
                slack,
                pagerduty,
                actor: config.actor.clone(),
                sender: Sender::new(config.timeout, policy),
            }),
            (slack, pagerduty) => {
                Err([slack.err(), pagerduty.err()].into_iter().flatten().collect())
            }
        }
    }

    /// Whether there is a way to a service.
    pub fn reaches(&self, service: Service) -> bool {
        match service {
            Service::Slack => self.slack.is_some(),
            Service::PagerDuty => self.pagerduty.is_some(),
        }
    }

    /// Posts a message in Slack.
    ///
    /// # Errors
    /// [`Error::NoWay`] where none is configured; else why it was not taken.
    pub async fn post(&self, message: &Message) -> Result<(), Error> {
        let way = self.slack.as_ref().ok_or(Error::NoWay(Service::Slack))?;
        way.post(&self.sender, message, &self.actor).await
    }

    /// Sends an event to PagerDuty.
    ///
    /// # Errors
    /// [`Error::NoWay`] where none is configured; else why it was not taken.
    pub async fn enqueue(&self, event: &Event) -> Result<(), Error> {
        let way = self.pagerduty.as_ref().ok_or(Error::NoWay(Service::PagerDuty))?;
        way.enqueue(&self.sender, event, &self.actor).await
    }
}

impl fmt::Debug for Notifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notifier")
            .field("slack", &self.slack.is_some())
            .field("pagerduty", &self.pagerduty.is_some())
            .field("actor", &self.actor)
            .finish_non_exhaustive()
    }
}

/// An address that secrets may be sent to: HTTPS, or HTTP on this machine.
fn address(field: &'static str, text: &str) -> Result<Url, ConfigProblem> {
    let problem = |message| ConfigProblem { field, message };
    let url = Url::parse(text).map_err(|_| problem("must be a URL"))?;
    let is_near = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_near => Ok(url),
        _ => Err(problem("must begin with https://, since a secret is sent there")),
    }
}
