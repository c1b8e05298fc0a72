resource "mlassets_model_registry" "this" {}

resource "mlassets_model_version" "ranker" {
  model           = "ranker"
  version         = "2025-01-15-v1"
  artifact_uri    = "s3://ml-assets-core-prod/models/ranker/2025-01-15-v1/"
  artifact_sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
  description     = "Trained on the season up to January."

  metadata = {
    git_sha = "4f2a9c1"
    dataset = "2025-01-14"
  }

  depends_on = [mlassets_model_registry.this]
}
