//! What Slack and PagerDuty are told, and what becomes of what they say.

use std::collections::BTreeMap;
use std::time::Duration;

use expect_test::{Expect, expect};

use super::{
    Config, Error, Event, EventAction, Message, Notifier, PagerDuty, Severity, Slack, address,
};
use crate::backend::tests::scripted::{Reply, Scripted, quick, reply};

const SECRET: &str = "B0/T0-hunter2";

fn config(port: u16) -> Config {
    let base = format!("http://127.0.0.1:{port}");
    Config {
        slack: Some(Slack::Webhook(format!("{base}/services/{SECRET}").into())),
        pagerduty: Some(PagerDuty {
            routing_key: SECRET.into(),
            events_url: format!("{base}/v2/enqueue"),
        }),
        actor: "release-bot".to_owned(),
        timeout: Duration::from_secs(5),
    }
}

fn as_bot(mut config: Config) -> Config {
    let Some(Slack::Webhook(url)) = &config.slack else { unreachable!() };
    let api =
        secrecy::ExposeSecret::expose_secret(url).replace(&format!("services/{SECRET}"), "api/");
    config.slack = Some(Slack::Bot { token: SECRET.into(), api });
    config
}

fn message() -> Message {
    Message {
        channel: Some("#risk-alerts".to_owned()),
        summary: "ranker <v1> & co".to_owned(),
        details: BTreeMap::from([("version".to_owned(), "2025-01-15-v1".to_owned())]),
    }
}

fn event(action: EventAction) -> Event {
    Event {
        action,
        dedup_key: "rollback-ranker".to_owned(),
        summary: "ranker is rolled back".to_owned(),
        source: "ranker@production".to_owned(),
        severity: Severity::Critical,
        details: BTreeMap::from([("version".to_owned(), "2025-01-15-v1".to_owned())]),
    }
}

/// What one call asks, and how it ends.
enum Call {
    Post,
    PostAsBot,
    Enqueue(EventAction),
}

async fn run(call: &Call, script: Vec<Reply>) -> (Scripted, Result<(), Error>) {
    let server = Scripted::start(script).await;
    let config = config(server.port);
    let config = if matches!(call, Call::PostAsBot) { as_bot(config) } else { config };
    let mut notifier = Notifier::with_policy(&config, quick()).unwrap();
    notifier.sender = super::Sender::new(Duration::from_millis(300), quick());
    assert!(!format!("{notifier:?}").contains("hunter2"));
    let result = match call {
        Call::Enqueue(action) => notifier.enqueue(&event(*action)).await,
        Call::Post | Call::PostAsBot => notifier.post(&message()).await,
    };
    (server, result)
}

async fn check(call: Call, script: Vec<Reply>, expected: Expect) {
    let asked = script.len();
    let (server, result) = run(&call, script).await;
    let mut seen: Vec<String> = server
        .heard()
        .iter()
        .map(|heard| {
            let bearer = heard.header("authorization");
            let bearer = bearer.map(|bearer| format!(" ({bearer})")).unwrap_or_default();
            assert_eq!(heard.header("content-type"), Some("application/json; charset=utf-8"));
            format!("{}{bearer} {}", heard.line, heard.body)
        })
        .collect();
    assert_eq!(seen.len(), asked, "{seen:#?}");
    // Each try says the same.
    seen.dedup();
    seen.push(match result {
        Ok(()) => "ok".to_owned(),
        Err(error) => {
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
            error.to_string()
        }
    });
    expected.assert_eq(&seen.join("\n"));
}

