variable "name" {
  description = "Name of the firewall."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,128}$", var.name))
    error_message = "name must have at most 128 letters, digits, dashes and underscores."
  }
}

variable "managed_rules" {
  description = "Sets of rules that AWS keeps, in the order in which they are asked."
  type        = list(string)
  nullable    = false

  default = [
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
  ]

  validation {
    condition     = alltrue([for name in var.managed_rules : startswith(name, "AWSManagedRules")]) && length(distinct(var.managed_rules)) == length(var.managed_rules)
    error_message = "managed_rules must be sets of AWS such as AWSManagedRulesCommonRuleSet, none twice."
  }
}

variable "count_only" {
  description = "Sets that count requests instead of blocking them, to try them out."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for name in var.count_only : contains(var.managed_rules, name)])
    error_message = "count_only must name sets of managed_rules."
  }
}

variable "rate_limit" {
  description = "Requests that one address may send in five minutes; null sets no limit."
  type        = number
  default     = 2000

  validation {
    condition     = var.rate_limit == null ? true : var.rate_limit >= 10
    error_message = "rate_limit must be 10 or more."
  }
}

variable "log_retention_days" {
  description = "Days to keep the log of requests."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = contains([0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be a number that CloudWatch has: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365 and so on; 0 keeps for ever."
  }
}
