//! `mlassets_notify`: tells a channel and those on call.

use std::collections::BTreeMap;

use tfplug::{Action, At as _, Attr, Cx, Diagnostic, Draft, Error, Progress, Result, Schema};

use crate::backend::notify::{Event, EventAction, Message, Notifier, Service, Severity};
use crate::diagnose::sentence;

/// Tells a channel of Slack, those on call by PagerDuty, or both.
///
/// The provider's `notify` block, or the environment, says how to reach them; nothing of it comes into a plan or the state.
/// A message is sent at least once: what gets no answer is sent again, up to 5 times. PagerDuty takes events with
/// one `dedup_key` for one incident; Slack may show a message twice.
#[derive(Schema, Clone, Debug)]
#[tf(name = "notify")]
pub struct Notify {
    /// What it is about, in one line.
    #[tf(check = len(1..=1024), example = "\"ranker 2025-01-15-v1 is deployed again in production\"")]
    pub summary: String,
    /// What else there is to know, by its name. The provider's `actor` is added, unless there is one of that name.
    #[tf(example = "{ model = \"ranker\", impact = \"none\" }")]
    pub details: Option<BTreeMap<String, String>>,
    /// Tells a channel of Slack.
    pub slack: Option<SlackMessage>,
    /// Tells those on call by PagerDuty.
    pub pagerduty: Option<PagerDutyEvent>,
    /// What a message that was not taken does to the run: `fail` it, or `warn`.
    #[tf(default = "fail", check = one_of(&["fail", "warn"]))]
    pub on_failure: Attr<String>,
}

/// A message in Slack.
#[derive(Schema, Clone, Debug)]
pub struct SlackMessage {
    /// The channel: `#name` or an ID. A bot needs it; a webhook has one of its own, and only old ones heed this.
    #[tf(check = len(1..=80), example = "\"#risk-alerts\"")]
    pub channel: Option<String>,
}

/// An event in PagerDuty.
#[derive(Schema, Clone, Debug)]
pub struct PagerDutyEvent {
    /// What becomes of the incident: `trigger` opens it, `acknowledge` says that somebody looks after it, `resolve` ends it.
    #[tf(check = one_of(&["trigger", "acknowledge", "resolve"]))]
    pub event_action: String,
    /// Which incident: all events with the same key are about the same one.
    #[tf(check = len(1..=255), example = "\"rollback-ranker-production\"")]
    pub dedup_key: String,
    /// How bad it is: `critical`, `error`, `warning` or `info`; `error` by default.
    #[tf(check = one_of(&["critical", "error", "warning", "info"]))]
    pub severity: Option<String>,
    /// What is affected; `mlassets` by default.
    #[tf(check = len(1..=255), example = "\"ranker@production\"")]
    pub source: Option<String>,
}

impl Action for Notify {
    type Backend = Notifier;

    async fn invoke(cx: &Cx<Notifier>, config: Self, progress: &Progress) -> Result<()> {
        let mut failed: Option<Error> = None;
        let mut note = |told: Result<String>| match told {
            Ok(told) => progress.say(told),
            Err(error) => {
                failed = Some(match failed.take() {
                    Some(earlier) => earlier.and(error),
                    None => error,
                });
            }
        };
        if let Some(slack) = &config.slack {
            note(config.post(cx, slack).await.at(Self::SLACK));
        }
        if let Some(event) = &config.pagerduty {
            note(config.enqueue(cx, event).await.at(Self::PAGERDUTY));
        }
        match failed {
            Some(error) if config.on_failure == Attr::Known("warn".to_owned()) => {
                for diagnostic in error.diagnostics() {
                    cx.call().warn(Diagnostic::warning(
                        diagnostic.summary.clone(),
                        sentence(&diagnostic.detail),
                    ));
                }
                Ok(())
            }
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    fn validate(config: &mut Draft<'_, Self>) {
        if config.get(Self::SLACK).is_null() && config.get(Self::PAGERDUTY).is_null() {
            let detail = "Set `slack`, `pagerduty` or both.";
            config.deny(Self::SLACK, "Nobody is told", detail);
        }
    }

    async fn plan(cx: &Cx<Notifier>, config: &mut Draft<'_, Self>) -> Result<()> {
        if config.get(Self::SLACK).known().is_some() && !cx.reaches(Service::Slack) {
            let detail = "Set `slack_webhook_url` or `slack_token` in the provider's `notify` block, or one of the \
                          environment variables SLACK_WEBHOOK_URL and SLACK_BOT_TOKEN.";
            config.deny(Self::SLACK, "No way to Slack", detail);
        }
        if config.get(Self::PAGERDUTY).known().is_some() && !cx.reaches(Service::PagerDuty) {
            let detail = "Set `pagerduty_routing_key` in the provider's `notify` block, or the environment variable \
                          PAGERDUTY_ROUTING_KEY.";
            config.deny(Self::PAGERDUTY, "No way to PagerDuty", detail);
        }
        Ok(())
    }
}

impl Notify {
    async fn post(&self, notifier: &Notifier, slack: &SlackMessage) -> Result<String> {
        let message = Message {
            channel: slack.channel.clone(),
            summary: self.summary.clone(),
            details: self.details.clone().unwrap_or_default(),
        };
        notifier.post(&message).await?;
        Ok(match &slack.channel {
            Some(channel) => format!("Slack: {channel} is told"),
            None => "Slack: the channel of the webhook is told".to_owned(),
        })
    }

    async fn enqueue(&self, notifier: &Notifier, event: &PagerDutyEvent) -> Result<String> {
        let action = match event.event_action.as_str() {
            "trigger" => EventAction::Trigger,
            "acknowledge" => EventAction::Acknowledge,
            _ => EventAction::Resolve,
        };
        let severity = match event.severity.as_deref() {
            Some("critical") => Severity::Critical,
            Some("warning") => Severity::Warning,
            Some("info") => Severity::Info,
            _ => Severity::Error,
        };
        let sent = Event {
            action,
            dedup_key: event.dedup_key.clone(),
            summary: self.summary.clone(),
            source: event.source.clone().unwrap_or_else(|| "mlassets".to_owned()),
            severity,
            details: self.details.clone().unwrap_or_default(),
        };
        notifier.enqueue(&sent).await?;
        Ok(format!("PagerDuty: {} of {:?} is taken", action.name(), event.dedup_key))
    }
}
