resource "azurerm_application_gateway" "this" {
  name                = var.name
  resource_group_name = var.network.resource_group_name
  location            = var.network.location
  zones               = var.zones
  firewall_policy_id  = azurerm_web_application_firewall_policy.this.id
  http2_enabled       = true
  tags                = var.tags

  sku {
    name = "WAF_v2"
    tier = "WAF_v2"
  }

  autoscale_configuration {
    min_capacity = var.min_capacity
    max_capacity = var.max_capacity
  }

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.this.id]
  }

  gateway_ip_configuration {
    name      = "gateway"
    subnet_id = var.network.subnet_ids[var.subnet]
  }

  frontend_ip_configuration {
    name                 = "public"
    public_ip_address_id = azurerm_public_ip.this.id
  }

  dynamic "frontend_port" {
    for_each = { https = 443, http = 80 }

    content {
      name = frontend_port.key
      port = frontend_port.value
    }
  }

  ssl_certificate {
    name                = "domain"
    key_vault_secret_id = local.certificate_url
  }

  ssl_policy {
    policy_type = "Predefined"
    policy_name = var.ssl_policy
  }

  dynamic "http_listener" {
    for_each = { https = "Https", http = "Http" }

    content {
      name                           = http_listener.key
      frontend_ip_configuration_name = "public"
      frontend_port_name             = http_listener.key
      protocol                       = http_listener.value
      ssl_certificate_name           = http_listener.key == "https" ? "domain" : null
      host_name                      = var.domain_name
    }
  }

  redirect_configuration {
    name                 = "to-https"
    redirect_type        = "Permanent"
    target_listener_name = "https"
    include_path         = true
    include_query_string = true
  }

  request_routing_rule {
    name                        = "http"
    priority                    = 20
    rule_type                   = "Basic"
    http_listener_name          = "http"
    redirect_configuration_name = "to-https"
  }

  request_routing_rule {
    name                       = "https"
    priority                   = 10
    rule_type                  = length(local.path_services) == 0 ? "Basic" : "PathBasedRouting"
    http_listener_name         = "https"
    backend_address_pool_name  = length(local.path_services) == 0 ? local.default_service : null
    backend_http_settings_name = length(local.path_services) == 0 ? local.default_service : null
    url_path_map_name          = length(local.path_services) == 0 ? null : "paths"
  }

  dynamic "url_path_map" {
    for_each = length(local.path_services) == 0 ? [] : ["paths"]

    content {
      name                               = url_path_map.value
      default_backend_address_pool_name  = local.default_service
      default_backend_http_settings_name = local.default_service

      dynamic "path_rule" {
        for_each = local.path_services

        content {
          name                       = path_rule.key
          paths                      = path_rule.value.paths
          backend_address_pool_name  = path_rule.key
          backend_http_settings_name = path_rule.key
        }
      }
    }
  }

  dynamic "backend_address_pool" {
    for_each = var.services

    content {
      name  = backend_address_pool.key
      fqdns = [trimprefix(backend_address_pool.value.url, "https://")]
    }
  }

  dynamic "backend_http_settings" {
    for_each = var.services

    content {
      name                                = backend_http_settings.key
      protocol                            = "Https"
      port                                = 443
      cookie_based_affinity               = "Disabled"
      probe_name                          = backend_http_settings.key
      pick_host_name_from_backend_address = true
    }
  }

  dynamic "probe" {
    for_each = var.services

    content {
      name                                      = probe.key
      protocol                                  = "Https"
      path                                      = probe.value.health_check_path
      interval                                  = 30
      timeout                                   = 10
      unhealthy_threshold                       = 3
      pick_host_name_from_backend_http_settings = true
    }
  }

  depends_on = [azurerm_role_assignment.certificate, azurerm_subnet_network_security_group_association.this]
}
