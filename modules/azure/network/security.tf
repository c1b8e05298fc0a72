# Who may talk to whom. The rules of one group share one row of numbers, on which two modules could not agree. So the
# network opens the doors between its subnets, and components add none.

locals {
  clients = concat([local.container_subnet], var.client_cidrs)

  groups = {
    containers = azurerm_subnet.container.id
    databases  = azurerm_subnet.database.id
    endpoints  = azurerm_subnet.endpoint.id
  }

  # 8500 to 8599 are the shards of a Managed Redis in cluster mode.
  allow = {
    databases-clients = { group = "databases", priority = 100, ports = ["5432"], sources = local.clients }
    databases-standby = { group = "databases", priority = 110, ports = ["0-65535"], sources = [local.database_subnet] }
    endpoints-clients = { group = "endpoints", priority = 100, ports = ["443", "1433", "6380", "8500-8599", "10000"], sources = local.clients }
  }
}

resource "azurerm_network_security_group" "this" {
  for_each = toset(keys(local.groups))

  name                = "${var.name}-${each.key}"
  resource_group_name = local.group.name
  location            = local.group.location
  tags                = var.tags
}

resource "azurerm_subnet_network_security_group_association" "this" {
  for_each = local.groups

  subnet_id                 = each.value
  network_security_group_id = azurerm_network_security_group.this[each.key].id
}

resource "azurerm_network_security_rule" "allow" {
  for_each = local.allow

  name                        = each.key
  resource_group_name         = local.group.name
  network_security_group_name = azurerm_network_security_group.this[each.value.group].name
  direction                   = "Inbound"
  access                      = "Allow"
  priority                    = each.value.priority
  protocol                    = "Tcp"
  source_address_prefixes     = each.value.sources
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_ranges     = each.value.ports
}

# Azure lets the whole network in unless it is told otherwise.
resource "azurerm_network_security_rule" "deny" {
  for_each = toset(["databases", "endpoints"])

  name                        = "deny-network"
  resource_group_name         = local.group.name
  network_security_group_name = azurerm_network_security_group.this[each.key].name
  direction                   = "Inbound"
  access                      = "Deny"
  priority                    = 4096
  protocol                    = "*"
  source_address_prefix       = "VirtualNetwork"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = "*"
}

# Clients come in on 443; 31443 is the port behind it on which Container Apps listens.
resource "azurerm_network_security_rule" "internet" {
  count = var.internet_ingress ? 1 : 0

  name                        = "https-from-internet"
  resource_group_name         = local.group.name
  network_security_group_name = azurerm_network_security_group.this["containers"].name
  direction                   = "Inbound"
  access                      = "Allow"
  priority                    = 100
  protocol                    = "Tcp"
  source_address_prefix       = "Internet"
  source_port_range           = "*"
  destination_address_prefix  = local.container_subnet
  destination_port_ranges     = ["443", "31443"]
}
