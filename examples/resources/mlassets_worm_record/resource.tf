resource "mlassets_worm_bucket" "audit" {
  name            = "ml-assets-core-audit"
  retention_days  = 365
  keep_on_destroy = true
}

resource "mlassets_worm_record" "distributed" {
  bucket          = mlassets_worm_bucket.audit.name
  record_type     = "model_distribution"
  name            = "2025-01-15-v1.json"
  event_time      = "2025-01-15T04:00:00Z"
  keep_on_destroy = true

  content = jsonencode({
    model       = "ranker"
    version     = "2025-01-15-v1"
    environment = "production"
  })
}
