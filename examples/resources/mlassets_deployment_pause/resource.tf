resource "mlassets_work_pool" "training" {
  name = "ml-assets-paused-prod"
}

# Nothing new begins in the pool as long as this stands here.
resource "mlassets_deployment_pause" "release" {
  work_pool_name = mlassets_work_pool.training.name
  reason         = "Release of 2025-01-15-v1"
  ticket         = "OPS-42"
}
