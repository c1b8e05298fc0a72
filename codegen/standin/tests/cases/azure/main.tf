terraform {
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.0"
    }
  }
}

provider "azurerm" {
  subscription_id = "11111111-1111-4111-8111-111111111111"

  features {}
}

variable "admin_password" {
  type      = string
  ephemeral = true
  default   = "a-Password-of-the-tests"
}

data "azurerm_client_config" "current" {}

resource "azurerm_resource_group" "this" {
  name     = "shop"
  location = "westeurope"
}

resource "azurerm_virtual_network" "this" {
  name                = "shop"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  address_space       = ["10.0.0.0/16"]
}

resource "azurerm_subnet" "this" {
  name                 = "tasks"
  resource_group_name  = azurerm_resource_group.this.name
  virtual_network_name = azurerm_virtual_network.this.name
  address_prefixes     = [cidrsubnet(tolist(azurerm_virtual_network.this.address_space)[0], 8, 1)]

  delegation {
    name = "containers"

    service_delegation {
      name = "Microsoft.ContainerInstance/containerGroups"
    }
  }
}

resource "azurerm_storage_account" "this" {
  name                     = "shopfiles"
  resource_group_name      = azurerm_resource_group.this.name
  location                 = azurerm_resource_group.this.location
  account_tier             = "Standard"
  account_replication_type = "ZRS"

  identity {
    type = "SystemAssigned"
  }
}

resource "azurerm_mssql_server" "this" {
  name                                    = "shop"
  resource_group_name                     = azurerm_resource_group.this.name
  location                                = azurerm_resource_group.this.location
  version                                 = "12.0"
  administrator_login                     = "shop"
  administrator_login_password_wo         = var.admin_password
  administrator_login_password_wo_version = 1
}

resource "azurerm_mssql_database" "this" {
  name      = "shop"
  server_id = azurerm_mssql_server.this.id
}

resource "azurerm_key_vault" "this" {
  name                = "shop"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  tenant_id           = data.azurerm_client_config.current.tenant_id
  sku_name            = "standard"
}

resource "azurerm_role_assignment" "storage" {
  scope                = azurerm_key_vault.this.id
  role_definition_name = "Key Vault Secrets User"
  principal_id         = azurerm_storage_account.this.identity[0].principal_id
}

output "server" {
  value = { id = azurerm_mssql_server.this.id, host = azurerm_mssql_server.this.fully_qualified_domain_name }
}

output "principal_id" {
  value = azurerm_storage_account.this.identity[0].principal_id
}

output "versioning" {
  value = azurerm_storage_account.this.blob_properties[0].versioning_enabled
}
