# Who may come in, and what the gateway itself may read.

resource "azurerm_network_security_group" "this" {
  name                = var.name
  resource_group_name = var.network.resource_group_name
  location            = var.network.location
  tags                = var.tags
}

resource "azurerm_network_security_rule" "clients" {
  name                        = "clients"
  resource_group_name         = var.network.resource_group_name
  network_security_group_name = azurerm_network_security_group.this.name
  direction                   = "Inbound"
  access                      = "Allow"
  priority                    = 100
  protocol                    = "Tcp"
  source_address_prefixes     = var.allowed_cidrs
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_ranges     = ["80", "443"]
}

# Azure manages gateways on these ports, and stops a gateway that it cannot reach.
resource "azurerm_network_security_rule" "management" {
  name                        = "gateway-manager"
  resource_group_name         = var.network.resource_group_name
  network_security_group_name = azurerm_network_security_group.this.name
  direction                   = "Inbound"
  access                      = "Allow"
  priority                    = 110
  protocol                    = "Tcp"
  source_address_prefix       = "GatewayManager"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = "65200-65535"
}

resource "azurerm_subnet_network_security_group_association" "this" {
  subnet_id                 = var.network.subnet_ids[var.subnet]
  network_security_group_id = azurerm_network_security_group.this.id

  depends_on = [azurerm_network_security_rule.clients, azurerm_network_security_rule.management]
}

resource "azurerm_web_application_firewall_policy" "this" {
  name                = var.name
  resource_group_name = var.network.resource_group_name
  location            = var.network.location
  tags                = var.tags

  policy_settings {
    enabled            = true
    mode               = var.firewall_mode
    request_body_check = true
  }

  managed_rules {
    managed_rule_set {
      type    = "Microsoft_DefaultRuleSet"
      version = "2.1"
    }

    managed_rule_set {
      type    = "Microsoft_BotManagerRuleSet"
      version = "1.0"
    }
  }
}

resource "azurerm_user_assigned_identity" "this" {
  name                = var.name
  resource_group_name = var.network.resource_group_name
  location            = var.network.location
  tags                = var.tags
}

resource "azurerm_role_assignment" "certificate" {
  scope                = var.certificate
  role_definition_name = "Key Vault Secrets User"
  principal_id         = azurerm_user_assigned_identity.this.principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_management_lock" "this" {
  count = var.deletion_protection ? 1 : 0

  name       = "keep"
  scope      = azurerm_application_gateway.this.id
  lock_level = "CanNotDelete"
  notes      = "Set deletion_protection = false and apply before you delete this gateway."
}
