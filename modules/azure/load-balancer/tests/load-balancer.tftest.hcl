# Runs without a cloud, on the stand-in provider.

provider "azurerm" {
  features {}
}

variables {
  name        = "shop-gateway"
  domain_name = "api.shop.example"
  certificate = "/subscriptions/1/resourceGroups/shared/providers/Microsoft.KeyVault/vaults/shop-certificates/secrets/api-shop-example"
  services    = { api = { url = "https://shop-api.japaneast.azurecontainerapps.io", health_check_path = "/health" } }

  network = {
    resource_group_name = "shop"
    location            = "japaneast"
    subnet_ids          = { gateway = "/subscriptions/1/resourceGroups/shop/providers/Microsoft.Network/virtualNetworks/shop/subnets/gateway" }
  }
}

run "is_safe_by_default" {
  command = plan

  assert {
    condition     = azurerm_application_gateway.this.ssl_policy[0].policy_name == "AppGwSslPolicy20220101" && azurerm_application_gateway.this.sku[0].tier == "WAF_v2"
    error_message = "Clients must use TLS 1.2, and pass the firewall."
  }

  assert {
    condition     = azurerm_web_application_firewall_policy.this.policy_settings[0].mode == "Prevention" && azurerm_management_lock.this[0].lock_level == "CanNotDelete"
    error_message = "The firewall must stop attacks, and Azure refuse to delete the gateway."
  }

  assert {
    condition     = one([for rule in azurerm_application_gateway.this.request_routing_rule : rule.redirect_configuration_name if rule.http_listener_name == "http"]) == "to-https"
    error_message = "Plain HTTP must be sent on to HTTPS."
  }

  assert {
    condition     = one(azurerm_application_gateway.this.ssl_certificate[*].key_vault_secret_id) == "https://shop-certificates.vault.azure.net/secrets/api-shop-example"
    error_message = "The certificate must be read in the vault."
  }
}

run "leads_to_one_service" {
  command = plan

  assert {
    condition     = one([for rule in azurerm_application_gateway.this.request_routing_rule : "${rule.rule_type} ${rule.backend_address_pool_name}" if rule.http_listener_name == "https"]) == "Basic api"
    error_message = "All requests must go to the API."
  }

  assert {
    condition     = one(azurerm_application_gateway.this.backend_address_pool[*].fqdns) == toset(["shop-api.japaneast.azurecontainerapps.io"]) && one(azurerm_application_gateway.this.probe[*].path) == "/health"
    error_message = "The pool must hold the service, and the probe ask its path."
  }

  assert {
    condition     = one(azurerm_application_gateway.this.backend_http_settings[*].protocol) == "Https" && one(azurerm_application_gateway.this.probe[*].protocol) == "Https"
    error_message = "The service must be reached over TLS."
  }
}

run "leads_to_services_by_path" {
  command = plan

  variables {
    services = {
      admin = { url = "https://shop-admin.japaneast.azurecontainerapps.io", paths = ["/admin/*"] }
      web   = { url = "https://shop-web.japaneast.azurecontainerapps.io" }
    }
  }

  assert {
    condition     = azurerm_application_gateway.this.url_path_map[0].default_backend_address_pool_name == "web" && azurerm_application_gateway.this.url_path_map[0].path_rule[0].backend_address_pool_name == "admin"
    error_message = "The path of admin must go there, all else to web."
  }

  assert {
    condition     = one([for rule in azurerm_application_gateway.this.request_routing_rule : rule.rule_type if rule.http_listener_name == "https"]) == "PathBasedRouting"
    error_message = "The rule must look at paths."
  }
}

run "logs_where_it_is_told" {
  command = apply

  variables {
    log_workspace = { log_workspace_id = "/subscriptions/1/resourceGroups/shop/providers/Microsoft.OperationalInsights/workspaces/shop" }
  }

  assert {
    condition     = azurerm_monitor_diagnostic_setting.this[0].target_resource_id == azurerm_application_gateway.this.id && azurerm_monitor_diagnostic_setting.this[0].log_analytics_workspace_id == var.log_workspace.log_workspace_id
    error_message = "The logs must go to the workspace."
  }

  assert {
    condition     = one(azurerm_monitor_diagnostic_setting.this[0].enabled_log[*].category_group) == "allLogs"
    error_message = "The logs must be complete."
  }
}

run "gives_out_what_others_need" {
  command = apply

  assert {
    condition     = output.public_ip == azurerm_public_ip.this.ip_address && output.url == "https://api.shop.example" && output.id == azurerm_application_gateway.this.id
    error_message = "The outputs must be those of the gateway."
  }

  assert {
    condition     = azurerm_role_assignment.certificate.principal_id == azurerm_user_assigned_identity.this.principal_id && azurerm_role_assignment.certificate.scope == var.certificate && azurerm_role_assignment.certificate.role_definition_name == "Key Vault Secrets User"
    error_message = "The gateway must be allowed to read its certificate."
  }
}

run "refuses_wrong_values" {
  command = plan

  variables {
    name          = "Gateway"
    domain_name   = "https://api.shop.example"
    certificate   = "api.pfx"
    firewall_mode = "Off"
    ssl_policy    = "AppGwSslPolicy20150501"
    max_capacity  = 1
    services      = { api = { url = "https://shop-api.japaneast.azurecontainerapps.io", paths = ["api"] } }
  }

  expect_failures = [
    var.name,
    var.domain_name,
    var.certificate,
    var.firewall_mode,
    var.ssl_policy,
    var.max_capacity,
    var.services,
  ]
}
