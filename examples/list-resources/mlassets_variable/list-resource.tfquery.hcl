# The variables of training, with what an import needs.
list "mlassets_variable" "training" {
  provider         = mlassets
  include_resource = true

  config {
    tags = ["training"]
  }
}
