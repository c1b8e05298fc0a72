# The name comes from what Azure answers: a reference must not be known before its secret is there, or a database that
# is added together with its secret would look for the password while Terraform still plans.
output "references" {
  description = "Resource id of each secret, by its name. Service components read the secret by it and get the right to."
  value = {
    for name, secret in azurerm_key_vault_secret.this :
    name => "${secret.key_vault_id}/secrets/${basename(secret.versionless_id)}"
  }
}

output "key_vault_id" {
  description = "Resource id of the vault."
  value       = azurerm_key_vault.this.id
}

output "vault_uri" {
  description = "Address of the vault."
  value       = azurerm_key_vault.this.vault_uri
}
