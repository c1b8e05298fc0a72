resource "mlassets_model_registry" "this" {}

resource "mlassets_model_version" "reranker" {
  model           = "reranker"
  version         = "2025-01-15-v1"
  artifact_uri    = "s3://ml-assets-core-prod/models/reranker/2025-01-15-v1/"
  artifact_sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

  depends_on = [mlassets_model_registry.this]
}

data "mlassets_model_version" "reranker" {
  model   = mlassets_model_version.reranker.model
  version = mlassets_model_version.reranker.version
}

output "artifacts" {
  value = data.mlassets_model_version.reranker.artifact_uri
}
