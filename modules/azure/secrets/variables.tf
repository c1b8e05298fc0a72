variable "name" {
  description = "Name of the Key Vault. One of more than 24 characters is cut, and ends in a hash of itself."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9]|-[a-z0-9]){2,59}$", var.name))
    error_message = "name must begin with a letter, hold lower-case letters, digits and single dashes, and have 3 characters or more."
  }
}

variable "network" {
  description = "Where the vault lives: hand over a network component."
  type = object({
    resource_group_name  = string
    location             = string
    endpoint_subnet_id   = string
    private_dns_zone_ids = map(string)
  })
  nullable = false
}

variable "secrets" {
  description = "Secrets by name. Raise the version of one to have its new value written."
  type = map(object({
    description = string
    version     = optional(number, 1)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.secrets) : can(regex("^[a-zA-Z0-9_-]{1,127}$", name))])
    error_message = "secrets must have names of letters, digits, dashes and underscores."
  }
}

variable "values" {
  description = "Values of the secrets that are new or have a new version. Never stored in plan or state."
  type        = map(string)
  default     = {}
  nullable    = false
  sensitive   = true
  ephemeral   = true

  validation {
    condition     = alltrue([for value in values(var.values) : length(value) > 0])
    error_message = "values must hold no empty value."
  }
}

variable "writers" {
  description = "Object ids of people and pipelines that may write secrets, by a name of your choice. Who applies needs that right already."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "public_access" {
  description = "Whether the vault answers outside the network too, to those who have rights: a pipeline that writes secrets from outside needs it."
  type        = bool
  default     = true
  nullable    = false
}

variable "allowed_cidrs" {
  description = "Public address ranges that reach the vault; with none, all do. Private endpoints always do."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.allowed_cidrs) == 0 || var.public_access
    error_message = "allowed_cidrs must be empty where public_access is false."
  }
}

variable "deletion_protection" {
  description = "Whether nobody can purge the vault or a deleted secret before soft_delete_days have passed. Azure never lets it be switched off again."
  type        = bool
  default     = true
  nullable    = false
}

variable "soft_delete_days" {
  description = "Days for which a deleted secret or vault can be brought back."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.soft_delete_days >= 7 && var.soft_delete_days <= 90
    error_message = "soft_delete_days must be from 7 to 90."
  }
}

variable "log_workspace" {
  description = "Where who read and wrote which secret is logged: hand over a component with a log workspace, such as monitoring. Null keeps none."
  type        = object({ log_workspace_id = string })
  default     = null
}

variable "tags" {
  description = "Tags of every resource; azurerm has no tags by default."
  type        = map(string)
  default     = {}
  nullable    = false
}
