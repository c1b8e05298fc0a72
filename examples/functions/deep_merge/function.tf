variable "overrides" {
  type = object({
    replicas = optional(number)
    limits   = optional(object({ cpu = optional(string), memory = optional(string) }))
  })
  default = { limits = { memory = "8Gi" } }
}

locals {
  defaults = {
    replicas = 2
    limits   = { cpu = "500m", memory = "4Gi" }
  }
}

output "settings" {
  # { replicas = 2, limits = { cpu = "500m", memory = "8Gi" } }: what nobody set in the overrides stays
  value = provider::mlassets::deep_merge(local.defaults, var.overrides)
}
