# Where apps run. A subnet holds one environment only, so the first service makes it and the others join.

locals {
  cluster_name    = coalesce(var.cluster_name, var.name)
  own_environment = var.cluster == null
  environment_id  = local.own_environment ? azurerm_container_app_environment.this[0].id : var.cluster.environment_id
}

resource "azurerm_log_analytics_workspace" "this" {
  count = local.own_environment ? 1 : 0

  name                = "${local.cluster_name}-logs"
  resource_group_name = var.network.resource_group_name
  location            = var.network.location
  sku                 = "PerGB2018"
  retention_in_days   = var.log_retention_days
  tags                = var.tags
}

resource "azurerm_container_app_environment" "this" {
  count = local.own_environment ? 1 : 0

  name                       = local.cluster_name
  resource_group_name        = var.network.resource_group_name
  location                   = var.network.location
  infrastructure_subnet_id   = var.network.container_subnet_id
  zone_redundancy_enabled    = var.multi_az
  logs_destination           = "log-analytics"
  log_analytics_workspace_id = azurerm_log_analytics_workspace.this[0].id
  tags                       = var.tags

  # Azure would choose a name, and the provider would then plan to replace the environment because of it.
  infrastructure_resource_group_name = "${local.cluster_name}-infrastructure"

  # Traffic between the services of the environment is encrypted.
  mutual_tls_enabled = true

  workload_profile {
    name                  = "Consumption"
    workload_profile_type = "Consumption"
  }

  lifecycle {
    # Azure adds counts to the profile, which mean nothing there, and the provider would take them away for ever.
    ignore_changes = [workload_profile]
  }
}
