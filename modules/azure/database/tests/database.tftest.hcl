# Runs without a cloud, on the stand-in provider.

provider "azurerm" {
  features {}
}

variables {
  name          = "shop-database"
  sku           = "GP_Standard_D2ds_v5"
  database_name = "shop"
  password      = "/subscriptions/1/resourceGroups/shop/providers/Microsoft.KeyVault/vaults/shop/secrets/db-password"

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
    condition     = !azurerm_postgresql_flexible_server.this[0].public_network_access_enabled && endswith(azurerm_postgresql_flexible_server.this[0].delegated_subnet_id, "/databases")
    error_message = "The server must be private."
  }

  assert {
    condition     = azurerm_postgresql_flexible_server.this[0].high_availability[0].mode == "ZoneRedundant" && azurerm_postgresql_flexible_server.this[0].geo_redundant_backup_enabled
    error_message = "The server must have a standby, and backups in the paired region."
  }

  assert {
    condition     = azurerm_management_lock.this[0].lock_level == "CanNotDelete"
    error_message = "Azure must refuse to delete the server."
  }

  assert {
    condition     = azurerm_postgresql_flexible_server_configuration.this["require_secure_transport"].value == "on"
    error_message = "Clients must use TLS."
  }

  assert {
    condition     = length(azurerm_mssql_server.this) == 0 && length(azurerm_private_endpoint.this) == 0
    error_message = "Nothing of Azure SQL may be there."
  }
}

run "reads_the_password_in_the_vault" {
  command = plan

  assert {
    condition     = output.password == var.password
    error_message = "Services must read the secret that the server has its password from."
  }

  assert {
    condition     = azurerm_postgresql_flexible_server.this[0].administrator_password_wo_version == 1 && azurerm_postgresql_flexible_server.this[0].administrator_password == null
    error_message = "The password must be write-only."
  }
}

run "takes_the_next_larger_storage_and_the_major_version" {
  command = plan

  variables {
    storage_gb         = 100
    engine_version     = "16.4"
    maintenance_window = "wed:03:30-wed:04:30"
  }

  assert {
    condition     = azurerm_postgresql_flexible_server.this[0].storage_mb == 131072
    error_message = "100 GiB must become 128."
  }

  assert {
    condition     = azurerm_postgresql_flexible_server.this[0].version == "16"
    error_message = "Azure wants the major version alone."
  }

  assert {
    condition     = one([for window in azurerm_postgresql_flexible_server.this[0].maintenance_window : "${window.day_of_week} ${window.start_hour} ${window.start_minute}"]) == "3 3 30"
    error_message = "The window must begin on Wednesday at 03:30."
  }
}

run "upgrades_when_allowed" {
  command = plan

  variables {
    engine_version              = "18"
    allow_major_version_upgrade = true
  }

  assert {
    condition     = azurerm_postgresql_flexible_server.this[0].create_mode == "Update"
    error_message = "The server must be upgraded in its place."
  }
}

run "can_be_small" {
  command = plan

  variables {
    sku                  = "B_Standard_B1ms"
    multi_az             = false
    deletion_protection  = false
    geo_redundant_backup = false
  }

  assert {
    condition     = length(azurerm_postgresql_flexible_server.this[0].high_availability) == 0 && length(azurerm_management_lock.this) == 0
    error_message = "A small server has neither standby nor lock."
  }
}

run "can_be_azure_sql" {
  command = apply

  variables {
    engine              = "mssql"
    sku                 = "S2"
    storage_gb          = 100
    multi_az            = false
    entra_administrator = { login = "dba", object_id = "00000000-0000-0000-0000-000000000001" }
  }

  assert {
    condition     = azurerm_mssql_server.this[0].minimum_tls_version == "1.2" && !azurerm_mssql_server.this[0].public_network_access_enabled
    error_message = "The server must be private and speak TLS 1.2."
  }

  assert {
    condition     = azurerm_mssql_database.this[0].sku_name == "S2" && azurerm_mssql_database.this[0].max_size_gb == 100 && azurerm_mssql_database.this[0].storage_account_type == "Geo"
    error_message = "Size, storage and backups must be as given."
  }

  assert {
    condition     = azurerm_private_endpoint.this[0].private_service_connection[0].private_connection_resource_id == azurerm_mssql_server.this[0].id
    error_message = "The endpoint must lead to the server."
  }

  assert {
    condition     = output.host == azurerm_mssql_server.this[0].fully_qualified_domain_name && output.port == 1433 && output.username == "sqladmin"
    error_message = "The outputs must be those of Azure SQL."
  }

  assert {
    condition     = output.identifier == azurerm_mssql_database.this[0].id && azurerm_management_lock.this[0].scope == azurerm_mssql_server.this[0].id
    error_message = "Alarms watch the database, the lock keeps the server."
  }
}

run "logs_where_it_is_told" {
  command = apply

  variables {
    log_workspace = { log_workspace_id = "/subscriptions/1/resourceGroups/shop/providers/Microsoft.OperationalInsights/workspaces/shop" }
  }

  assert {
    condition     = azurerm_monitor_diagnostic_setting.this[0].target_resource_id == azurerm_postgresql_flexible_server.this[0].id && azurerm_monitor_diagnostic_setting.this[0].log_analytics_workspace_id == var.log_workspace.log_workspace_id
    error_message = "The logs must go to the workspace."
  }

  assert {
    condition     = one(azurerm_monitor_diagnostic_setting.this[0].enabled_log[*].category_group) == "allLogs"
    error_message = "The logs must be complete."
  }
}

run "gives_out_what_services_need" {
  command = apply

  assert {
    condition     = output.host == azurerm_postgresql_flexible_server.this[0].fqdn && output.identifier == azurerm_postgresql_flexible_server.this[0].id
    error_message = "The outputs must be those of the server."
  }

  assert {
    condition     = output.port == 5432 && output.username == "postgres" && output.database_name == "shop"
    error_message = "Port, user and database must be as configured."
  }
}

run "refuses_wrong_values" {
  command = plan

  variables {
    name                  = "Shop"
    engine_version        = "9.6"
    sku                   = "db.t3.micro"
    storage_gb            = 0
    database_name         = "Shop"
    username              = "admin"
    backup_retention_days = 1
    maintenance_window    = "sunday 4 o'clock"
    entra_administrator   = { login = "dba", object_id = "1" }
  }

  expect_failures = [
    var.name,
    var.engine_version,
    var.sku,
    var.storage_gb,
    var.database_name,
    var.username,
    var.backup_retention_days,
    var.maintenance_window,
    var.entra_administrator,
  ]
}

run "refuses_a_password_in_the_open" {
  command = plan

  variables {
    password = "correct horse battery staple"
  }

  expect_failures = [var.password]
}

run "refuses_an_unknown_engine" {
  command = plan

  variables {
    engine = "mysql"
  }

  expect_failures = [var.engine]
}

run "refuses_a_standby_where_there_is_none" {
  command = plan

  variables {
    sku = "B_Standard_B1ms"
  }

  expect_failures = [var.multi_az]
}

run "refuses_a_version_of_azure_sql" {
  command = plan

  variables {
    engine         = "mssql"
    sku            = "GP_Gen5_2"
    engine_version = "17"
  }

  expect_failures = [var.engine_version]
}
