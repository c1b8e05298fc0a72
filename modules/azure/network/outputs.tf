output "resource_group_name" {
  description = "Name of the resource group."
  value       = local.group.name
}

output "location" {
  description = "Region of the resource group and of everything that is put into this network."
  value       = local.group.location
}

output "virtual_network_id" {
  description = "Id of the virtual network."
  value       = azurerm_virtual_network.this.id
}

output "cidr" {
  description = "Address range of the virtual network."
  value       = var.cidr
}

output "container_subnet_id" {
  description = "Id of the subnet of a Container Apps environment."
  value       = azurerm_subnet.container.id
}

output "database_subnet_id" {
  description = "Id of the subnet of PostgreSQL flexible servers."
  value       = azurerm_subnet.database.id
}

output "endpoint_subnet_id" {
  description = "Id of the subnet of private endpoints."
  value       = azurerm_subnet.endpoint.id
}

output "subnet_ids" {
  description = "Ids of the other subnets, by name."
  value       = { for name, subnet in azurerm_subnet.other : name => subnet.id }
}

output "private_dns_zone_ids" {
  description = "Ids of the private DNS zones: postgres, mssql, redis, managed_redis, blob and vault."
  value       = { for name, zone in azurerm_private_dns_zone.this : name => zone.id }
}

output "open_ports" {
  description = "Ports of databases, caches and endpoints that containers reach."
  value = [
    for port in concat(local.allow.databases-clients.ports, local.allow.endpoints-clients.ports) :
    tonumber(port) if can(tonumber(port))
  ]
}

output "outbound_ip" {
  description = "Address from which containers reach the internet; null without a NAT gateway."
  value       = one(azurerm_public_ip.nat[*].ip_address)
}
