# Runs without a cloud, on the stand-in provider.

provider "azurerm" {
  features {}
}

variables {
  name      = "shop-cache"
  key_vault = { key_vault_id = "/subscriptions/1/resourceGroups/shop/providers/Microsoft.KeyVault/vaults/shop" }

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
    condition     = azurerm_managed_redis.this[0].public_network_access == "Disabled" && azurerm_managed_redis.this[0].high_availability_enabled
    error_message = "The cache must be private and have a replica."
  }

  assert {
    condition     = azurerm_managed_redis.this[0].default_database[0].client_protocol == "Encrypted" && azurerm_managed_redis.this[0].default_database[0].clustering_policy == "EnterpriseCluster"
    error_message = "Clients must use TLS, and one endpoint."
  }

  assert {
    condition     = output.port == 10000 && azurerm_private_endpoint.this.private_dns_zone_group[0].private_dns_zone_ids == tolist(["zone-managed"])
    error_message = "Port and name must be those of Managed Redis."
  }
}

run "can_be_azure_cache_for_redis" {
  command = apply

  variables {
    sku                = "Standard_C1"
    maintenance_window = "tue:02:00-tue:07:00"
  }

  assert {
    condition     = azurerm_redis_cache.this[0].sku_name == "Standard" && azurerm_redis_cache.this[0].family == "C" && azurerm_redis_cache.this[0].capacity == 1
    error_message = "Standard_C1 is tier Standard, family C, capacity 1."
  }

  assert {
    condition     = !azurerm_redis_cache.this[0].non_ssl_port_enabled && azurerm_redis_cache.this[0].minimum_tls_version == "1.2" && !azurerm_redis_cache.this[0].public_network_access_enabled
    error_message = "The cache must be private and speak TLS 1.2 only."
  }

  assert {
    condition     = azurerm_redis_cache.this[0].patch_schedule[0].day_of_week == "Tuesday" && azurerm_redis_cache.this[0].patch_schedule[0].start_hour_utc == 2
    error_message = "Patches must begin on Tuesday at two."
  }

  assert {
    condition     = output.host == azurerm_redis_cache.this[0].hostname && output.port == 6380 && length(azurerm_managed_redis.this) == 0
    error_message = "The outputs must be those of Azure Cache for Redis."
  }
}

run "keeps_its_key_in_the_vault" {
  command = apply

  assert {
    condition     = output.password == "/subscriptions/1/resourceGroups/shop/providers/Microsoft.KeyVault/vaults/shop/secrets/shop-cache-key"
    error_message = "The password must refer to the secret in the vault."
  }

  assert {
    condition     = azurerm_key_vault_secret.key.value == null && output.id == azurerm_managed_redis.this[0].id
    error_message = "The secret must be write-only."
  }
}

run "can_speak_the_cluster_protocol" {
  command = plan

  variables {
    cluster_mode = true
    multi_az     = false
  }

  assert {
    condition     = azurerm_managed_redis.this[0].default_database[0].clustering_policy == "OSSCluster" && !azurerm_managed_redis.this[0].high_availability_enabled
    error_message = "Clients must speak to the shards, and no replica is there."
  }
}

run "refuses_wrong_values" {
  command = plan

  variables {
    name               = "Shop"
    sku                = "cache.t3.micro"
    maintenance_window = "Sunday"
  }

  expect_failures = [var.name, var.sku, var.maintenance_window]
}

run "refuses_what_the_size_has_not" {
  command = plan

  variables {
    sku          = "Basic_C0"
    cluster_mode = true
  }

  expect_failures = [var.cluster_mode, var.multi_az]
}
