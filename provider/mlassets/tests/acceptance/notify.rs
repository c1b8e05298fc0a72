//! Messages to people, received by a server of the test.

use serde_json::json;

use crate::harness::{Run, Workspace};
use crate::receiver::{KEY, Receiver};

fn invoke(workspace: &Workspace) -> Run {
    let run = workspace.run(&[
        "apply",
        "-auto-approve",
        "-input=false",
        "-no-color",
        "-invoke=action.mlassets_notify.this",
    ]);
    assert!(!run.text().contains(KEY), "{run}");
    run
}

fn action(body: &str) -> String {
    format!(
        "action \"mlassets_notify\" \"this\" {{\n  config {{\n    \
         summary = \"ranker is rolled back\"\n    details = {{ version = \"2025-01-15-v1\" }}\n{body}  }}\n}}\n"
    )
}

const SLACK: &str = "    slack = { channel = \"#risk-alerts\" }\n";

fn pagerduty(action: &str) -> String {
    format!(
        "    pagerduty = {{\n      event_action = \"{action}\"\n      dedup_key = \"rollback-ranker\"\n    }}\n"
    )
}

#[test]
fn slack_and_pagerduty_are_told() {
    let receiver = Receiver::start();
    let workspace =
        receiver.known_to(Workspace::new(&action(&format!("{SLACK}{}", pagerduty("trigger")))));
    invoke(&workspace)
        .ok()
        .says("Slack: #risk-alerts is told")
        .says("PagerDuty: trigger of \"rollback-ranker\" is taken");
    let slack = json!({
        "channel": "#risk-alerts",
        "text": "*ranker is rolled back*\n• version: 2025-01-15-v1\n• actor: acceptance",
    });
    let event = json!({
        "routing_key": KEY,
        "event_action": "trigger",
        "dedup_key": "rollback-ranker",
        "payload": {
            "summary": "ranker is rolled back",
            "source": "mlassets",
            "severity": "error",
            "custom_details": { "actor": "acceptance", "version": "2025-01-15-v1" },
        },
    });
    let told = receiver.told();
    assert_eq!(
        told,
        [(format!("/services/T0/B0/{KEY}"), slack), ("/v2/enqueue".to_owned(), event)]
    );

    workspace.configure(&action(&pagerduty("resolve")));
    invoke(&workspace).ok().says("PagerDuty: resolve of \"rollback-ranker\" is taken");
    let event =
        json!({ "routing_key": KEY, "event_action": "resolve", "dedup_key": "rollback-ranker" });
    assert_eq!(receiver.told(), [("/v2/enqueue".to_owned(), event)]);
}

#[test]
fn one_that_is_not_taken_keeps_the_other_from_nothing() {
    let receiver = Receiver::start();
    let workspace = receiver
        .known_to(Workspace::new(&action(&format!("{}{SLACK}", pagerduty("resolve")))))
        .env("PAGERDUTY_ROUTING_KEY", "outdated");
    let refused = "PagerDuty at 127.0.0.1 refused the message: Invalid routing key.";
    invoke(&workspace)
        .fails()
        .says("PagerDuty refused the message")
        .says(refused)
        .says("Slack: #risk-alerts is told");

    let patient = format!("    on_failure = \"warn\"\n{}{SLACK}", pagerduty("resolve"));
    workspace.configure(&action(&patient));
    invoke(&workspace).ok().says(&format!("PagerDuty refused the message: {refused}"));
}

#[test]
fn a_way_must_be_there() {
    let workspace = Workspace::new(&action(SLACK)).env("PAGERDUTY_ROUTING_KEY", KEY);
    invoke(&workspace).fails().says("No way to Slack").says(
        "Set `slack_webhook_url` or `slack_token` in the provider's `notify` block, or one of the environment variables \
         SLACK_WEBHOOK_URL and SLACK_BOT_TOKEN.",
    );
    let workspace = Workspace::new(&action(&pagerduty("resolve")));
    invoke(&workspace).fails().says("No `notify` block in the provider configuration");
    workspace.configure(&action(""));
    workspace.run(&["validate", "-no-color"]).fails().says("Nobody is told");

    let open = "provider \"mlassets\" {\n  notify {\n    slack_webhook_url = \"http://hooks.slack.com/hunter2hunter2\"\n  }\n}\n";
    workspace.configure(&format!("{open}{}", action(SLACK)));
    invoke(&workspace).fails().says("must begin with https://, since a secret is sent there");
}
