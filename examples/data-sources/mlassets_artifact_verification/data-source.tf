resource "mlassets_artifact_distribution" "ranker" {
  environment = "production"
  model       = "ranker"
  version     = "2025-01-15-v1"
  artifacts   = { model_ai1 = "artifacts/ai1.pkl" }
}

data "mlassets_artifact_verification" "ranker" {
  environment              = mlassets_artifact_distribution.ranker.environment
  model                    = mlassets_artifact_distribution.ranker.model
  version                  = mlassets_artifact_distribution.ranker.version
  expected_manifest_sha256 = mlassets_artifact_distribution.ranker.manifest_sha256

  lifecycle {
    postcondition {
      condition     = self.intact
      error_message = join("\n", self.problems)
    }
  }
}
