resource "mlassets_variable" "shared" {
  name  = "shared_thresholds"
  value = { confidence = 0.85 }
}

data "mlassets_variable" "thresholds" {
  name = mlassets_variable.shared.name
}

output "confidence" {
  value = data.mlassets_variable.thresholds.value.confidence
}
