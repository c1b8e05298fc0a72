# What is held back because of a ticket.
list "mlassets_deployment_pause" "ticket" {
  provider = mlassets

  config {
    ticket = "OPS-42"
  }
}
