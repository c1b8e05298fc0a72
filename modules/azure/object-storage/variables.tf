variable "name" {
  description = "Name of the storage account. Its dashes go; one of more than 24 characters is cut and ends in a hash of itself."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "name must have 3 to 63 lower-case letters, digits and dashes."
  }
}

variable "network" {
  description = "Where the account lives: hand over a network component."
  type = object({
    resource_group_name  = string
    location             = string
    endpoint_subnet_id   = string
    private_dns_zone_ids = map(string)
  })
  nullable = false
}

variable "containers" {
  description = "Blob containers to create."
  type        = list(string)
  default     = ["objects"]
  nullable    = false

  validation {
    condition     = length(var.containers) > 0 && alltrue([for name in var.containers : can(regex("^[a-z0-9](-?[a-z0-9]){2,62}$", name))])
    error_message = "containers must hold one name or more, each of 3 to 63 lower-case letters, digits and single dashes."
  }
}

variable "replication" {
  description = "Where copies are kept: LRS in one building, ZRS in three zones, GRS and GZRS in the paired region too."
  type        = string
  default     = "GZRS"
  nullable    = false

  validation {
    condition     = contains(["LRS", "ZRS", "GRS", "GZRS", "RAGRS", "RAGZRS"], var.replication)
    error_message = "replication must be LRS, ZRS, GRS, GZRS, RAGRS or RAGZRS."
  }
}

variable "versioning" {
  description = "Whether overwritten and deleted objects can be brought back."
  type        = bool
  default     = true
  nullable    = false
}

variable "keep_old_versions_days" {
  description = "Days to keep versions that were overwritten or deleted."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.keep_old_versions_days >= 1
    error_message = "keep_old_versions_days must be 1 or more."
  }
}

variable "soft_delete_days" {
  description = "Days for which deleted objects and containers can be brought back."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.soft_delete_days >= 1 && var.soft_delete_days <= 365
    error_message = "soft_delete_days must be from 1 to 365."
  }
}

variable "expire_days" {
  description = "Days after which objects are deleted; null keeps them."
  type        = number
  default     = null
}

variable "archive_days" {
  description = "Days after which objects move to archive_class; null leaves them in the hot one."
  type        = number
  default     = null
}

variable "archive_class" {
  description = "Tier of old objects: Cool and Cold answer at once, Archive after hours and only with LRS, GRS and RAGRS."
  type        = string
  default     = "Cold"
  nullable    = false

  validation {
    condition     = contains(["Cool", "Cold", "Archive"], var.archive_class)
    error_message = "archive_class must be Cool, Cold or Archive."
  }

  validation {
    condition     = var.archive_days == null || var.archive_class != "Archive" ? true : contains(["LRS", "GRS", "RAGRS"], var.replication)
    error_message = "archive_class must not be Archive with zone-redundant replication."
  }
}

variable "lock_days" {
  description = "Days for which nobody can delete or change an object (WORM); null locks nothing."
  type        = number
  default     = null

  validation {
    condition     = var.lock_days == null ? true : var.lock_days >= 1 && var.lock_days <= 146000
    error_message = "lock_days must be from 1 to 146000."
  }

  validation {
    condition     = var.lock_days == null || var.expire_days == null ? true : var.expire_days >= var.lock_days
    error_message = "lock_days must not be above expire_days."
  }
}

variable "lock_mode" {
  description = "COMPLIANCE binds the owner of the subscription too, for ever; GOVERNANCE lets administrators shorten or lift the lock."
  type        = string
  default     = "COMPLIANCE"
  nullable    = false

  validation {
    condition     = contains(["COMPLIANCE", "GOVERNANCE"], var.lock_mode)
    error_message = "lock_mode must be COMPLIANCE or GOVERNANCE."
  }
}

variable "public_access" {
  description = "Whether the account answers outside the network too, to those who have rights."
  type        = bool
  default     = false
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether Azure refuses to delete the account."
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
