# Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

variable "database_instance_class" {
  description = "Size of the instance."
  type        = string
}

variable "database_multi_az" {
  description = "Whether a standby in a second zone takes over when the first fails."
  type        = bool
}

variable "database_deletion_protection" {
  description = "Whether AWS refuses to delete the database."
  type        = bool
}

module "database" {
  source = "../../../../../modules/aws/database"

  name                  = "${var.prefix}-db"
  network               = module.network
  engine_version        = "17"
  instance_class        = var.database_instance_class
  storage_gb            = 20
  max_storage_gb        = 100
  database_name         = "shiojiri_rainbow"
  multi_az              = var.database_multi_az
  deletion_protection   = var.database_deletion_protection
  backup_retention_days = 7
  backup_window         = "03:00-04:00"
  maintenance_window    = "sun:04:00-sun:05:00"
}
