variable "name" {
  description = "Name of the cache, unique in all of Azure."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9](-?[a-z0-9])+$", var.name)) && length(var.name) <= 60
    error_message = "name must have at most 60 lower-case letters, digits and single dashes."
  }
}

variable "network" {
  description = "Where the cache lives: hand over a network component."
  type = object({
    resource_group_name  = string
    location             = string
    endpoint_subnet_id   = string
    private_dns_zone_ids = map(string)
  })
  nullable = false
}

variable "key_vault" {
  description = "Where the access key is kept: hand over a secrets component."
  type        = object({ key_vault_id = string })
  nullable    = false
}

variable "key_version" {
  description = "Raise it after the access key was made anew, to have the new one written to the vault."
  type        = number
  default     = 1
  nullable    = false
}

variable "sku" {
  description = "Size: of Azure Managed Redis, such as Balanced_B1, or of Azure Cache for Redis, such as Standard_C1, which Azure sells no longer since October 2026."
  type        = string
  default     = "Balanced_B1"
  nullable    = false

  validation {
    condition = (
      can(regex("^(Balanced_B|MemoryOptimized_M|ComputeOptimized_X|FlashOptimized_A)[0-9]+$", var.sku)) ||
      can(regex("^((Basic|Standard)_C[0-6]|Premium_P[1-5])$", var.sku))
    )
    error_message = "sku must be a size such as Balanced_B1, or Standard_C1 for Azure Cache for Redis."
  }
}

variable "cluster_mode" {
  description = "Whether clients speak the cluster protocol to the shards themselves, which is faster. Managed Redis only."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.cluster_mode || !can(regex("^(Basic|Standard|Premium)_", var.sku))
    error_message = "cluster_mode must be false for Azure Cache for Redis."
  }
}

variable "multi_az" {
  description = "Whether a replica, in another zone where the region has zones, takes over when the primary fails."
  type        = bool
  default     = true
  nullable    = false

  validation {
    condition     = var.multi_az ? !startswith(var.sku, "Basic_") : !can(regex("^(Standard|Premium)_", var.sku))
    error_message = "multi_az must be false for Basic sizes, which have no replica, and true for Standard and Premium, which always have one."
  }
}

variable "maintenance_window" {
  description = "Weekly maintenance window, UTC. Azure Cache for Redis takes its beginning and lasts five hours; Managed Redis has none."
  type        = string
  default     = "sun:05:00-sun:06:00"
  nullable    = false

  validation {
    condition     = can(regex("^(sun|mon|tue|wed|thu|fri|sat):[0-2][0-9]:[0-5][0-9]-(sun|mon|tue|wed|thu|fri|sat):[0-2][0-9]:[0-5][0-9]$", var.maintenance_window))
    error_message = "maintenance_window must look like sun:05:00-sun:06:00."
  }
}

variable "tags" {
  description = "Tags of every resource; azurerm has no tags by default."
  type        = map(string)
  default     = {}
  nullable    = false
}
