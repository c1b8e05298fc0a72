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
