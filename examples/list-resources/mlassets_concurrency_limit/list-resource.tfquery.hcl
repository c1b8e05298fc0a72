# The limits of task runs with a tag.
list "mlassets_concurrency_limit" "of_tags" {
  provider = mlassets

  config {
    name_prefix = "tag:"
  }
}
