resource "mlassets_variable" "thresholds" {
  name  = "ranker_thresholds"
  value = { confidence = 0.85, models = ["ranker", "filter"] }
  tags  = ["training"]
}

# A value of one word needs no JSON.
resource "mlassets_variable" "environment" {
  name  = "environment"
  value = "production"
}
