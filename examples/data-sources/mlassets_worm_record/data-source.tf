resource "mlassets_worm_bucket" "orders" {
  name            = "day-trade-orders"
  retention_days  = 2555
  keep_on_destroy = true
}

resource "mlassets_worm_record" "halt" {
  bucket          = mlassets_worm_bucket.orders.name
  record_type     = "emergency_stop"
  name            = "2025-01-15-1.json"
  event_time      = "2025-01-15T14:31:07Z"
  content         = jsonencode({ reason = "drawdown" })
  keep_on_destroy = true
}

data "mlassets_worm_record" "halt" {
  bucket = mlassets_worm_record.halt.bucket
  path   = mlassets_worm_record.halt.path
}

output "reason" {
  value = jsondecode(data.mlassets_worm_record.halt.content).reason
}