#[tokio::test]
async fn what_slack_is_told() {
    check(
        Call::Post,
        vec![reply(200, "ok")],
        expect![[r##"
            POST /services/B0/T0-hunter2 {"text":"*ranker &lt;v1&gt; &amp; co*\n• version: 2025-01-15-v1\n• actor: release-bot","channel":"#risk-alerts"}
            ok"##]],
    )
    .await;
    check(
        Call::PostAsBot,
        vec![reply(200, r#"{"ok":true,"ts":"1"}"#)],
        expect![[r##"
            POST /api/chat.postMessage (Bearer B0/T0-hunter2) {"text":"*ranker &lt;v1&gt; &amp; co*\n• version: 2025-01-15-v1\n• actor: release-bot","channel":"#risk-alerts"}
            ok"##]],
    )
    .await;
}

#[tokio::test]
async fn what_pagerduty_is_told() {
    for (action, expected) in [
        (
            EventAction::Trigger,
            expect![[r#"
            POST /v2/enqueue {"routing_key":"B0/T0-hunter2","event_action":"trigger","dedup_key":"rollback-ranker","payload":{"summary":"ranker is rolled back","source":"ranker@production","severity":"critical","custom_details":{"actor":"release-bot","version":"2025-01-15-v1"}}}
            ok"#]],
        ),
        (
            EventAction::Acknowledge,
            expect![[r#"
            POST /v2/enqueue {"routing_key":"B0/T0-hunter2","event_action":"acknowledge","dedup_key":"rollback-ranker"}
            ok"#]],
        ),
        (
            EventAction::Resolve,
            expect![[r#"
            POST /v2/enqueue {"routing_key":"B0/T0-hunter2","event_action":"resolve","dedup_key":"rollback-ranker"}
            ok"#]],
        ),
    ] {
        let taken =
            r#"{"status":"success","message":"Event processed","dedup_key":"rollback-ranker"}"#;
        check(Call::Enqueue(action), vec![reply(202, taken)], expected).await;
    }
}

/// How a call ends, without what it sent.
async fn check_end(call: Call, script: Vec<Reply>, expected: &str) {
    let asked = script.len();
    let (server, result) = run(&call, script).await;
    let port = format!(":{}", server.port);
    let end = result.map_or_else(|error| error.to_string(), |()| "ok".to_owned());
    assert_eq!(end.replace(&port, ""), expected);
    assert_eq!(server.heard().len(), asked, "{expected}");
    assert!(!end.contains("hunter2"), "{end}");
}

#[tokio::test]
async fn a_refusal_is_told_and_not_repeated() {
    for (call, status, body, expected) in [
        (
            Call::Post,
            404,
            "channel_not_found",
            "Slack at 127.0.0.1 refused the message: channel_not_found; check the channel's name, and invite the bot into it",
        ),
        (
            Call::Post,
            403,
            "invalid_token",
            "Slack at 127.0.0.1 refused the message: invalid_token; the webhook or the token is no longer valid, so make another",
        ),
        (
            Call::Post,
            404,
            "<html>\n no  B0/T0-hunter2 </html>",
            "Slack at 127.0.0.1 refused the message: status 404, <html> no B0/(secret) </html>",
        ),
        (Call::Post, 302, "", "Slack at 127.0.0.1 refused the message: status 302"),
        (
            Call::PostAsBot,
            200,
            r#"{"ok":false,"error":"missing_scope","needed":"chat:write"}"#,
            "Slack at 127.0.0.1 refused the message: missing_scope; give the bot the scope `chat:write`",
        ),
        (
            Call::PostAsBot,
            200,
            "hello",
            "Slack at 127.0.0.1 refused the message: status 200, hello",
        ),
        (
            Call::Enqueue(EventAction::Trigger),
            400,
            r#"{"status":"invalid event","message":"Event object is invalid","errors":["Invalid routing key","'source' is missing"]}"#,
            "PagerDuty at 127.0.0.1 refused the message: Invalid routing key, 'source' is missing",
        ),
        (
            Call::Enqueue(EventAction::Trigger),
            200,
            "a proxy's page",
            "PagerDuty at 127.0.0.1 refused the message: status 200, a proxy's page",
        ),
    ] {
        check_end(call, vec![reply(status, body)], expected).await;
    }
}

#[tokio::test]
async fn what_was_not_taken_is_sent_again() {
    let spoilt = || {
        vec![Reply::Answer(429, "Retry-After: 0\r\n", String::new()), reply(503, ""), Reply::Hangup]
    };
    let with = |last: Reply| spoilt().into_iter().chain([last]).collect::<Vec<_>>();
    check_end(Call::Post, with(reply(200, "ok")), "ok").await;
    check_end(Call::PostAsBot, with(reply(200, r#"{"ok":true}"#)), "ok").await;
    check_end(Call::Enqueue(EventAction::Resolve), with(reply(202, "{}")), "ok").await;
    check_end(
        Call::Enqueue(EventAction::Resolve),
        with(reply(502, "bad\tgateway")),
        "PagerDuty at 127.0.0.1 did not take the message in 4 tries; it said: status 502, bad gateway",
    )
    .await;
    check_end(
        Call::Post,
        with(Reply::Silence),
        "Slack at 127.0.0.1 gave no answer in 4 tries: it took too long; the message may have been taken all the same",
    )
    .await;
}

#[tokio::test]
async fn nobody_listens() {
    let mut config = config(1);
    config.slack = None;
    let notifier = Notifier::with_policy(&config, quick()).unwrap();
    let error = notifier.post(&message()).await.unwrap_err();
    assert_eq!(error.to_string(), "nothing says how to reach Slack");
    let error = notifier.enqueue(&event(EventAction::Trigger)).await.unwrap_err();
    let expected = "PagerDuty at 127.0.0.1 gave no answer in 4 tries: Connection refused (os error 111); the message may \
                    have been taken all the same";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_secret_is_sent_nowhere_in_the_clear() {
    for (url, expected) in [
        ("https://hooks.slack.com/services/x", None),
        ("http://127.0.0.1:8/x", None),
        ("http://[::1]:8/x", None),
        ("http://localhost/x", None),
        (
            "http://hooks.slack.com/x",
            Some("must begin with https://, since a secret is sent there"),
        ),
        ("ftp://127.0.0.1/x", Some("must begin with https://, since a secret is sent there")),
        ("hooks.slack.com/x", Some("must be a URL")),
    ] {
        let problem = address("slack_webhook_url", url).err().map(|problem| problem.message);
        assert_eq!(problem, expected, "{url}");
    }
}
