resource "mlassets_artifact_distribution" "this" {
  environment = var.environment
  model       = var.model
  version     = var.release
  artifacts   = var.artifacts
  parallelism = var.parallelism
}

# Registered by what is published, so that whoever deploys the version can have each byte checked.
resource "mlassets_model_version" "this" {
  model              = mlassets_artifact_distribution.this.model
  version            = mlassets_artifact_distribution.this.version
  artifact_uri       = mlassets_artifact_distribution.this.uri
  artifact_sha256    = mlassets_artifact_distribution.this.manifest_sha256
  description        = var.description
  metadata           = var.metadata
  verified           = var.verified
  archive_on_destroy = var.archive_on_destroy
}
