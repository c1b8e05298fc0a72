locals {
  postgres = var.engine == "postgres"
  port     = local.postgres ? 5432 : 1433
  username = coalesce(var.username, local.postgres ? "postgres" : "sqladmin")

  # Of the two, the one that is made; the other list is empty.
  server_id = one(concat(azurerm_postgresql_flexible_server.this[*].id, azurerm_mssql_server.this[*].id))

  # Azure SQL logs and measures by database, PostgreSQL by server.
  watched_id = one(concat(azurerm_postgresql_flexible_server.this[*].id, azurerm_mssql_database.this[*].id))
}

resource "azurerm_management_lock" "this" {
  count = var.deletion_protection ? 1 : 0

  name       = "keep"
  scope      = local.server_id
  lock_level = "CanNotDelete"
  notes      = "Set deletion_protection = false and apply before you delete this database."
}
