locals {
  # Subnets that are not given are /24 blocks of the range: number 1 for containers, 2 for databases, 4 for endpoints.
  newbits          = 24 - tonumber(split("/", var.cidr)[1])
  container_subnet = coalesce(var.container_subnet, cidrsubnet(var.cidr, local.newbits, 1))
  database_subnet  = coalesce(var.database_subnet, cidrsubnet(var.cidr, local.newbits, 2))
  endpoint_subnet  = coalesce(var.endpoint_subnet, cidrsubnet(var.cidr, local.newbits, 4))

  # What a service that a subnet is given to may do there; Azure has one answer for each service.
  join = ["Microsoft.Network/virtualNetworks/subnets/join/action"]
  actions = {
    "Microsoft.ContainerInstance/containerGroups" = ["Microsoft.Network/virtualNetworks/subnets/action"]
    "Microsoft.Web/serverFarms"                   = ["Microsoft.Network/virtualNetworks/subnets/action"]
  }
}

resource "azurerm_subnet" "container" {
  name                            = "containers"
  resource_group_name             = local.group.name
  virtual_network_name            = azurerm_virtual_network.this.name
  address_prefixes                = [local.container_subnet]
  default_outbound_access_enabled = !var.nat_gateway

  delegation {
    name = "containers"

    service_delegation {
      name    = var.container_delegation
      actions = lookup(local.actions, var.container_delegation, local.join)
    }
  }
}

resource "azurerm_subnet" "database" {
  name                 = "databases"
  resource_group_name  = local.group.name
  virtual_network_name = azurerm_virtual_network.this.name
  address_prefixes     = [local.database_subnet]

  # PostgreSQL archives its log to Azure Storage from inside this subnet.
  service_endpoints = ["Microsoft.Storage"]

  delegation {
    name = "databases"

    service_delegation {
      name    = "Microsoft.DBforPostgreSQL/flexibleServers"
      actions = local.join
    }
  }
}

resource "azurerm_subnet" "endpoint" {
  name                            = "endpoints"
  resource_group_name             = local.group.name
  virtual_network_name            = azurerm_virtual_network.this.name
  address_prefixes                = [local.endpoint_subnet]
  default_outbound_access_enabled = false

  # Without this the security group below does not hold for private endpoints.
  private_endpoint_network_policies = "NetworkSecurityGroupEnabled"
}

resource "azurerm_subnet" "other" {
  for_each = var.subnets

  name                 = each.key
  resource_group_name  = local.group.name
  virtual_network_name = azurerm_virtual_network.this.name
  address_prefixes     = [each.value.cidr]

  dynamic "delegation" {
    for_each = each.value.delegation[*]

    content {
      name = each.key

      service_delegation {
        name    = delegation.value
        actions = lookup(local.actions, delegation.value, local.join)
      }
    }
  }
}
