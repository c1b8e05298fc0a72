# The copies of the archive's buckets in a bucket of S3.
list "mlassets_worm_replication" "cold" {
  provider = mlassets

  config {
    target_bucket = "ml-assets-core-audit"
  }
}
