variable "name" {
  description = "Prefix of the alarms, and name of Application Insights."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,60}[a-z0-9]$", var.name))
    error_message = "name must begin with a letter and have 3 to 62 lower-case letters, digits and dashes."
  }
}

variable "network" {
  description = "Resource group and region: hand over a network component."
  type = object({
    resource_group_name = string
    location            = string
  })
  nullable = false
}

variable "key_vault" {
  description = "Where the connection string is kept: hand over a secrets component."
  type        = object({ key_vault_id = string })
  nullable    = false
}

variable "service" {
  description = "Service whose log workspace is shared: hand over that service component. Null creates a workspace."
  type        = object({ log_workspace_id = string })
  default     = null
}

variable "log_retention_days" {
  description = "Days to keep what is written to the workspace that is created here."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.log_retention_days >= 30 && var.log_retention_days <= 730
    error_message = "log_retention_days must be from 30 to 730."
  }
}

variable "emails" {
  description = "Who is told."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.emails) > 0 && alltrue([for email in var.emails : strcontains(email, "@")])
    error_message = "emails must hold one address or more."
  }
}

variable "alarms" {
  description = "Alarms by name. Each compares one metric of a resource with a threshold, or, without one, with what is usual. The period is in seconds."
  type = map(object({
    description = string
    resource_id = string
    namespace   = string
    metric      = string
    dimensions  = optional(map(string), {})
    threshold   = optional(number)
    comparison  = optional(string, "GreaterThan")
    sensitivity = optional(string, "Medium")
    statistic   = optional(string, "Average")
    period      = optional(number, 300)
    severity    = optional(number, 2)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : contains([60, 300, 900, 1800, 3600, 21600, 43200, 86400], alarm.period)])
    error_message = "alarms must have a period of 60, 300, 900, 1800, 3600, 21600, 43200 or 86400 seconds."
  }

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : alarm.threshold != null || contains([300, 900, 1800, 3600], alarm.period)])
    error_message = "alarms must have a period of 300, 900, 1800 or 3600 seconds where they have no threshold."
  }

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : contains(["Average", "Count", "Minimum", "Maximum", "Total"], alarm.statistic)])
    error_message = "alarms must have the statistic Average, Count, Minimum, Maximum or Total."
  }

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : contains(["Equals", "GreaterThan", "GreaterThanOrEqual", "LessThan", "LessThanOrEqual"], alarm.comparison)])
    error_message = "alarms must have the comparison Equals, GreaterThan, GreaterThanOrEqual, LessThan or LessThanOrEqual."
  }

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : contains(["Low", "Medium", "High"], alarm.sensitivity)])
    error_message = "alarms must have the sensitivity Low, Medium or High."
  }

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : contains([0, 1, 2, 3, 4], alarm.severity)])
    error_message = "alarms must have a severity from 0 (critical) to 4 (verbose)."
  }
}

variable "tags" {
  description = "Tags of every resource; azurerm has no tags by default."
  type        = map(string)
  default     = {}
  nullable    = false
}
