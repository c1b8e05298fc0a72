variable "name" {
  description = "Name of the bucket: 3 to 63 lower-case letters, digits, dots and dashes."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.name))
    error_message = "name must have 3 to 63 lower-case letters, digits, dots and dashes, and a letter or digit at both ends."
  }
}

# No default: how long evidence must be kept is a question of law, and no module knows the answer.
variable "retention_days" {
  description = "Days for which each record is kept after it was written. Can be raised, never lowered."
  type        = number
  nullable    = false

  validation {
    condition     = var.retention_days >= 1 && var.retention_days <= 36500 && floor(var.retention_days) == var.retention_days
    error_message = "retention_days must be a whole number from 1 to 36500."
  }
}

variable "records" {
  description = "Records to write, by a key of your choice. None of what is said about a record ever changes; event_time is when it happened, as in RFC 3339."

  type = map(object({
    record_type = string
    name        = string
    content     = string
    event_time  = optional(string)
  }))

  nullable = false
  default  = {}

  validation {
    condition     = alltrue([for record in values(var.records) : can(regex("^[a-z0-9_]+$", record.record_type))])
    error_message = "records must have a record_type of lower-case letters, digits and underscores."
  }

  validation {
    condition     = length(distinct([for record in values(var.records) : "${record.record_type}/${record.name}"])) == length(var.records)
    error_message = "records must have different names within one record_type."
  }

  validation {
    condition     = alltrue([for record in values(var.records) : record.event_time == null ? true : can(timeadd(record.event_time, "0s"))])
    error_message = "records must have an event_time such as 2025-01-15T04:00:00Z."
  }
}

variable "keep_on_destroy" {
  description = "Whether bucket and records stay where they are when Terraform destroys them. Without it, records under retention stop the destroy."
  type        = bool
  nullable    = false
  default     = true
}
