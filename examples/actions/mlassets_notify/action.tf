# How to reach them comes from SLACK_WEBHOOK_URL and PAGERDUTY_ROUTING_KEY.
action "mlassets_notify" "rollback" {
  config {
    summary = "ranker 2025-01-15-v1 is deployed again in production"
    details = {
      impact = "none since 10:45 UTC"
      ticket = "OPS-1234"
    }

    slack = {
      channel = "#risk-alerts"
    }
    pagerduty = {
      event_action = "resolve"
      dedup_key    = "rollback-ranker-production"
    }
  }
}

resource "terraform_data" "rollback" {
  input = "2025-01-15-v1"

  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.mlassets_notify.rollback]
    }
  }
}
