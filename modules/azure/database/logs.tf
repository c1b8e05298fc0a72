resource "azurerm_monitor_diagnostic_setting" "this" {
  count = var.log_workspace == null ? 0 : 1

  name                       = "logs"
  target_resource_id         = local.watched_id
  log_analytics_workspace_id = var.log_workspace.log_workspace_id

  enabled_log {
    category_group = "allLogs"
  }
}
