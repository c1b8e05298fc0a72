output "name" {
  description = "Name of the storage account."
  value       = azurerm_storage_account.this.name
}

output "id" {
  description = "Resource id of the storage account. Services get their rights on it."
  value       = azurerm_storage_account.this.id
}

output "container_names" {
  description = "Names of the blob containers."
  value       = var.containers
}

output "domain_name" {
  description = "Host name of the blobs, the origin of a CDN."
  value       = azurerm_storage_account.this.primary_blob_host
}

output "url" {
  description = "Address of the blobs; a slash and the container's name follow."
  value       = trimsuffix(azurerm_storage_account.this.primary_blob_endpoint, "/")
}
