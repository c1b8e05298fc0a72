locals {
  # The service that gets what no other one's paths match, and those others.
  default_service = [for name in sort(keys(var.services)) : name if contains(var.services[name].paths, "/*")][0]
  path_services   = { for name, service in var.services : name => service if name != local.default_service }

  certificate_url = "https://${basename(dirname(dirname(var.certificate)))}.${var.key_vault_suffix}/secrets/${basename(var.certificate)}"
}

resource "azurerm_public_ip" "this" {
  name                = var.name
  resource_group_name = var.network.resource_group_name
  location            = var.network.location
  allocation_method   = "Static"
  sku                 = "Standard"
  zones               = var.zones
  tags                = var.tags
}
