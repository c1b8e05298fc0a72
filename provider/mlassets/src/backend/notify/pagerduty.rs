//! An event for those on call, as in version 2 of PagerDuty's Events API.

use std::collections::BTreeMap;

use reqwest::StatusCode;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use url::Url;

use super::send::{Answer, Post, Sender};
use super::{ConfigProblem, Error, PagerDuty, Service, address};

/// What becomes of the incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventAction {
    /// It is opened, or told of again.
    Trigger,
    /// Somebody looks after it.
    Acknowledge,
    /// It is over.
    Resolve,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Worst.
    Critical,
    /// Bad.
    Error,
    /// Perhaps bad.
    Warning,
    /// Good to know.
    Info,
}

/// An event.
#[derive(Clone, Debug)]
pub struct Event {
    /// What becomes of the incident.
    pub action: EventAction,
    /// Which incident: events with the same key are about the same one.
    pub dedup_key: String,
    /// What it is about; at most 1,024 characters count.
    pub summary: String,
    /// What is affected.
    pub source: String,
    /// How bad it is.
    pub severity: Severity,
    /// What else there is to know, by its name.
    pub details: BTreeMap<String, String>,
}

impl EventAction {
    /// The word for it in the API.
    pub fn name(self) -> &'static str {
        match self {
            EventAction::Trigger => "trigger",
            EventAction::Acknowledge => "acknowledge",
            EventAction::Resolve => "resolve",
        }
    }
}

impl Severity {
    /// The word for it in the API.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Critical => "critical",
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        }
    }
}

/// A checked way in.
pub(super) struct Way {
    url: Url,
    routing_key: SecretString,
}

impl Way {
    pub(super) fn new(pagerduty: &PagerDuty) -> Result<Self, ConfigProblem> {
        let url = address("pagerduty_events_url", &pagerduty.events_url)?;
        Ok(Way { url, routing_key: pagerduty.routing_key.clone() })
    }

    pub(super) async fn enqueue(
        &self,
        sender: &Sender,
        event: &Event,
        actor: &str,
    ) -> Result<(), Error> {
        let post = || Post {
            service: Service::PagerDuty,
            url: &self.url,
            bearer: None,
            body: self.body(event, actor),
            secret: &self.routing_key,
        };
        let answer = sender.post(post()).await?;
        if answer.status == StatusCode::ACCEPTED {
            return Ok(());
        }
        let post = post();
        Err(post.refused(match reasons(&answer) {
            Some(reasons) => post.clean(&reasons),
            None => post.shown(&answer),
        }))
    }

    fn body(&self, event: &Event, actor: &str) -> Value {
        let mut body = json!({
            "routing_key": self.routing_key.expose_secret(),
            "event_action": event.action.name(),
            "dedup_key": event.dedup_key,
        });
        if event.action == EventAction::Trigger {
            let mut details = event.details.clone();
            details.entry("actor".to_owned()).or_insert_with(|| actor.to_owned());
            body["payload"] = json!({
                "summary": event.summary,
                "source": event.source,
                "severity": event.severity.name(),
                "custom_details": details,
            });
        }
        body
    }
}

/// What PagerDuty says is wrong with the event.
fn reasons(answer: &Answer) -> Option<String> {
    let said: Value = serde_json::from_str(&answer.body).ok()?;
    let reasons: Vec<&str> = said["errors"].as_array()?.iter().filter_map(Value::as_str).collect();
    (!reasons.is_empty()).then(|| reasons.join(", "))
}
