locals {
  # Names of vaults are short and unique in all of Azure. A long name keeps its beginning and ends in a hash of itself.
  vault_name = (
    length(var.name) <= 24
    ? var.name
    : "${trimsuffix(substr(var.name, 0, 15), "-")}-${substr(sha256(var.name), 0, 8)}"
  )
}

data "azurerm_client_config" "current" {}

resource "azurerm_key_vault" "this" {
  name                = local.vault_name
  resource_group_name = var.network.resource_group_name
  location            = var.network.location
  tenant_id           = data.azurerm_client_config.current.tenant_id
  sku_name            = "standard"
  tags                = var.tags

  # Rights are roles of Azure, so that a service gets its secrets and no others.
  rbac_authorization_enabled = true

  purge_protection_enabled   = var.deletion_protection
  soft_delete_retention_days = var.soft_delete_days

  public_network_access_enabled = var.public_access

  network_acls {
    bypass         = "AzureServices"
    default_action = length(var.allowed_cidrs) == 0 && var.public_access ? "Allow" : "Deny"
    ip_rules       = var.allowed_cidrs
  }
}

resource "azurerm_role_assignment" "writers" {
  for_each = var.writers

  scope                = azurerm_key_vault.this.id
  role_definition_name = "Key Vault Secrets Officer"
  principal_id         = each.value
}

resource "azurerm_key_vault_secret" "this" {
  for_each = var.secrets

  name         = replace(each.key, "_", "-")
  key_vault_id = azurerm_key_vault.this.id
  content_type = each.value.description
  tags         = var.tags

  # The provider refuses null even where the value is not to be written, so a value that is not given is empty.
  value_wo         = lookup(var.values, each.key, "")
  value_wo_version = each.value.version

  depends_on = [azurerm_role_assignment.writers, azurerm_private_endpoint.this]
}

resource "azurerm_private_endpoint" "this" {
  name                = "${var.name}-vault"
  resource_group_name = var.network.resource_group_name
  location            = var.network.location
  subnet_id           = var.network.endpoint_subnet_id
  tags                = var.tags

  private_service_connection {
    name                           = "vault"
    private_connection_resource_id = azurerm_key_vault.this.id
    subresource_names              = ["vault"]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = "vault"
    private_dns_zone_ids = [var.network.private_dns_zone_ids["vault"]]
  }
}
