resource "mlassets_work_pool" "training" {
  name = "ml-assets-held-prod"
}

resource "mlassets_deployment_pause" "incident" {
  work_pool_name = mlassets_work_pool.training.name
  reason         = "The feature store is down."
}

# What another configuration holds back, and why.
data "mlassets_deployment_pause" "training" {
  id = mlassets_deployment_pause.incident.id
}

output "why" {
  value = data.mlassets_deployment_pause.training.reason
}
