variable "name" {
  description = "Name of the service, its container app, identity and image repository."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9]|-[a-z0-9]){1,31}$", var.name)) && length(var.name) <= 32
    error_message = "name must have at most 32 lower-case letters, digits and single dashes."
  }
}

variable "container_name" {
  description = "Name of the container in the app; null takes name."
  type        = string
  default     = null
}

variable "network" {
  description = "Where the service lives: hand over a network component."
  type = object({
    resource_group_name = string
    location            = string
    container_subnet_id = string
    open_ports          = list(number)
  })
  nullable = false
}

variable "cluster" {
  description = "Service whose Container Apps environment this one shares: hand over that service component. Null creates one; a network has room for one only."
  type        = object({ environment_id = string })
  default     = null
}

variable "cluster_name" {
  description = "Name of the Container Apps environment to create; null takes name."
  type        = string
  default     = null
}

variable "ingress" {
  description = "Who may send requests: external (everybody), internal (services of the same environment) or none."
  type        = string
  default     = "internal"
  nullable    = false

  validation {
    condition     = contains(["external", "internal", "none"], var.ingress)
    error_message = "ingress must be external, internal or none."
  }
}

variable "allowed_cidrs" {
  description = "Address ranges that may send requests; with none, all that ingress admits."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "connect" {
  description = "Components that the service calls, by a name of your choice. The service waits for them; the network lets it reach their ports."
  type = map(object({
    port           = number
    environment_id = optional(string)
  }))
  default  = {}
  nullable = false
}

variable "buckets" {
  description = "Object-storage components whose objects the service reads, writes and deletes, by a name of your choice."
  type        = map(object({ id = string }))
  default     = {}
  nullable    = false
}

variable "image" {
  description = "Full reference of the image; null takes image_tag from the repository of this service."
  type        = string
  default     = null

  validation {
    condition     = var.image == null ? true : !endswith(var.image, ":latest")
    error_message = "image must name one build; latest names another one every day."
  }
}

variable "image_tag" {
  description = "Tag of the image in the repository of this service: the commit that built it."
  type        = string
  default     = null

  validation {
    condition     = var.image_tag == null ? var.image != null : var.image_tag != "latest"
    error_message = "image_tag must name one build, unless image is given; latest names another one every day."
  }
}

variable "registry" {
  description = "Azure container registry to pull from with the service's identity; null creates one, or none where image is given."
  type = object({
    id           = string
    login_server = string
  })
  default = null
}

variable "registry_sku" {
  description = "Tier of the registry that is created here."
  type        = string
  default     = "Standard"
  nullable    = false

  validation {
    condition     = contains(["Basic", "Standard", "Premium"], var.registry_sku)
    error_message = "registry_sku must be Basic, Standard or Premium."
  }
}

variable "port" {
  description = "Port on which the container listens."
  type        = number
  nullable    = false

  validation {
    condition     = var.port >= 1 && var.port <= 65535
    error_message = "port must be from 1 to 65535."
  }
}

variable "cpu" {
  description = "CPU units of a replica; 1024 are one CPU."
  type        = number
  default     = 512
  nullable    = false

  validation {
    condition     = contains([256, 512, 768, 1024, 1280, 1536, 1792, 2048, 2304, 2560, 2816, 3072, 3328, 3584, 3840, 4096], var.cpu)
    error_message = "cpu must be a multiple of 256 up to 4096, a size that Container Apps has."
  }
}

variable "memory" {
  description = "Memory of a replica, in MiB."
  type        = number
  default     = 1024
  nullable    = false

  validation {
    condition     = var.memory == 2 * var.cpu
    error_message = "memory must be twice cpu, the only ratio that Container Apps has without dedicated machines."
  }
}

variable "environment" {
  description = "Environment variables of the container."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "secrets" {
  description = "Environment variables that hold secrets: for each the resource id of a Key Vault secret, never its value."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(distinct(values(var.secrets))) == length(var.secrets)
    error_message = "secrets must name each Key Vault secret once: Azure refuses the second right to the same secret."
  }
}

variable "key_vault_suffix" {
  description = "End of the host names of Key Vaults; other than this in Azure's clouds for China and governments."
  type        = string
  default     = "vault.azure.net"
  nullable    = false
}

variable "desired_count" {
  description = "Replicas to run; with autoscaling, the fewest."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = var.desired_count >= 1 && var.desired_count <= 1000
    error_message = "desired_count must be from 1 to 1000."
  }
}

variable "max_count" {
  description = "Most replicas that autoscaling may run; null switches autoscaling off."
  type        = number
  default     = null

  validation {
    condition     = var.max_count == null ? true : var.max_count >= var.desired_count
    error_message = "max_count must not be below desired_count."
  }
}

variable "target_cpu" {
  description = "CPU use that autoscaling aims at, in percent."
  type        = number
  default     = 70
  nullable    = false

  validation {
    condition     = var.target_cpu >= 1 && var.target_cpu <= 100
    error_message = "target_cpu must be from 1 to 100."
  }
}

variable "multi_az" {
  description = "Whether the environment that is created here spreads replicas over zones."
  type        = bool
  default     = true
  nullable    = false
}

variable "health_check_path" {
  description = "Path that answers 200 when a replica is well; null asks nothing."
  type        = string
  default     = "/"
}

variable "log_retention_days" {
  description = "Days to keep logs of the environment that is created here."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.log_retention_days >= 30 && var.log_retention_days <= 730
    error_message = "log_retention_days must be from 30 to 730."
  }
}

variable "tags" {
  description = "Tags of every resource; azurerm has no tags by default."
  type        = map(string)
  default     = {}
  nullable    = false
}
