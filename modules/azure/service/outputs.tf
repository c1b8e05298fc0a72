output "service_name" {
  description = "Name of the container app."
  value       = var.name
}

output "service_id" {
  description = "Resource id of the container app, as metric alerts want it."
  value       = azurerm_container_app.this.id
}

output "cluster_name" {
  description = "Name of the Container Apps environment; that of the other service where the environment is shared."
  value       = local.own_environment ? local.cluster_name : basename(local.environment_id)
}

output "environment_id" {
  description = "Resource id of the Container Apps environment."
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

output "port" {
  description = "Port on which the container listens."
  value       = var.port
}

output "log_workspace_id" {
  description = "Resource id of the log workspace; null where the environment is shared."
  value       = one(azurerm_log_analytics_workspace.this[*].id)
}

output "principal_id" {
  description = "Object id of the service's identity, for roles that other modules give."
  value       = azurerm_user_assigned_identity.this.principal_id
}
