provider "azurerm" {
  subscription_id = var.azure_subscription_id

  features {}
}
