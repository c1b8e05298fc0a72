# Runs without a cloud, on the stand-in provider.

provider "azurerm" {
  features {}
}

variables {
  name      = "shop-api"
  port      = 3000
  image_tag = "4f2c1d9"

  environment = { NODE_ENV = "production" }
  secrets     = { JWT_SECRET = "/subscriptions/1/resourceGroups/shop/providers/Microsoft.KeyVault/vaults/shop-vault/secrets/jwt-secret" }

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
    condition     = !azurerm_container_app.this.ingress[0].external_enabled && !azurerm_container_app.this.ingress[0].allow_insecure_connections
    error_message = "Requests must come from the environment, over HTTPS."
  }

  assert {
    condition     = azurerm_container_app_environment.this[0].zone_redundancy_enabled && azurerm_container_app_environment.this[0].mutual_tls_enabled
    error_message = "The environment must spread over zones and encrypt."
  }

  assert {
    condition     = !azurerm_container_registry.this[0].admin_enabled && azurerm_role_assignment.pull[0].role_definition_name == "AcrPull"
    error_message = "Images must be pulled by role."
  }

  assert {
    condition     = azurerm_container_app.this.template[0].min_replicas == 2 && azurerm_container_app.this.template[0].max_replicas == 2 && length(azurerm_container_app.this.template[0].custom_scale_rule) == 0
    error_message = "There must be two replicas and no autoscaling."
  }
}

run "converts_units" {
  command = plan

  variables {
    cpu    = 2048
    memory = 4096
  }

  assert {
    condition     = azurerm_container_app.this.template[0].container[0].cpu == 2 && azurerm_container_app.this.template[0].container[0].memory == "4Gi"
    error_message = "2048 units are two CPUs, 4096 MiB are 4 GiB."
  }
}

run "converts_units_to_fractions" {
  command = plan

  variables {
    cpu    = 256
    memory = 512
  }

  assert {
    condition     = azurerm_container_app.this.template[0].container[0].cpu == 0.25 && azurerm_container_app.this.template[0].container[0].memory == "0.5Gi"
    error_message = "256 units are a quarter of a CPU, 512 MiB half a GiB."
  }
}

run "reads_secrets_by_reference" {
  command = plan

  assert {
    condition     = [for secret in azurerm_container_app.this.secret : "${secret.name} ${secret.key_vault_secret_id}"] == ["jwt-secret https://shop-vault.vault.azure.net/secrets/jwt-secret"]
    error_message = "The app must read the secret in the vault."
  }

  assert {
    condition     = azurerm_role_assignment.secrets["JWT_SECRET"].scope == var.secrets["JWT_SECRET"] && azurerm_role_assignment.secrets["JWT_SECRET"].role_definition_name == "Key Vault Secrets User"
    error_message = "The identity must be allowed to read that secret alone."
  }

  assert {
    condition     = [for env in azurerm_container_app.this.template[0].container[0].env : env.secret_name if env.name == "JWT_SECRET"] == ["jwt-secret"]
    error_message = "The variable must be filled from the secret."
  }
}

run "scales_on_cpu" {
  command = plan

  variables {
    desired_count = 3
    max_count     = 9
    target_cpu    = 60
  }

  assert {
    condition     = azurerm_container_app.this.template[0].max_replicas == 9 && azurerm_container_app.this.template[0].custom_scale_rule[0].metadata == tomap({ type = "Utilization", value = "60" })
    error_message = "Replicas must grow to nine at 60 percent."
  }
}

