variable "models" {
  description = "Versions to register, by the names of models and then of versions. What a version is never changes."

  type = map(map(object({
    artifact_uri    = string
    artifact_sha256 = string
    description     = optional(string)
    metadata        = optional(map(string), {})
    verified        = optional(bool, true)
  })))

  nullable = false
  default  = {}

  validation {
    condition     = alltrue(flatten([for versions in values(var.models) : [for facts in values(versions) : can(regex("^[0-9a-f]{64}$", facts.artifact_sha256))]]))
    error_message = "models must have an artifact_sha256 of 64 hexadecimal digits in lower case for each version."
  }
}

variable "environment" {
  description = "Environment in which versions are deployed, such as production; null where none is deployed from here."
  type        = string
  default     = null

  validation {
    condition     = var.environment == null ? true : can(regex("^[a-zA-Z0-9][a-zA-Z0-9._-]{0,127}$", var.environment))
    error_message = "environment must have letters, digits, dots, dashes and underscores, and begin with a letter or digit."
  }
}

variable "deployed" {
  description = "Version of each model that is in use in the environment, registered here or by a pipeline. An older one is the rollback."
  type        = map(string)
  nullable    = false
  default     = {}

  validation {
    condition     = length(var.deployed) == 0 || var.environment != null
    error_message = "deployed must be empty where environment is not set."
  }

  validation {
    condition     = alltrue([for model, version in var.deployed : try(var.models[model][version].verified, true)])
    error_message = "deployed must name versions that are verified."
  }
}

variable "allow_rollback" {
  description = "Whether an older version may take the place of a newer one."
  type        = bool
  nullable    = false
  default     = true
}

variable "archive_on_destroy" {
  description = "Whether a version that is no longer listed is archived, which puts it out of use for good; otherwise Terraform only forgets it."
  type        = bool
  nullable    = false
  default     = false
}
