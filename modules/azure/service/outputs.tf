output "service_name" {
  description = "Name of the container app."
  value       = azurerm_container_app.this.name
}

output "service_id" {
  description = "Resource id of the container app, as metric alerts want it."
  value       = azurerm_container_app.this.id
}

output "environment_id" {
  description = "Resource id of the Container Apps environment, for other services to join."
  value       = local.environment_id
}

output "url" {
  description = "Address for clients; null without ingress."
  value       = var.ingress == "none" ? null : "https://${azurerm_container_app.this.ingress[0].fqdn}"
}

output "repository_url" {
  description = "Where to push images; null where the image is a full reference."
  value       = local.registry == null ? null : "${local.registry.login_server}/${var.name}"
}

output "log_workspace_id" {
  description = "Resource id of the log workspace; null where the service joined an environment."
  value       = one(azurerm_log_analytics_workspace.this[*].id)
}

output "principal_id" {
  description = "Object id of the service's identity, for roles that other modules give."
  value       = azurerm_user_assigned_identity.this.principal_id
}
