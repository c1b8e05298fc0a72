# A full reference to an image needs no registry of ours. A tag needs one: the one that is handed over, or a new one.

locals {
  own_registry = var.image == null && var.registry == null

  # Names of registries have letters and digits only, and are unique in all of Azure.
  registry_name = "${substr(replace(var.name, "-", ""), 0, 42)}${substr(sha256(var.name), 0, 8)}"

  registry = local.own_registry ? {
    id           = azurerm_container_registry.this[0].id
    login_server = azurerm_container_registry.this[0].login_server
  } : var.registry
}

resource "azurerm_container_registry" "this" {
  count = local.own_registry ? 1 : 0

  name                = local.registry_name
  resource_group_name = var.network.resource_group_name
  location            = var.network.location
  sku                 = var.registry_sku
  tags                = var.tags

  # Who pulls and pushes does so by a role, never by the registry's own password.
  admin_enabled          = false
  anonymous_pull_enabled = false
}
