# What stops something at the moment.
list "mlassets_signal" "active" {
  provider = mlassets

  config {
    active = true
  }
}
