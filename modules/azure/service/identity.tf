# Who the service is, and what it may do. It has no password: Azure knows it by its identity.

locals {
  # Names of secrets inside the app: JWT_SECRET is jwt-secret.
  secret_names = { for variable in keys(var.secrets) : variable => lower(replace(variable, "_", "-")) }

  # ".../vaults/VAULT/secrets/NAME" is read at https://VAULT.vault.azure.net/secrets/NAME, always in its newest version.
  secret_urls = {
    for variable, id in var.secrets :
    variable => "https://${basename(dirname(dirname(id)))}.${var.key_vault_suffix}/secrets/${basename(id)}"
  }
}

resource "azurerm_user_assigned_identity" "this" {
  name                = var.name
  resource_group_name = var.network.resource_group_name
  location            = var.network.location
  tags                = var.tags
}

resource "azurerm_role_assignment" "secrets" {
  for_each = var.secrets

  scope                = each.value
  role_definition_name = "Key Vault Secrets User"
  principal_id         = azurerm_user_assigned_identity.this.principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_role_assignment" "buckets" {
  for_each = var.buckets

  scope                = each.value.id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = azurerm_user_assigned_identity.this.principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_role_assignment" "pull" {
  count = local.registry == null ? 0 : 1

  scope                = local.registry.id
  role_definition_name = "AcrPull"
  principal_id         = azurerm_user_assigned_identity.this.principal_id
  principal_type       = "ServicePrincipal"
}
