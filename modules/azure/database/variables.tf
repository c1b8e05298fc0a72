variable "name" {
  description = "Name of the database server, unique in all of Azure."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "name must have 3 to 63 lower-case letters, digits and dashes."
  }
}

variable "network" {
  description = "Where the database lives: hand over a network component."
  type = object({
    resource_group_name  = string
    location             = string
    database_subnet_id   = string
    endpoint_subnet_id   = string
    private_dns_zone_ids = map(string)
  })
  nullable = false
}

variable "engine" {
  description = "PostgreSQL flexible server (postgres) or Azure SQL Database (mssql)."
  type        = string
  default     = "postgres"
  nullable    = false

  validation {
    condition     = contains(["postgres", "mssql"], var.engine)
    error_message = "engine must be postgres or mssql."
  }
}

variable "engine_version" {
  description = "PostgreSQL version; Azure chooses the minor one. Null takes 17. Azure SQL Database has no versions."
  type        = string
  default     = null

  validation {
    condition     = var.engine_version == null ? true : var.engine == "postgres" && can(regex("^1[3-8](\\.[0-9]+)?$", var.engine_version))
    error_message = "engine_version must be a PostgreSQL version such as \"17\", and null for mssql."
  }
}

variable "allow_major_version_upgrade" {
  description = "Whether a new major version in engine_version is installed on the server (postgres), at once. False, a new server would take its place, which deletion_protection stops."
  type        = bool
  default     = false
  nullable    = false
}

variable "sku" {
  description = "Size of the server (postgres), such as GP_Standard_D2ds_v5, or of the database (mssql), such as S2 or GP_Gen5_2."
  type        = string
  nullable    = false

  validation {
    condition     = var.engine != "postgres" || can(regex("^(B|GP|MO)_Standard_", var.sku))
    error_message = "sku must begin with B_Standard_, GP_Standard_ or MO_Standard_ for postgres, such as GP_Standard_D2ds_v5."
  }
}

variable "storage_gb" {
  description = "Storage in GiB. PostgreSQL begins with the next of 32, 64, 128 and so on to 16384, and grows by itself; for mssql it is the most."
  type        = number
  default     = 32
  nullable    = false

  validation {
    condition     = var.storage_gb >= 1 && var.storage_gb <= (var.engine == "postgres" ? 16384 : 4096)
    error_message = "storage_gb must be from 1 to 16384 for postgres, and to 4096 for mssql."
  }
}

variable "database_name" {
  description = "Name of the database to create."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,62}$", var.database_name))
    error_message = "database_name must begin with a letter and hold only a-z, 0-9 and _."
  }
}

variable "username" {
  description = "Administrator of the server; null takes postgres or sqladmin. It cannot be changed later."
  type        = string
  default     = null

  validation {
    condition     = var.username == null ? true : !contains(["admin", "administrator", "azure_superuser", "azure_pg_admin", "dbo", "guest", "public", "root", "sa"], var.username)
    error_message = "username must not be a name that Azure keeps for itself, such as admin or root."
  }
}

variable "password" {
  description = "Key Vault secret that holds the administrator's password: its resource id, as a secrets component gives it out."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("/vaults/[^/]+/secrets/[^/]+$", var.password))
    error_message = "password must be the resource id of a Key Vault secret, which ends in /vaults/<vault>/secrets/<name>."
  }
}

variable "password_version" {
  description = "Raise it after the secret has changed, to have the server take the new password."
  type        = number
  default     = 1
  nullable    = false
}

variable "multi_az" {
  description = "Whether a standby in a second zone takes over when the first fails."
  type        = bool
  default     = true
  nullable    = false

  validation {
    condition     = !var.multi_az || !can(regex("^(B_|Basic|S[0-9])", var.sku))
    error_message = "multi_az must be false for sizes without a standby: B_ (postgres), Basic and S0 to S12 (mssql)."
  }
}

variable "deletion_protection" {
  description = "Whether Azure refuses to delete the server."
  type        = bool
  default     = true
  nullable    = false
}

variable "backup_retention_days" {
  description = "Days to keep automatic backups."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.backup_retention_days >= 7 && var.backup_retention_days <= 35
    error_message = "backup_retention_days must be from 7 to 35."
  }
}
variable "geo_redundant_backup" {
  description = "Whether backups are copied to the paired region too. PostgreSQL decides it when the server is made."
  type        = bool
  default     = true
  nullable    = false
}

variable "maintenance_window" {
  description = "Weekly maintenance window, UTC. PostgreSQL takes its beginning and lasts one hour; mssql keeps Azure's own."
  type        = string
  default     = "sun:04:00-sun:05:00"
  nullable    = false

  validation {
    condition     = can(regex("^(sun|mon|tue|wed|thu|fri|sat):[0-2][0-9]:[0-5][0-9]-(sun|mon|tue|wed|thu|fri|sat):[0-2][0-9]:[0-5][0-9]$", var.maintenance_window))
    error_message = "maintenance_window must look like sun:04:00-sun:05:00."
  }
}

variable "entra_administrator" {
  description = "Person or group of Microsoft Entra that administers the server (mssql); null names none."
  type = object({
    login     = string
    object_id = string
  })
  default = null

  validation {
    condition     = var.entra_administrator == null || var.engine == "mssql"
    error_message = "entra_administrator must be null for postgres."
  }
}

variable "log_workspace" {
  description = "Where the server's log goes: hand over a component with a log workspace, such as monitoring. Null keeps none."
  type        = object({ log_workspace_id = string })
  default     = null
}

variable "tags" {
  description = "Tags of every resource; azurerm has no tags by default."
  type        = map(string)
  default     = {}
  nullable    = false
}
