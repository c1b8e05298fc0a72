resource "mlassets_work_pool" "shared" {
  name = "shared-pool-of-queues"
}

# Every pool has a queue of this name.
data "mlassets_work_queue" "default" {
  work_pool_name = mlassets_work_pool.shared.name
  name           = "default"
}

output "priority" {
  value = data.mlassets_work_queue.default.priority
}
