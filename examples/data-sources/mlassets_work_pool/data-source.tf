resource "mlassets_work_pool" "shared" {
  name = "shared-pool"
}

data "mlassets_work_pool" "shared" {
  name = mlassets_work_pool.shared.name
}

output "limit" {
  value = data.mlassets_work_pool.shared.concurrency_limit
}
