# What is deployed in production.
list "mlassets_model_deployment" "production" {
  provider = mlassets

  config {
    environment = "production"
  }
}
