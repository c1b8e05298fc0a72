# Runs without a cloud, on the stand-in provider.

provider "azurerm" {
  features {}
}

variables {
  name     = "shop-network"
  location = "Japan East"
  cidr     = "10.1.0.0/16"
}

run "is_private_by_default" {
  command = plan

  assert {
    condition     = azurerm_network_security_rule.deny["databases"].access == "Deny" && azurerm_network_security_rule.deny["endpoints"].priority == 4096
    error_message = "Databases and endpoints must refuse whom no rule names."
  }

  assert {
    condition     = azurerm_network_security_rule.allow["databases-clients"].source_address_prefixes == toset(["10.1.1.0/24"])
    error_message = "Only containers may reach databases."
  }

  assert {
    condition     = azurerm_subnet.endpoint.private_endpoint_network_policies == "NetworkSecurityGroupEnabled"
    error_message = "The security group must hold for private endpoints."
  }

  assert {
    condition     = !azurerm_subnet.container.default_outbound_access_enabled && length(azurerm_nat_gateway.this) == 1
    error_message = "Containers must reach the internet through the NAT gateway."
  }
}

run "derives_the_subnets" {
  command = plan

  assert {
    condition = (
      azurerm_subnet.container.address_prefixes == tolist(["10.1.1.0/24"]) &&
      azurerm_subnet.database.address_prefixes == tolist(["10.1.2.0/24"]) &&
      azurerm_subnet.endpoint.address_prefixes == tolist(["10.1.4.0/24"])
    )
    error_message = "The subnets must be blocks 1, 2 and 4 of the range."
  }

  assert {
    condition = (
      azurerm_subnet.container.delegation[0].service_delegation[0].name == "Microsoft.App/environments" &&
      azurerm_subnet.database.delegation[0].service_delegation[0].name == "Microsoft.DBforPostgreSQL/flexibleServers"
    )
    error_message = "The subnets must be given to Container Apps and PostgreSQL."
  }
}

run "derives_the_subnets_of_a_small_range" {
  command = plan

  variables {
    cidr = "10.2.8.0/21"
  }

  assert {
    condition     = azurerm_subnet.endpoint.address_prefixes == tolist(["10.2.12.0/24"])
    error_message = "The endpoints must have the fifth block."
  }
}

run "takes_what_is_given" {
  command = plan

  variables {
    resource_group_name  = "shop-production"
    container_subnet     = "10.1.16.0/23"
    container_delegation = "Microsoft.ContainerInstance/containerGroups"
    client_cidrs         = ["10.9.0.0/24"]
    internet_ingress     = false
    nat_gateway          = false

    subnets = {
      gateway = { cidr = "10.1.3.0/24" }
      web     = { cidr = "10.1.5.0/24", delegation = "Microsoft.Web/serverFarms" }
    }
  }

  assert {
    condition     = azurerm_resource_group.this[0].name == "shop-production" && azurerm_virtual_network.this.resource_group_name == "shop-production"
    error_message = "The resource group must have the name that is given."
  }

  assert {
    condition     = azurerm_network_security_rule.allow["endpoints-clients"].source_address_prefixes == toset(["10.1.16.0/23", "10.9.0.0/24"])
    error_message = "Containers and further clients must reach the endpoints."
  }

  assert {
    condition     = length(azurerm_subnet.other["gateway"].delegation) == 0 && azurerm_subnet.other["web"].delegation[0].service_delegation[0].name == "Microsoft.Web/serverFarms"
    error_message = "Only the subnet that names a service may be given to one."
  }

  assert {
    condition     = azurerm_subnet.container.delegation[0].service_delegation[0].actions == toset(["Microsoft.Network/virtualNetworks/subnets/action"])
    error_message = "Container groups must get the right that Azure has for them."
  }

  assert {
    condition     = length(azurerm_network_security_rule.internet) == 0 && length(azurerm_nat_gateway.this) == 0
    error_message = "Neither the internet's rule nor the NAT gateway may be there."
  }
}

run "lives_in_a_resource_group_that_exists" {
  command = apply

  variables {
    resource_group_name   = "shop-shared"
    create_resource_group = false
    location              = null
  }

  assert {
    condition     = length(azurerm_resource_group.this) == 0 && output.resource_group_name == "shop-shared"
    error_message = "The network must live in the group that exists."
  }

  assert {
    condition     = azurerm_virtual_network.this.location == data.azurerm_resource_group.this[0].location
    error_message = "The region must be that of the group."
  }
}

run "gives_out_what_others_need" {
  command = apply

  assert {
    condition     = output.container_subnet_id == azurerm_subnet.container.id && output.endpoint_subnet_id == azurerm_subnet.endpoint.id && output.database_subnet_id == azurerm_subnet.database.id
    error_message = "The outputs must name the subnets."
  }

  assert {
    condition     = toset(keys(output.private_dns_zone_ids)) == toset(["postgres", "mssql", "redis", "managed_redis", "blob", "vault"])
    error_message = "There must be a zone for each private service."
  }

  assert {
    condition     = toset(output.open_ports) == toset([443, 1433, 5432, 6380, 10000])
    error_message = "The open ports must be those of the rules."
  }

  assert {
    condition     = output.outbound_ip == azurerm_public_ip.nat[0].ip_address
    error_message = "The address of the NAT gateway must be given out."
  }
}

run "refuses_wrong_values" {
  command = plan

  variables {
    name                 = "Shop"
    location             = null
    cidr                 = "10.1.0.0/24"
    container_subnet     = "10.1.1.0/28"
    container_delegation = "Microsoft.Web/serverFarms"
    database_subnet      = "10.1.2.0"
    endpoint_subnet      = "endpoints"
  }

  expect_failures = [
    var.name,
    var.location,
    var.cidr,
    var.container_subnet,
    var.container_delegation,
    var.database_subnet,
    var.endpoint_subnet,
  ]
}
