variable "domain_name" {
  description = "Name that the certificate is for; *.example.com covers one level of names."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^(\\*\\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$", var.domain_name))
    error_message = "domain_name must be a domain in lower case such as api.example.com or *.example.com."
  }
}

variable "alternative_names" {
  description = "Further names on the same certificate, all in zone_name."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for name in var.alternative_names : name == var.zone_name || endswith(name, ".${var.zone_name}")])
    error_message = "alternative_names must lie in zone_name."
  }
}

variable "zone_name" {
  description = "Public hosted zone that holds the names."
  type        = string
  nullable    = false

  validation {
    condition     = var.domain_name == var.zone_name || endswith(var.domain_name, ".${var.zone_name}")
    error_message = "zone_name must be the zone that domain_name lies in."
  }
}

variable "region" {
  description = "Region of the certificate; null takes that of the provider. CloudFront takes certificates of us-east-1 only."
  type        = string
  default     = null

  validation {
    condition     = var.region == null ? true : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be a region such as us-east-1."
  }
}
