# Names under which private services answer inside the network.

locals {
  dns_zones = {
    postgres      = "${var.name}.private.postgres.database.azure.com"
    mssql         = "privatelink.database.windows.net"
    redis         = "privatelink.redis.cache.windows.net"
    managed_redis = "privatelink.redis.azure.net"
    blob          = "privatelink.blob.core.windows.net"
    vault         = "privatelink.vaultcore.azure.net"
  }
}

resource "azurerm_private_dns_zone" "this" {
  for_each = local.dns_zones

  name                = each.value
  resource_group_name = local.group.name
  tags                = var.tags
}

resource "azurerm_private_dns_zone_virtual_network_link" "this" {
  for_each = local.dns_zones

  name                  = var.name
  resource_group_name   = local.group.name
  private_dns_zone_name = azurerm_private_dns_zone.this[each.key].name
  virtual_network_id    = azurerm_virtual_network.this.id
  tags                  = var.tags

  # Services of others have names in these zones too; what is not found here is asked for outside.
  resolution_policy = startswith(each.value, "privatelink.") ? "NxDomainRedirect" : null
}
