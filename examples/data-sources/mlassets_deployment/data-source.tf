data "mlassets_deployment" "nightly" {
  flow_name = "train"
  name      = "nightly"
}

output "nightly" {
  value = data.mlassets_deployment.nightly.paused ? "paused" : data.mlassets_deployment.nightly.status
}
