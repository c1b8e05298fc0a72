# The pools of Kubernetes workers, with what an import needs.
list "mlassets_work_pool" "kubernetes" {
  provider         = mlassets
  include_resource = true

  config {
    type        = "kubernetes"
    name_prefix = "ml-assets-"
  }
}
