# Tasks that say `with concurrency("feature-store"):` share ten connections.
resource "mlassets_concurrency_limit" "feature_store" {
  name  = "feature-store"
  limit = 10
}

# At most two task runs with the tag `gpu` at once, without a word in their code.
resource "mlassets_concurrency_limit" "gpu" {
  name  = "tag:gpu"
  limit = 2
}

# Flows that say `rate_limit("market-data")` ask five times at once, and then once a second.
resource "mlassets_concurrency_limit" "market_data" {
  name                  = "market-data"
  limit                 = 5
  slot_decay_per_second = 1
}
