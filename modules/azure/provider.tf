provider "azurerm" {
  subscription_id     = var.azure_subscription_id
  storage_use_azuread = true

  features {}
}

# azurerm has no default tags: every component is given these.
locals {
  tags = {
    Environment = var.environment
    ManagedBy   = "mlgen"
    System      = mlgen.system
  }
}
