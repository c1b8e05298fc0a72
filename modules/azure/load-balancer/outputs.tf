output "id" {
  description = "Resource id of the gateway, as metric alerts want it."
  value       = azurerm_application_gateway.this.id
}

output "domain_name" {
  description = "Name under which clients reach the gateway."
  value       = var.domain_name
}

output "url" {
  description = "Address for clients."
  value       = "https://${var.domain_name}"
}

output "public_ip" {
  description = "Public address of the gateway, for the DNS record of domain_name. Services that admit nobody else name it in allowed_cidrs."
  value       = azurerm_public_ip.this.ip_address
}
