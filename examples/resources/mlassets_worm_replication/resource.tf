resource "mlassets_worm_bucket" "audit" {
  name            = "ml-assets-core-evidence"
  retention_days  = 365
  keep_on_destroy = true
}

# The bucket of the copy belongs to another configuration, such as that of the second region.
resource "mlassets_worm_replication" "cold" {
  bucket        = mlassets_worm_bucket.audit.name
  target_bucket = "ml-assets-core-audit"
  prefix        = "worm/"
}
