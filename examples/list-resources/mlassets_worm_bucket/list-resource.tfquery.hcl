# All buckets of the archive.
list "mlassets_worm_bucket" "all" {
  provider = mlassets
}
