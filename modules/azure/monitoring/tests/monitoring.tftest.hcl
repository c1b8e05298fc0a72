# Runs without a cloud, on the stand-in provider.

provider "azurerm" {
  features {}
}

variables {
  name      = "shop-production"
  key_vault = { key_vault_id = "/subscriptions/1/resourceGroups/shop/providers/Microsoft.KeyVault/vaults/shop" }
  emails    = ["alerts@shop.example"]

  network = {
    resource_group_name = "shop"
    location            = "japaneast"
  }

  alarms = {
    high-cpu = {
      description = "The replicas use too much CPU."
      resource_id = "/subscriptions/1/resourceGroups/shop/providers/Microsoft.App/containerApps/shop-api"
      namespace   = "Microsoft.App/containerApps"
      metric      = "CpuPercentage"
      threshold   = 80
    }

    slow-answers = {
      description = "The API is slower than usual."
      resource_id = "/subscriptions/1/resourceGroups/shop/providers/Microsoft.App/containerApps/shop-api"
      namespace   = "Microsoft.App/containerApps"
      metric      = "ResponseTime"
      dimensions  = { statusCodeCategory = "2xx" }
      period      = 900
    }
  }
}

run "compares_with_a_threshold" {
  command = plan

  assert {
    condition     = azurerm_monitor_metric_alert.this["high-cpu"].criteria[0].threshold == 80 && length(azurerm_monitor_metric_alert.this["high-cpu"].dynamic_criteria) == 0
    error_message = "The alarm must compare with 80."
  }

  assert {
    condition     = azurerm_monitor_metric_alert.this["high-cpu"].window_size == "PT5M" && azurerm_monitor_metric_alert.this["high-cpu"].frequency == "PT5M"
    error_message = "300 seconds are PT5M."
  }
}

run "compares_with_what_is_usual" {
  command = plan

  assert {
    condition     = azurerm_monitor_metric_alert.this["slow-answers"].dynamic_criteria[0].alert_sensitivity == "Medium" && length(azurerm_monitor_metric_alert.this["slow-answers"].criteria) == 0
    error_message = "An alarm without a threshold must look for anomalies."
  }

  assert {
    condition     = azurerm_monitor_metric_alert.this["slow-answers"].dynamic_criteria[0].operator == "GreaterThan" && azurerm_monitor_metric_alert.this["slow-answers"].dynamic_criteria[0].dimension[0].values == tolist(["2xx"])
    error_message = "The alarm must look at slow answers of good requests."
  }
}

run "tells_people" {
  command = apply

  assert {
    condition     = azurerm_monitor_action_group.this.short_name == "shopproducti" && one(azurerm_monitor_action_group.this.email_receiver[*].email_address) == "alerts@shop.example"
    error_message = "The mail must go to the address that is given, under a name of twelve characters."
  }

  assert {
    condition     = alltrue([for alarm in azurerm_monitor_metric_alert.this : one(alarm.action[*].action_group_id) == output.action_group_id])
    error_message = "Every alarm must tell the group."
  }

  assert {
    condition     = output.alarm_names == { high-cpu = "shop-production-high-cpu", slow-answers = "shop-production-slow-answers" }
    error_message = "The outputs must name the alarms."
  }
}

run "keeps_the_connection_string_in_the_vault" {
  command = apply

  assert {
    condition     = output.connection_string == "${var.key_vault.key_vault_id}/secrets/shop-production-insights" && azurerm_key_vault_secret.connection_string.value == null
    error_message = "The connection string must be a secret."
  }

  assert {
    condition     = azurerm_application_insights.this.workspace_id == azurerm_log_analytics_workspace.this[0].id && output.log_workspace_id == azurerm_log_analytics_workspace.this[0].id
    error_message = "Application Insights must write to the workspace."
  }
}

run "shares_a_workspace" {
  command = plan

  variables {
    service = { log_workspace_id = "/subscriptions/1/resourceGroups/shop/providers/Microsoft.OperationalInsights/workspaces/shop" }
  }

  assert {
    condition     = length(azurerm_log_analytics_workspace.this) == 0 && azurerm_application_insights.this.workspace_id == var.service.log_workspace_id
    error_message = "Application Insights must write to the workspace that is handed over."
  }
}

run "refuses_wrong_values" {
  command = plan

  variables {
    name               = "Shop"
    emails             = []
    log_retention_days = 7

    alarms = {
      wrong = {
        description = "Everything is wrong."
        resource_id = "/subscriptions/1"
        namespace   = "Microsoft.App/containerApps"
        metric      = "Requests"
        comparison  = "GreaterThanThreshold"
        statistic   = "Sum"
        sensitivity = "medium"
        severity    = 5
        period      = 120
      }
    }
  }

  expect_failures = [var.name, var.emails, var.log_retention_days, var.alarms]
}
