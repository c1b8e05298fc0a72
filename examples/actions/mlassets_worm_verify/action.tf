resource "mlassets_worm_bucket" "audit" {
  name           = "ml-assets-core-evidence"
  retention_days = 365
}

action "mlassets_worm_verify" "audit" {
  config {
    bucket = mlassets_worm_bucket.audit.name
    anchor = {
      sequence = mlassets_worm_bucket.audit.head_sequence
      hash     = mlassets_worm_bucket.audit.head_hash
    }
  }
}
