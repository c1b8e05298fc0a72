resource "azurerm_mssql_server" "this" {
  count = local.postgres ? 0 : 1

  name                = var.name
  resource_group_name = var.network.resource_group_name
  location            = var.network.location
  version             = "12.0"
  tags                = var.tags

  administrator_login                     = local.username
  administrator_login_password_wo         = ephemeral.azurerm_key_vault_secret.password.value
  administrator_login_password_wo_version = var.password_version

  minimum_tls_version           = "1.2"
  public_network_access_enabled = false

  dynamic "azuread_administrator" {
    for_each = var.entra_administrator[*]

    content {
      login_username = azuread_administrator.value.login
      object_id      = azuread_administrator.value.object_id
    }
  }
}

resource "azurerm_mssql_database" "this" {
  count = local.postgres ? 0 : 1

  server_id            = azurerm_mssql_server.this[0].id
  name                 = var.database_name
  sku_name             = var.sku
  max_size_gb          = var.storage_gb
  zone_redundant       = var.multi_az
  storage_account_type = var.geo_redundant_backup ? "Geo" : "Zone"
  tags                 = var.tags

  short_term_retention_policy {
    retention_days = var.backup_retention_days
  }
}

resource "azurerm_private_endpoint" "this" {
  count = local.postgres ? 0 : 1

  name                = "${var.name}-sql"
  resource_group_name = var.network.resource_group_name
  location            = var.network.location
  subnet_id           = var.network.endpoint_subnet_id
  tags                = var.tags

  private_service_connection {
    name                           = "sql"
    private_connection_resource_id = azurerm_mssql_server.this[0].id
    subresource_names              = ["sqlServer"]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = "sql"
    private_dns_zone_ids = [var.network.private_dns_zone_ids["mssql"]]
  }
}
