variable "name" {
  description = "Name of the gateway."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,60}[a-z0-9]$", var.name))
    error_message = "name must begin with a letter and have 3 to 62 lower-case letters, digits and dashes."
  }
}

variable "network" {
  description = "Where the gateway lives: hand over a network component."
  type = object({
    resource_group_name = string
    location            = string
    subnet_ids          = map(string)
  })
  nullable = false
}

variable "subnet" {
  description = "Which of the network's further subnets the gateway has to itself, /24 for the full capacity."
  type        = string
  default     = "gateway"
  nullable    = false
}

variable "domain_name" {
  description = "Name under which clients reach the gateway. Point it at the output public_ip."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain_name))
    error_message = "domain_name must be a name such as api.shop.example."
  }
}

variable "certificate" {
  description = "Certificate of domain_name: the resource id of the Key Vault secret behind it, which ends in /vaults/<vault>/secrets/<name>."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("/vaults/[^/]+/secrets/[^/]+$", var.certificate))
    error_message = "certificate must be the resource id of a Key Vault secret, which ends in /vaults/<vault>/secrets/<name>."
  }
}

variable "key_vault_suffix" {
  description = "End of the host names of Key Vaults; other than this in Azure's clouds for China and governments."
  type        = string
  default     = "vault.azure.net"
  nullable    = false
}

variable "services" {
  description = "Services by name: the address of each, the paths that it gets, and the path that answers 200 when it is well. One gets /*, all the rest."
  type = map(object({
    url               = string
    paths             = optional(list(string), ["/*"])
    health_check_path = optional(string, "/")
  }))
  nullable = false

  validation {
    condition     = length([for service in values(var.services) : true if contains(service.paths, "/*")]) == 1
    error_message = "services must give the path /* to exactly one service."
  }

  validation {
    condition     = alltrue(flatten([for service in values(var.services) : [for path in service.paths : startswith(path, "/")]]))
    error_message = "services must have paths that begin with a slash."
  }
}

variable "allowed_cidrs" {
  description = "Address ranges that may connect."
  type        = list(string)
  default     = ["0.0.0.0/0"]
  nullable    = false
}

variable "firewall_mode" {
  description = "Whether the firewall stops attacks (Prevention) or only logs them (Detection)."
  type        = string
  default     = "Prevention"
  nullable    = false

  validation {
    condition     = contains(["Prevention", "Detection"], var.firewall_mode)
    error_message = "firewall_mode must be Prevention or Detection."
  }
}

variable "ssl_policy" {
  description = "TLS versions and ciphers that clients may use."
  type        = string
  default     = "AppGwSslPolicy20220101"
  nullable    = false

  validation {
    condition     = contains(["AppGwSslPolicy20220101", "AppGwSslPolicy20220101S"], var.ssl_policy)
    error_message = "ssl_policy must be AppGwSslPolicy20220101 or AppGwSslPolicy20220101S: older ones admit TLS below 1.2."
  }
}

variable "min_capacity" {
  description = "Fewest capacity units, which are paid for always; 0 lets the gateway sleep."
  type        = number
  default     = 2
  nullable    = false
}

variable "max_capacity" {
  description = "Most capacity units."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.max_capacity >= 2 && var.max_capacity <= 125 && var.max_capacity >= var.min_capacity
    error_message = "max_capacity must be from 2 to 125, and not below min_capacity."
  }
}

variable "zones" {
  description = "Zones over which the gateway is spread; none where the region has none."
  type        = list(string)
  default     = ["1", "2", "3"]
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether Azure refuses to delete the gateway."
  type        = bool
  default     = true
  nullable    = false
}

variable "log_workspace" {
  description = "Where requests, and what the firewall stops, are logged: hand over a component with a log workspace, such as monitoring. Null keeps none."
  type        = object({ log_workspace_id = string })
  default     = null
}

variable "tags" {
  description = "Tags of every resource; azurerm has no tags by default."
  type        = map(string)
  default     = {}
  nullable    = false
}
