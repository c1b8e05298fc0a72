# All versions of a model that are deployed somewhere.
list "mlassets_model_version" "in_use" {
  provider = mlassets
  limit    = 1000

  config {
    model  = "ranker"
    status = "deployed"
  }
}
