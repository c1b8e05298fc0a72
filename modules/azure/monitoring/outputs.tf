output "action_group_id" {
  description = "Resource id of the action group that every alarm reports to."
  value       = azurerm_monitor_action_group.this.id
}

output "alarm_names" {
  description = "Names of the alarms in Azure, by their names here."
  value       = { for name, alarm in azurerm_monitor_metric_alert.this : name => alarm.name }
}

output "log_workspace_id" {
  description = "Resource id of the log workspace."
  value       = local.workspace_id
}

output "connection_string" {
  description = "Where the connection string of Application Insights is: the resource id of the Key Vault secret."
  value       = "${azurerm_key_vault_secret.connection_string.key_vault_id}/secrets/${basename(azurerm_key_vault_secret.connection_string.versionless_id)}"
}
