resource "mlassets_worm_bucket" "this" {
  name            = var.name
  retention_days  = var.retention_days
  keep_on_destroy = var.keep_on_destroy
}

resource "mlassets_worm_record" "this" {
  for_each = var.records

  bucket          = mlassets_worm_bucket.this.name
  record_type     = each.value.record_type
  name            = each.value.name
  content         = each.value.content
  event_time      = each.value.event_time
  keep_on_destroy = var.keep_on_destroy
}
