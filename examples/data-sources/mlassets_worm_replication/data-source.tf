resource "mlassets_worm_bucket" "audit" {
  name            = "ml-assets-core-evidence"
  retention_days  = 365
  keep_on_destroy = true
}

resource "mlassets_worm_replication" "cold" {
  bucket        = mlassets_worm_bucket.audit.name
  target_bucket = "ml-assets-core-audit"
  prefix        = "evidence/"
}

data "mlassets_worm_replication" "cold" {
  bucket        = mlassets_worm_replication.cold.bucket
  target_bucket = mlassets_worm_replication.cold.target_bucket
  prefix        = mlassets_worm_replication.cold.prefix
}

output "not_copied_yet" {
  value = data.mlassets_worm_replication.cold.lag
}
