variable "model" {
  description = "Name of the model."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9][a-zA-Z0-9._-]{0,127}$", var.model))
    error_message = "model must have letters, digits, dots, dashes and underscores, and begin with a letter or digit."
  }
}

# Not called version, which Terraform keeps for modules.
variable "release" {
  description = "Name of the version that is in use, such as 2025-01-15-v1. An older one is the rollback."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9][a-zA-Z0-9._+-]{0,127}$", var.release))
    error_message = "release must have letters, digits, dots, dashes, plus signs and underscores, and begin with a letter or digit."
  }
}

variable "environment" {
  description = "Environment in which the version is in use, such as production."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9][a-zA-Z0-9._-]{0,127}$", var.environment))
    error_message = "environment must have letters, digits, dots, dashes and underscores, and begin with a letter or digit."
  }
}

variable "allow_rollback" {
  description = "Whether an older version may take the place of a newer one."
  type        = bool
  nullable    = false
  default     = true
}

variable "signal" {
  description = "Signal in Redis that is raised before a rollback and lifted after it; on = \"change\" raises it with each change, keep leaves it raised. copy is a further key that says the same, as plain, json or hash."

  type = object({
    name = string
    on   = optional(string)
    keep = optional(bool)
    copy = optional(object({ key = string, encoding = string }))
  })

  default = null

  validation {
    condition     = try(var.signal.on, null) == null ? true : contains(["rollback", "change"], var.signal.on)
    error_message = "signal must be raised on rollback or on change."
  }
}

variable "pause" {
  description = "Work pool whose deployments are paused before a rollback, and those of them resumed after it that it paused; on = \"change\" pauses them with each change, keep leaves them paused."

  type = object({
    work_pool = string
    on        = optional(string)
    keep      = optional(bool)
  })

  default = null

  validation {
    condition     = try(var.pause.on, null) == null ? true : contains(["rollback", "change"], var.pause.on)
    error_message = "pause must be on rollback or on change."
  }
}
