variable "name" {
  description = "Name of the virtual network, and prefix of everything in it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,50}[a-z0-9]$", var.name))
    error_message = "name must have 3 to 52 lower-case letters, digits and dashes."
  }
}

variable "resource_group_name" {
  description = "Resource group that holds the network and all that refers to it; null takes the network's name."
  type        = string
  default     = null
}

variable "create_resource_group" {
  description = "Whether to make the resource group; false takes one that exists, and its region."
  type        = bool
  default     = true
  nullable    = false
}

variable "location" {
  description = "Azure region, such as japaneast or \"Japan East\". Not needed where the resource group exists."
  type        = string
  default     = null

  validation {
    condition     = var.location != null || !var.create_resource_group
    error_message = "location must be given where the resource group is made."
  }
}

variable "cidr" {
  description = "Address range of the virtual network."
  type        = string
  nullable    = false

  validation {
    condition     = can(cidrnetmask(var.cidr)) && can(regex("/(8|9|1[0-9]|2[01])$", var.cidr))
    error_message = "cidr must be an IPv4 range from /8 to /21 such as 10.1.0.0/16."
  }
}

variable "container_subnet" {
  description = "Address range of the subnet of containers, /27 or larger; null takes the second /24 block of cidr."
  type        = string
  default     = null

  validation {
    condition     = var.container_subnet == null ? true : can(regex("/(1[0-9]|2[0-7])$", var.container_subnet))
    error_message = "container_subnet must be an IPv4 range of /27 or larger."
  }
}

variable "container_delegation" {
  description = "Azure service to which the subnet of containers is given. The service component needs Container Apps."
  type        = string
  default     = "Microsoft.App/environments"
  nullable    = false

  validation {
    condition     = contains(["Microsoft.App/environments", "Microsoft.ContainerInstance/containerGroups"], var.container_delegation)
    error_message = "container_delegation must be Microsoft.App/environments or Microsoft.ContainerInstance/containerGroups."
  }
}

variable "database_subnet" {
  description = "Address range of the subnet of PostgreSQL servers, /28 or larger; null takes the third /24 block of cidr."
  type        = string
  default     = null

  validation {
    condition     = var.database_subnet == null ? true : can(regex("/(1[0-9]|2[0-8])$", var.database_subnet))
    error_message = "database_subnet must be an IPv4 range of /28 or larger."
  }
}

variable "endpoint_subnet" {
  description = "Address range of the subnet of private endpoints; null takes the fifth /24 block of cidr."
  type        = string
  default     = null

  validation {
    condition     = var.endpoint_subnet == null ? true : can(cidrnetmask(var.endpoint_subnet))
    error_message = "endpoint_subnet must be an IPv4 range such as 10.1.4.0/24."
  }
}

variable "subnets" {
  description = "More subnets by name, each with its range and, where it is given to one Azure service, that service."
  type = map(object({
    cidr       = string
    delegation = optional(string)
  }))
  default  = {}
  nullable = false
}

variable "client_cidrs" {
  description = "Address ranges other than the containers' that may reach databases, caches and endpoints, such as a VPN's."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "internet_ingress" {
  description = "Whether the internet may reach containers on port 443."
  type        = bool
  default     = true
  nullable    = false
}

variable "nat_gateway" {
  description = "Whether containers reach the internet through a NAT gateway, from one known address."
  type        = bool
  default     = true
  nullable    = false
}

variable "tags" {
  description = "Tags of every resource; azurerm has no tags by default."
  type        = map(string)
  default     = {}
  nullable    = false
}
