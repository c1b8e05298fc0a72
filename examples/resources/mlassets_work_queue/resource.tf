resource "mlassets_work_pool" "training" {
  name = "nba-platform-prod"
}

# The queue that each pool has from the beginning is taken over, here to hold everything else back.
resource "mlassets_work_queue" "default" {
  work_pool_name    = mlassets_work_pool.training.name
  name              = "default"
  concurrency_limit = 1
}

resource "mlassets_work_queue" "urgent" {
  work_pool_name = mlassets_work_pool.training.name
  name           = "urgent"
  description    = "Games of tonight."
}
