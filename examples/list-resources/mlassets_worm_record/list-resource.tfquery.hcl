# What was recorded of January's distributions.
list "mlassets_worm_record" "january" {
  provider = mlassets

  config {
    bucket      = "ml-assets-core-audit"
    record_type = "model_distribution"
    from        = "2025-01-01T00:00:00Z"
    until       = "2025-02-01T00:00:00Z"
  }
}
