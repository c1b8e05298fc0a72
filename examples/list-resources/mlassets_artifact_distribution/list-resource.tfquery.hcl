# All versions that are published for production.
list "mlassets_artifact_distribution" "published" {
  provider = mlassets
  limit    = 1000

  config {
    environment = "production"
  }
}
