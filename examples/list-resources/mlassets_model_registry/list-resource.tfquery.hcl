# The registry that the provider is configured with, if its tables are there.
list "mlassets_model_registry" "this" {
  provider = mlassets
}
