output "identifier" {
  description = "Resource id of what metric alerts watch: the server (postgres) or the database (mssql)."
  value       = local.watched_id
}

output "host" {
  description = "Host name."
  value       = one(concat(azurerm_postgresql_flexible_server.this[*].fqdn, azurerm_mssql_server.this[*].fully_qualified_domain_name))
}

output "port" {
  description = "Port. Clients must use TLS."
  value       = local.port
}

output "database_name" {
  description = "Name of the database."
  value       = var.database_name
}

output "username" {
  description = "Administrator of the server."
  value       = local.username
}

output "password" {
  description = "Where the password is: the resource id of the Key Vault secret."
  value       = var.password
}
