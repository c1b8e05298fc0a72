resource "mlassets_model_registry" "this" {}

resource "mlassets_model_version" "forecaster" {
  model           = "forecaster"
  version         = "2025-01-15-v1"
  artifact_uri    = "s3://ml-assets-core-prod/models/forecaster/2025-01-15-v1/"
  artifact_sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

  depends_on = [mlassets_model_registry.this]
}

resource "mlassets_model_deployment" "staging" {
  model       = mlassets_model_version.forecaster.model
  environment = "staging"
  version     = mlassets_model_version.forecaster.version
}

# What another team has in use, for instance as the tag of an image.
data "mlassets_model_deployment" "staging" {
  model       = mlassets_model_deployment.staging.model
  environment = mlassets_model_deployment.staging.environment
}

output "deployed" {
  value = data.mlassets_model_deployment.staging.version
}
