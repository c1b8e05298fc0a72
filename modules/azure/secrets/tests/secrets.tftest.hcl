# Runs without a cloud, on the stand-in provider.

provider "azurerm" {
  features {}
}

variables {
  name = "shop-production-secrets-of-tokyo"

  secrets = {
    jwt_secret = { description = "Signs session tokens." }
    api_key    = { description = "Key of the weather service.", version = 3 }
  }

  values = { jwt_secret = "not-stored-anywhere" }

  network = {
    resource_group_name  = "shop"
    location             = "japaneast"
    database_subnet_id   = "/subscriptions/1/resourceGroups/shop/providers/Microsoft.Network/virtualNetworks/shop/subnets/databases"
    endpoint_subnet_id   = "/subscriptions/1/resourceGroups/shop/providers/Microsoft.Network/virtualNetworks/shop/subnets/endpoints"
    container_subnet_id  = "/subscriptions/1/resourceGroups/shop/providers/Microsoft.Network/virtualNetworks/shop/subnets/containers"
    open_ports           = [443, 1433, 5432, 6380, 10000]
    private_dns_zone_ids = { postgres = "zone-postgres", mssql = "zone-mssql", redis = "zone-redis", managed_redis = "zone-managed", blob = "zone-blob", vault = "zone-vault" }
  }
}

run "is_safe_by_default" {
  command = plan

  assert {
    condition     = azurerm_key_vault.this.rbac_authorization_enabled && azurerm_key_vault.this.purge_protection_enabled && azurerm_key_vault.this.soft_delete_retention_days == 90
    error_message = "Rights must be roles, and nothing may be purged."
  }

  assert {
    condition     = alltrue([for secret in azurerm_key_vault_secret.this : secret.value == null])
    error_message = "Values must be write-only."
  }
}

run "writes_by_version" {
  command = plan

  assert {
    condition     = azurerm_key_vault_secret.this["jwt_secret"].name == "jwt-secret" && azurerm_key_vault_secret.this["jwt_secret"].value_wo_version == 1 && azurerm_key_vault_secret.this["api_key"].value_wo_version == 3
    error_message = "Names must suit Key Vault, and versions be those that are given."
  }
}

run "cuts_a_long_name" {
  command = plan

  assert {
    condition     = can(regex("^shop-production-[0-9a-f]{8}$", azurerm_key_vault.this.name))
    error_message = "A long name must keep its beginning and end in a hash."
  }
}

run "can_be_closed" {
  command = plan

  variables {
    name          = "shop-secrets"
    public_access = false
    writers       = { pipeline = "00000000-0000-0000-0000-000000000001" }
  }

  assert {
    condition     = !azurerm_key_vault.this.public_network_access_enabled && azurerm_key_vault.this.network_acls[0].default_action == "Deny"
    error_message = "Only the network may reach the vault."
  }

  assert {
    condition     = azurerm_role_assignment.writers["pipeline"].role_definition_name == "Key Vault Secrets Officer" && azurerm_key_vault.this.name == "shop-secrets"
    error_message = "The pipeline must be able to write."
  }
}

run "logs_where_it_is_told" {
  command = apply

  variables {
    log_workspace = { log_workspace_id = "/subscriptions/1/resourceGroups/shop/providers/Microsoft.OperationalInsights/workspaces/shop" }
  }

  assert {
    condition     = azurerm_monitor_diagnostic_setting.this[0].target_resource_id == azurerm_key_vault.this.id && azurerm_monitor_diagnostic_setting.this[0].log_analytics_workspace_id == var.log_workspace.log_workspace_id
    error_message = "The logs must go to the workspace."
  }

  assert {
    condition     = one(azurerm_monitor_diagnostic_setting.this[0].enabled_log[*].category_group) == "audit"
    error_message = "The logs must be complete."
  }
}

run "gives_out_references" {
  command = apply

  assert {
    condition     = output.references == { for name in ["jwt_secret", "api_key"] : name => "${azurerm_key_vault.this.id}/secrets/${replace(name, "_", "-")}" }
    error_message = "References must be resource ids of secrets."
  }

  assert {
    condition     = output.key_vault_id == azurerm_key_vault.this.id && output.vault_uri == azurerm_key_vault.this.vault_uri
    error_message = "The outputs must be those of the vault."
  }
}

run "refuses_wrong_values" {
  command = plan

  variables {
    name             = "shop--secrets"
    secrets          = { "jwt secret" = { description = "Signs session tokens." } }
    values           = { jwt_secret = "" }
    public_access    = false
    allowed_cidrs    = ["198.51.100.0/24"]
    soft_delete_days = 1
  }

  expect_failures = [var.name, var.secrets, var.values, var.allowed_cidrs, var.soft_delete_days]
}
