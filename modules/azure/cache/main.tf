locals {
  # "Standard_C1" is a size of Azure Cache for Redis, "Balanced_B1" one of its successor, Azure Managed Redis.
  classic = can(regex("^(Basic|Standard|Premium)_[CP][0-9]$", var.sku))
  managed = !local.classic
  port    = local.managed ? 10000 : 6380

  days = { sun = "Sunday", mon = "Monday", tue = "Tuesday", wed = "Wednesday", thu = "Thursday", fri = "Friday", sat = "Saturday" }

  id   = one(concat(azurerm_managed_redis.this[*].id, azurerm_redis_cache.this[*].id))
  host = one(concat(azurerm_managed_redis.this[*].hostname, azurerm_redis_cache.this[*].hostname))

  access_key = (
    local.managed
    ? azurerm_managed_redis.this[0].default_database[0].primary_access_key
    : azurerm_redis_cache.this[0].primary_access_key
  )
}

resource "azurerm_managed_redis" "this" {
  count = local.managed ? 1 : 0

  name                      = var.name
  resource_group_name       = var.network.resource_group_name
  location                  = var.network.location
  sku_name                  = var.sku
  high_availability_enabled = var.multi_az
  public_network_access     = "Disabled"
  tags                      = var.tags

  default_database {
    client_protocol                    = "Encrypted"
    clustering_policy                  = var.cluster_mode ? "OSSCluster" : "EnterpriseCluster"
    eviction_policy                    = "VolatileLRU"
    access_keys_authentication_enabled = true
  }
}

resource "azurerm_redis_cache" "this" {
  count = local.classic ? 1 : 0

  name                          = var.name
  resource_group_name           = var.network.resource_group_name
  location                      = var.network.location
  sku_name                      = split("_", var.sku)[0]
  family                        = substr(split("_", var.sku)[1], 0, 1)
  capacity                      = tonumber(substr(split("_", var.sku)[1], 1, -1))
  redis_version                 = "6"
  non_ssl_port_enabled          = false
  minimum_tls_version           = "1.2"
  public_network_access_enabled = false
  tags                          = var.tags

  patch_schedule {
    day_of_week    = local.days[split(":", var.maintenance_window)[0]]
    start_hour_utc = tonumber(split(":", var.maintenance_window)[1])
  }
}

resource "azurerm_private_endpoint" "this" {
  name                = "${var.name}-redis"
  resource_group_name = var.network.resource_group_name
  location            = var.network.location
  subnet_id           = var.network.endpoint_subnet_id
  tags                = var.tags

  private_service_connection {
    name                           = "redis"
    private_connection_resource_id = local.id
    subresource_names              = [local.managed ? "redisEnterprise" : "redisCache"]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = "redis"
    private_dns_zone_ids = [var.network.private_dns_zone_ids[local.managed ? "managed_redis" : "redis"]]
  }
}

# Azure makes the key; services read it in the vault, like every secret.
resource "azurerm_key_vault_secret" "key" {
  name             = "${var.name}-key"
  key_vault_id     = var.key_vault.key_vault_id
  content_type     = "Access key of the cache ${var.name}"
  value_wo         = local.access_key
  value_wo_version = var.key_version
  tags             = var.tags
}
