//! A message in a channel of Slack, through an incoming webhook or as a bot.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use url::Url;

use super::send::{Answer, Post, Sender};
use super::{ConfigProblem, Error, Service, Slack, address};

/// A message.
#[derive(Clone, Debug)]
pub struct Message {
    /// The channel: `#name` or an ID. A bot needs it; most webhooks have one of their own and pay no heed.
    pub channel: Option<String>,
    /// What it is about.
    pub summary: String,
    /// What else there is to know, by its name.
    pub details: BTreeMap<String, String>,
}

/// A checked way in.
pub(super) enum Way {
    Webhook { url: Url, secret: SecretString },
    Bot { url: Url, token: SecretString },
}

impl Way {
    pub(super) fn new(slack: &Slack) -> Result<Self, ConfigProblem> {
        Ok(match slack {
            Slack::Webhook(url) => {
                let url = address("slack_webhook_url", url.expose_secret())?;
                let path = url.path().strip_prefix("/services").unwrap_or(url.path());
                Way::Webhook { secret: path.into(), url }
            }
            Slack::Bot { token, api } => Way::Bot {
                url: address(
                    "slack_api_url",
                    &format!("{}/chat.postMessage", api.trim_end_matches('/')),
                )?,
                token: token.clone(),
            },
        })
    }

    pub(super) async fn post(
        &self,
        sender: &Sender,
        message: &Message,
        actor: &str,
    ) -> Result<(), Error> {
        let body = body(message, actor);
        let (url, bearer, secret) = match self {
            Way::Webhook { url, secret } => (url, None, secret),
            Way::Bot { url, token } => (url, Some(token), token),
        };
        let post = || Post { service: Service::Slack, url, bearer, body: body.clone(), secret };
        let answer = sender.post(post()).await?;
        match refusal(&answer, bearer.is_some()) {
            None => Ok(()),
            Some(Refusal::Code(code)) => Err(post().refused(post().clean(&code))),
            Some(Refusal::Other) => Err(post().refused(post().shown(&answer))),
        }
    }
}

enum Refusal {
    /// A word that Slack's documentation explains.
    Code(String),
    Other,
}

/// Whether Slack said no. To a bot it does so with status 200.
fn refusal(answer: &Answer, is_bot: bool) -> Option<Refusal> {
    if !is_bot {
        if answer.status.is_success() {
            return None;
        }
        let is_code = |text: &str| {
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        };
        return Some(match answer.body.trim() {
            code if is_code(code) => Refusal::Code(code.to_owned()),
            _ => Refusal::Other,
        });
    }
    let said: Option<Value> = serde_json::from_str(&answer.body).ok();
    match said {
        Some(said) if answer.status.is_success() && said["ok"] == Value::Bool(true) => None,
        Some(Value::Object(said)) => Some(match said.get("error").and_then(Value::as_str) {
            Some(code) => Refusal::Code(code.to_owned()),
            None => Refusal::Other,
        }),
        _ => Some(Refusal::Other),
    }
}

/// The message as Slack wants it: one text, in which a line is a fact.
fn body(message: &Message, actor: &str) -> Value {
    let mut text = format!("*{}*", escaped(&message.summary));
    for (name, value) in &message.details {
        let _ = write!(text, "\n• {}: {}", escaped(name), escaped(value));
    }
    if !message.details.contains_key("actor") {
        let _ = write!(text, "\n• actor: {}", escaped(actor));
    }
    let mut body = json!({ "text": text });
    if let Some(channel) = &message.channel {
        body["channel"] = channel.as_str().into();
    }
    body
}

/// Text in which Slack sees no link, no mention and no markup of its own.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
