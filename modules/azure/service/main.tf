locals {
  image = var.image != null ? var.image : "${local.registry.login_server}/${var.name}:${var.image_tag}"

  # A service without clients need not listen, so nothing can be asked of it.
  health_check_paths = var.ingress == "none" ? [] : var.health_check_path[*]

  # Tells Azure's libraries which identity is the service's own.
  environment = merge({ AZURE_CLIENT_ID = azurerm_user_assigned_identity.this.client_id }, var.environment)
}

resource "azurerm_container_app" "this" {
  name                         = var.name
  resource_group_name          = var.network.resource_group_name
  container_app_environment_id = local.environment_id
  revision_mode                = "Single"
  workload_profile_name        = "Consumption"
  tags                         = var.tags

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.this.id]
  }

  dynamic "registry" {
    for_each = local.registry[*]

    content {
      server   = registry.value.login_server
      identity = azurerm_user_assigned_identity.this.id
    }
  }

  dynamic "secret" {
    for_each = var.secrets

    content {
      name                = local.secret_names[secret.key]
      identity            = azurerm_user_assigned_identity.this.id
      key_vault_secret_id = local.secret_urls[secret.key]
    }
  }

  dynamic "ingress" {
    for_each = var.ingress == "none" ? [] : [var.ingress]

    content {
      external_enabled           = ingress.value == "external"
      target_port                = var.port
      transport                  = "auto"
      allow_insecure_connections = false

      dynamic "ip_security_restriction" {
        for_each = var.allowed_cidrs

        content {
          name             = "allowed-${ip_security_restriction.key}"
          action           = "Allow"
          ip_address_range = ip_security_restriction.value
        }
      }

      traffic_weight {
        latest_revision = true
        percentage      = 100
      }
    }
  }

  template {
    min_replicas = var.desired_count
    max_replicas = coalesce(var.max_count, var.desired_count)

    dynamic "custom_scale_rule" {
      for_each = var.max_count == null ? [] : [var.target_cpu]

      content {
        name             = "cpu"
        custom_rule_type = "cpu"
        metadata         = { type = "Utilization", value = tostring(custom_scale_rule.value) }
      }
    }

    container {
      name   = coalesce(var.container_name, var.name)
      image  = local.image
      cpu    = var.cpu / 1024
      memory = "${var.memory / 1024}Gi"

      dynamic "env" {
        for_each = local.environment

        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = local.secret_names

        content {
          name        = env.key
          secret_name = env.value
        }
      }

      dynamic "liveness_probe" {
        for_each = local.health_check_paths

        content {
          transport               = "HTTP"
          port                    = var.port
          path                    = liveness_probe.value
          initial_delay           = 10
          failure_count_threshold = 3
        }
      }

      dynamic "readiness_probe" {
        for_each = local.health_check_paths

        content {
          transport = "HTTP"
          port      = var.port
          path      = readiness_probe.value
        }
      }
    }
  }

  lifecycle {
    # Deployments own the image; it begins with ours.
    ignore_changes = [template[0].container[0].image]

    precondition {
      condition     = alltrue([for callee in values(var.connect) : callee.environment_id != null || contains(var.network.open_ports, callee.port)])
      error_message = "connect must name services, or components on ports that the network opens to containers: ${join(", ", var.network.open_ports)}."
    }
  }

  depends_on = [azurerm_role_assignment.pull, azurerm_role_assignment.secrets]
}
