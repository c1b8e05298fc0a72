resource "mlassets_work_pool" "this" {
  name              = var.name
  type              = var.type
  description       = var.description
  paused            = var.paused
  concurrency_limit = var.concurrency_limit
  base_job_template = var.base_job_template
  force_destroy     = var.force_destroy
}

resource "mlassets_work_queue" "this" {
  for_each = var.queues

  work_pool_name    = mlassets_work_pool.this.name
  name              = each.key
  description       = each.value.description
  paused            = each.value.paused
  concurrency_limit = each.value.concurrency_limit
  priority          = each.value.priority
}

# Says which deployments it paused, and resumes those when it goes.
resource "mlassets_deployment_pause" "this" {
  count = var.deployment_pause == null ? 0 : 1

  work_pool_name = mlassets_work_pool.this.name
  reason         = var.deployment_pause.reason
  ticket         = var.deployment_pause.ticket
}

resource "mlassets_signal" "this" {
  for_each = var.signals

  name          = each.key
  active        = each.value.active
  reason        = each.value.reason
  ttl_seconds   = each.value.ttl_seconds
  copy          = each.value.copy
  force_destroy = var.force_destroy
}
