# A model that is built, registered, put into service and proven, on one machine.
# `cargo xtask demo` runs it; the three variables are all that it needs to know.

terraform {
  required_providers {
    mlassets = {
      source = "mlassets/mlassets"
    }
  }
}

variable "prefect_api_url" {
  description = "Address of the Prefect server, ending in /api."
  type        = string
}

variable "registry_file" {
  description = "SQLite file of the model registry. It is created if it does not exist."
  type        = string
}

variable "archive_folder" {
  description = "Folder of the records that are written once and never changed."
  type        = string
}

provider "mlassets" {
  prefect = {
    api_url = var.prefect_api_url
  }
  registry = {
    url = "sqlite://${var.registry_file}"
  }
}

# Where training runs.

resource "mlassets_work_pool" "training" {
  name              = "training"
  type              = "process"
  description       = "Runs the nightly training."
  concurrency_limit = 4
}

resource "mlassets_work_queue" "urgent" {
  name           = "urgent"
  work_pool_name = mlassets_work_pool.training.name
  priority       = 1
}

# Which models exist, and which one serves.

resource "mlassets_model_registry" "this" {}

resource "mlassets_model_version" "ranker" {
  registry = mlassets_model_registry.this.id
  model    = "ranker"
  version  = "2025-01-15-v1"
  metadata = {
    actor = "first-steps"
  }
}

resource "mlassets_model_deployment" "ranker" {
  registry    = mlassets_model_registry.this.id
  model       = mlassets_model_version.ranker.model
  environment = "dev"
  version     = mlassets_model_version.ranker.version
}

# What proves it afterwards.

resource "mlassets_worm_bucket" "audit" {
  name           = "audit"
  root           = var.archive_folder
  retention_days = 1
}

resource "mlassets_worm_record" "deployed" {
  bucket      = mlassets_worm_bucket.audit.id
  record_type = "model_distribution"
  payload = jsonencode({
    model       = mlassets_model_deployment.ranker.model
    version     = mlassets_model_deployment.ranker.version
    environment = mlassets_model_deployment.ranker.environment
  })
}

output "work_pool" {
  description = "Name of the work pool, as Prefect knows it."
  value       = mlassets_work_pool.training.name
}
