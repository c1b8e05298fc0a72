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
  actor = "first-steps"

  prefect {
    endpoint = var.prefect_api_url
  }

  registry {
    url = var.registry_file
  }

  worm {
    directory = var.archive_folder
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
  work_pool_name = mlassets_work_pool.training.name
  name           = "urgent"
}

# Which models exist, and which one serves.

resource "mlassets_model_registry" "this" {}

resource "mlassets_model_version" "ranker" {
  model           = "ranker"
  version         = "2025-01-15-v1"
  artifact_uri    = "s3://models/ranker/2025-01-15-v1/"
  artifact_sha256 = sha256("the bytes of the model")
  metadata        = { git_sha = "abc123" }

  depends_on = [mlassets_model_registry.this]
}

resource "mlassets_model_deployment" "ranker" {
  model       = mlassets_model_version.ranker.model
  environment = "dev"
  version     = mlassets_model_version.ranker.version
}

# What proves it afterwards. A record is kept for its retention, whatever Terraform is told to destroy.

resource "mlassets_worm_bucket" "audit" {
  name            = "audit"
  retention_days  = 1
  keep_on_destroy = true
}

resource "mlassets_worm_record" "deployed" {
  bucket          = mlassets_worm_bucket.audit.name
  record_type     = "model_distribution"
  name            = "ranker-${mlassets_model_deployment.ranker.version}.json"
  keep_on_destroy = true

  content = jsonencode({
    model       = mlassets_model_deployment.ranker.model
    version     = mlassets_model_deployment.ranker.version
    environment = mlassets_model_deployment.ranker.environment
  })
}

output "work_pool" {
  description = "Name of the work pool, as Prefect knows it."
  value       = mlassets_work_pool.training.name
}

output "version_parts" {
  description = "Day and number of the deployed version."
  value       = provider::mlassets::model_version_parse(mlassets_model_deployment.ranker.version)
}
