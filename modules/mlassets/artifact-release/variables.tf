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
  description = "Name of the version, such as 2025-01-15-v1. What it holds never changes: other artifacts are another version."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9][a-zA-Z0-9._+-]{0,127}$", var.release))
    error_message = "release must have letters, digits, dots, dashes, plus signs and underscores, and begin with a letter or digit."
  }
}

variable "environment" {
  description = "Environment that the artifacts are for, such as production."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9][a-zA-Z0-9._-]{0,127}$", var.environment))
    error_message = "environment must have letters, digits, dots, dashes and underscores, and begin with a letter or digit."
  }
}

variable "artifacts" {
  description = "Path of the file for each artifact, by the artifact's name. Files keep their names, so these must differ."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.artifacts) > 0
    error_message = "artifacts must hold at least one file."
  }
}

variable "description" {
  description = "What the version is, for people."
  type        = string
  default     = null
}

variable "metadata" {
  description = "Facts about the version, such as git_sha and trigger."
  type        = map(string)
  nullable    = false
  default     = {}
}

variable "verified" {
  description = "Whether the version may be deployed. Set to false, somebody else has to verify it first."
  type        = bool
  nullable    = false
  default     = true
}

variable "parallelism" {
  description = "How many files are copied at a time."
  type        = number
  nullable    = false
  default     = 4

  validation {
    condition     = var.parallelism >= 1 && var.parallelism <= 64 && floor(var.parallelism) == var.parallelism
    error_message = "parallelism must be a whole number from 1 to 64."
  }
}

variable "archive_on_destroy" {
  description = "Whether destroying this archives the version, which puts it out of use for good; otherwise Terraform only forgets it."
  type        = bool
  nullable    = false
  default     = false
}
