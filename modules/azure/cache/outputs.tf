output "id" {
  description = "Resource id of the cache, as metric alerts want it."
  value       = local.id
}

output "host" {
  description = "Host name."
  value       = local.host
}

output "port" {
  description = "Port: 10000 of Managed Redis, 6380 of Azure Cache for Redis. Clients must use TLS."
  value       = local.port
}

output "password" {
  description = "Where the access key is: the resource id of the Key Vault secret."
  value       = "${azurerm_key_vault_secret.key.key_vault_id}/secrets/${basename(azurerm_key_vault_secret.key.versionless_id)}"
}
