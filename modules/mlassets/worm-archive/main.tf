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

# Terraform must not cover up that evidence was changed, so each plan says it.
check "records_are_whole" {
  assert {
    condition     = alltrue([for record in mlassets_worm_record.this : length(record.problems) == 0])
    error_message = "Records are not as they were written: ${jsonencode({ for key, record in mlassets_worm_record.this : key => record.problems if length(record.problems) > 0 })}"
  }
}
