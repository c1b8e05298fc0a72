locals {
  # Azure writes spans of time its own way, and has these only.
  windows = {
    60    = "PT1M"
    300   = "PT5M"
    900   = "PT15M"
    1800  = "PT30M"
    3600  = "PT1H"
    21600 = "PT6H"
    43200 = "PT12H"
    86400 = "P1D"
  }

  workspace_id = var.service == null ? azurerm_log_analytics_workspace.this[0].id : var.service.log_workspace_id
}

resource "azurerm_log_analytics_workspace" "this" {
  count = var.service == null ? 1 : 0

  name                = "${var.name}-logs"
  resource_group_name = var.network.resource_group_name
  location            = var.network.location
  sku                 = "PerGB2018"
  retention_in_days   = var.log_retention_days
  tags                = var.tags
}

resource "azurerm_application_insights" "this" {
  name                = var.name
  resource_group_name = var.network.resource_group_name
  location            = var.network.location
  application_type    = "other"
  workspace_id        = local.workspace_id
  tags                = var.tags
}

# Programs report to Application Insights with this string. Whoever has it can send false numbers, so it is a secret.
resource "azurerm_key_vault_secret" "connection_string" {
  name             = "${var.name}-insights"
  key_vault_id     = var.key_vault.key_vault_id
  content_type     = "Connection string of Application Insights ${var.name}"
  value_wo         = azurerm_application_insights.this.connection_string
  value_wo_version = 1
  tags             = var.tags
}

resource "azurerm_monitor_action_group" "this" {
  name                = "${var.name}-alerts"
  resource_group_name = var.network.resource_group_name
  short_name          = substr(replace(var.name, "-", ""), 0, 12)
  tags                = var.tags

  dynamic "email_receiver" {
    for_each = toset(var.emails)

    content {
      name                    = email_receiver.key
      email_address           = email_receiver.key
      use_common_alert_schema = true
    }
  }
}

resource "azurerm_monitor_metric_alert" "this" {
  for_each = var.alarms

  name                = "${var.name}-${each.key}"
  resource_group_name = var.network.resource_group_name
  description         = each.value.description
  scopes              = [each.value.resource_id]
  severity            = each.value.severity
  window_size         = local.windows[each.value.period]
  tags                = var.tags

  # Unusual numbers are looked for every five minutes at most.
  frequency = each.value.period < 300 ? "PT1M" : "PT5M"

  dynamic "criteria" {
    for_each = each.value.threshold[*]

    content {
      metric_namespace = each.value.namespace
      metric_name      = each.value.metric
      aggregation      = each.value.statistic
      operator         = each.value.comparison
      threshold        = criteria.value

      dynamic "dimension" {
        for_each = each.value.dimensions

        content {
          name     = dimension.key
          operator = "Include"
          values   = [dimension.value]
        }
      }
    }
  }

  # Without a threshold Azure learns what is usual, by hour and by day, and tells of the rest.
  dynamic "dynamic_criteria" {
    for_each = each.value.threshold == null ? [each.value.sensitivity] : []

    content {
      metric_namespace  = each.value.namespace
      metric_name       = each.value.metric
      aggregation       = each.value.statistic
      operator          = each.value.comparison == "LessThan" ? "LessThan" : each.value.comparison == "GreaterThan" ? "GreaterThan" : "GreaterOrLessThan"
      alert_sensitivity = dynamic_criteria.value

      dynamic "dimension" {
        for_each = each.value.dimensions

        content {
          name     = dimension.key
          operator = "Include"
          values   = [dimension.value]
        }
      }
    }
  }

  action {
    action_group_id = azurerm_monitor_action_group.this.id
  }
}
