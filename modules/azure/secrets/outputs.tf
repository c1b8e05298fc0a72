output "references" {
  description = "Resource id of each secret, by its name. Service components read the secret by it and get the right to."
  value       = { for name, secret in azurerm_key_vault_secret.this : name => "${secret.key_vault_id}/secrets/${secret.name}" }
}

output "key_vault_id" {
  description = "Resource id of the vault."
  value       = azurerm_key_vault.this.id
}

output "vault_uri" {
  description = "Address of the vault."
  value       = azurerm_key_vault.this.vault_uri
}
