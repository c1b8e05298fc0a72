ephemeral "mlassets_registry_lock" "publish" {
  wait_seconds = 600
}

resource "mlassets_model_registry" "this" {}

resource "mlassets_model_version" "ranker" {
  model           = "ranker-locked"
  version         = "2025-01-15-v1"
  artifact_uri    = "s3://ml-assets-core-prod/models/ranker/2025-01-15-v1/"
  artifact_sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

  depends_on = [mlassets_model_registry.this]
}

# Two runs that deploy at once do so one after the other.
resource "mlassets_model_deployment" "production" {
  model       = mlassets_model_version.ranker.model
  environment = "production"
  version     = mlassets_model_version.ranker.version

  depends_on = [ephemeral.mlassets_registry_lock.publish]
}
