# What would be held back by a pause.
data "mlassets_deployments" "running" {
  work_pool_name = "ml-assets-core-prod"
  tags           = ["training"]
  paused         = false
}

output "running" {
  value = [for deployment in data.mlassets_deployments.running.deployments :
    "${deployment.flow_name}/${deployment.name}"
  ]
}
