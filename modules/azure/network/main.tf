locals {
  resource_group_name = coalesce(var.resource_group_name, var.name)

  group = {
    name     = var.create_resource_group ? azurerm_resource_group.this[0].name : data.azurerm_resource_group.this[0].name
    location = var.create_resource_group ? azurerm_resource_group.this[0].location : data.azurerm_resource_group.this[0].location
  }
}

resource "azurerm_resource_group" "this" {
  count = var.create_resource_group ? 1 : 0

  name     = local.resource_group_name
  location = var.location
  tags     = var.tags
}

data "azurerm_resource_group" "this" {
  count = var.create_resource_group ? 0 : 1

  name = local.resource_group_name
}

resource "azurerm_virtual_network" "this" {
  name                = var.name
  resource_group_name = local.group.name
  location            = local.group.location
  address_space       = [var.cidr]
  tags                = var.tags
}

resource "azurerm_public_ip" "nat" {
  count = var.nat_gateway ? 1 : 0

  name                = "${var.name}-nat"
  resource_group_name = local.group.name
  location            = local.group.location
  allocation_method   = "Static"
  sku                 = "Standard"
  tags                = var.tags
}

resource "azurerm_nat_gateway" "this" {
  count = var.nat_gateway ? 1 : 0

  name                = var.name
  resource_group_name = local.group.name
  location            = local.group.location
  sku_name            = "Standard"
  tags                = var.tags
}

resource "azurerm_nat_gateway_public_ip_association" "this" {
  count = var.nat_gateway ? 1 : 0

  nat_gateway_id       = azurerm_nat_gateway.this[0].id
  public_ip_address_id = azurerm_public_ip.nat[0].id
}

resource "azurerm_subnet_nat_gateway_association" "container" {
  count = var.nat_gateway ? 1 : 0

  nat_gateway_id = azurerm_nat_gateway.this[0].id
  subnet_id      = azurerm_subnet.container.id
}
