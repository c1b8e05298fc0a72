resource "mlassets_worm_bucket" "audit" {
  name            = "day-trade-audit"
  retention_days  = 2555
  keep_on_destroy = true
}

data "mlassets_worm_bucket" "audit" {
  name = mlassets_worm_bucket.audit.name
}

output "newest_entry" {
  value = data.mlassets_worm_bucket.audit.head_hash
}
