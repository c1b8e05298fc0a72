resource "mlassets_model_registry" "this" {}

resource "mlassets_model_version" "win_probability" {
  model           = "win-probability"
  version         = "2025-01-15-v1"
  artifact_uri    = "s3://ml-assets-core-prod/models/win-probability/2025-01-15-v1/"
  artifact_sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

  depends_on = [mlassets_model_registry.this]
}

resource "mlassets_model_deployment" "production" {
  model       = mlassets_model_version.win_probability.model
  environment = "production"
  version     = mlassets_model_version.win_probability.version
}
