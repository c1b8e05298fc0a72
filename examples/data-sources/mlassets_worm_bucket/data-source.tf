resource "mlassets_worm_bucket" "audit" {
  name            = "day-trade-audit"
  retention_days  = 2555
  keep_on_destroy = true
}

data "mlassets_worm_bucket" "audit" {
  name = mlassets_worm_bucket.audit.name
}

# An output of head_hash or record_count would change with every record, and show in the next plan.
output "retention_days" {
  value = data.mlassets_worm_bucket.audit.retention_days
}