run "joins_an_environment_and_a_registry" {
  command = plan

  variables {
    cluster  = { environment_id = "/subscriptions/1/resourceGroups/shop/providers/Microsoft.App/managedEnvironments/shop" }
    registry = { id = "/subscriptions/1/resourceGroups/shared/providers/Microsoft.ContainerRegistry/registries/shop", login_server = "shop.azurecr.io" }
    ingress  = "external"
    buckets  = { uploads = { id = "/subscriptions/1/resourceGroups/shop/providers/Microsoft.Storage/storageAccounts/shop" } }

    connect = {
      database = { port = 5432 }
      other    = { port = 8080, environment_id = "/subscriptions/1/resourceGroups/shop/providers/Microsoft.App/managedEnvironments/shop" }
    }

    allowed_cidrs = ["198.51.100.0/24"]
  }

  assert {
    condition     = length(azurerm_container_app_environment.this) == 0 && length(azurerm_log_analytics_workspace.this) == 0 && length(azurerm_container_registry.this) == 0
    error_message = "What is shared must not be created again."
  }

  assert {
    condition     = azurerm_container_app.this.template[0].container[0].image == "shop.azurecr.io/shop-api:4f2c1d9" && output.repository_url == "shop.azurecr.io/shop-api" && output.cluster_name == "shop"
    error_message = "The image must come from the registry that is handed over."
  }

  assert {
    condition     = azurerm_role_assignment.buckets["uploads"].role_definition_name == "Storage Blob Data Contributor"
    error_message = "The service must be allowed to use its bucket."
  }

  assert {
    condition     = azurerm_container_app.this.ingress[0].external_enabled && azurerm_container_app.this.ingress[0].ip_security_restriction[0].ip_address_range == "198.51.100.0/24"
    error_message = "Only the range that is given may send requests."
  }
}

run "runs_a_worker_of_a_public_image" {
  command = plan

  variables {
    image     = "mcr.microsoft.com/k8se/quickstart:1.0"
    image_tag = null
    ingress   = "none"
    secrets   = {}
  }

  assert {
    condition     = length(azurerm_container_app.this.ingress) == 0 && length(azurerm_container_app.this.template[0].container[0].liveness_probe) == 0 && output.url == null
    error_message = "A worker has no clients, and no path to ask."
  }

  assert {
    condition     = length(azurerm_container_app.this.registry) == 0 && length(azurerm_container_registry.this) == 0 && output.repository_url == null
    error_message = "A public image needs no registry."
  }
}

run "gives_out_what_others_need" {
  command = apply

  assert {
    condition     = output.environment_id == azurerm_container_app_environment.this[0].id && output.cluster_name == "shop-api" && output.service_name == "shop-api" && output.port == 3000
    error_message = "The outputs must name the service and its environment."
  }

  assert {
    condition     = output.url == "https://${azurerm_container_app.this.ingress[0].fqdn}" && output.repository_url == "${azurerm_container_registry.this[0].login_server}/shop-api"
    error_message = "The outputs must give the addresses of the service and its images."
  }

  assert {
    condition     = azurerm_role_assignment.secrets["JWT_SECRET"].principal_id == azurerm_user_assigned_identity.this.principal_id && azurerm_role_assignment.pull[0].scope == azurerm_container_registry.this[0].id
    error_message = "The rights must be those of the service's identity."
  }

  assert {
    condition     = one([for env in azurerm_container_app.this.template[0].container[0].env : env.value if env.name == "AZURE_CLIENT_ID"]) == azurerm_user_assigned_identity.this.client_id
    error_message = "The service must know its identity."
  }
}

run "refuses_wrong_values" {
  command = plan

  variables {
    name               = "Shop_Api"
    ingress            = "public"
    image_tag          = "latest"
    registry_sku       = "Gold"
    port               = 0
    cpu                = 500
    desired_count      = 0
    target_cpu         = 0
    log_retention_days = 7
  }

  expect_failures = [
    var.name,
    var.ingress,
    var.image_tag,
    var.registry_sku,
    var.port,
    var.cpu,
    var.desired_count,
    var.target_cpu,
    var.log_retention_days,
  ]
}

run "refuses_values_that_do_not_fit_together" {
  command = plan

  variables {
    cpu           = 512
    memory        = 4096
    desired_count = 3
    max_count     = 2
    image_tag     = null
  }

  expect_failures = [var.memory, var.max_count, var.image_tag]
}

run "refuses_a_secret_named_twice" {
  command = plan

  variables {
    secrets = { FIRST = "/vaults/shop/secrets/same", SECOND = "/vaults/shop/secrets/same" }
  }

  expect_failures = [var.secrets]
}

run "refuses_a_closed_port" {
  command = plan

  variables {
    connect = { mail = { port = 25 } }
  }

  expect_failures = [azurerm_container_app.this]
}
