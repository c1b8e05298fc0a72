# Files that training has put below artifacts/. The version holds them with checksums.json and SHA256SUMS.
resource "mlassets_artifact_distribution" "ranker" {
  environment = "production"
  model       = "ranker"
  version     = "2025-01-15-v1"

  artifacts = {
    model_ai1    = "artifacts/ai1.pkl"
    model_ai2    = "artifacts/ai2.pkl"
    theta_params = "artifacts/theta.yaml"
  }
}

resource "mlassets_model_registry" "this" {}

# Who deploys this version has each byte of its artifacts checked before.
resource "mlassets_model_version" "ranker" {
  model           = mlassets_artifact_distribution.ranker.model
  version         = mlassets_artifact_distribution.ranker.version
  artifact_uri    = mlassets_artifact_distribution.ranker.uri
  artifact_sha256 = mlassets_artifact_distribution.ranker.manifest_sha256

  metadata   = { git_sha = "abc123" }
  depends_on = [mlassets_model_registry.this]
}
