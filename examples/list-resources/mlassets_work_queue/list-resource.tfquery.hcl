# The queues of one pool, beside the one that it has from the beginning.
list "mlassets_work_queue" "training" {
  provider = mlassets

  config {
    work_pool_name = "ml-assets-core-prod"
  }
}
