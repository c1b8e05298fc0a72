resource "mlassets_concurrency_limit" "shared" {
  name  = "shared-limit"
  limit = 10
}

data "mlassets_concurrency_limit" "shared" {
  name = mlassets_concurrency_limit.shared.name
}

output "taken" {
  value = data.mlassets_concurrency_limit.shared.active_slots
}
