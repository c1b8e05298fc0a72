locals {
  # Azure sells these sizes of storage, in GiB; a size between two takes the larger.
  storage_sizes = [32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384]
  storage_gb    = [for size in local.storage_sizes : size if size >= var.storage_gb][0]

  # "sun:04:00-sun:05:00" is day 0, hour 4, minute 0.
  window = split(":", split("-", var.maintenance_window)[0])
}

resource "azurerm_postgresql_flexible_server" "this" {
  count = local.postgres ? 1 : 0

  name                = var.name
  resource_group_name = var.network.resource_group_name
  location            = var.network.location
  version             = split(".", coalesce(var.engine_version, "17"))[0]
  create_mode         = var.allow_major_version_upgrade ? "Update" : null
  sku_name            = var.sku
  storage_mb          = local.storage_gb * 1024
  auto_grow_enabled   = true
  tags                = var.tags

  administrator_login               = local.username
  administrator_password_wo         = ephemeral.azurerm_key_vault_secret.password.value
  administrator_password_wo_version = var.password_version

  delegated_subnet_id           = var.network.database_subnet_id
  private_dns_zone_id           = var.network.private_dns_zone_ids["postgres"]
  public_network_access_enabled = false

  backup_retention_days        = var.backup_retention_days
  geo_redundant_backup_enabled = var.geo_redundant_backup

  dynamic "high_availability" {
    for_each = var.multi_az ? ["ZoneRedundant"] : []

    content {
      mode = high_availability.value
    }
  }

  maintenance_window {
    day_of_week  = index(["sun", "mon", "tue", "wed", "thu", "fri", "sat"], local.window[0])
    start_hour   = tonumber(local.window[1])
    start_minute = tonumber(local.window[2])
  }

  lifecycle {
    # Azure chooses the zones, and swaps them when the standby takes over.
    ignore_changes = [zone, high_availability[0].standby_availability_zone]
  }
}

resource "azurerm_postgresql_flexible_server_configuration" "this" {
  for_each = local.postgres ? { require_secure_transport = "on", ssl_min_protocol_version = "TLSv1.2" } : {}

  server_id = azurerm_postgresql_flexible_server.this[0].id
  name      = each.key
  value     = each.value
}

resource "azurerm_postgresql_flexible_server_database" "this" {
  count = local.postgres ? 1 : 0

  server_id = azurerm_postgresql_flexible_server.this[0].id
  name      = var.database_name
  charset   = "UTF8"
  collation = "en_US.utf8"
}
