resource "mlassets_signal" "halt_training" {
  name   = "halt_training"
  active = false
}

data "mlassets_signal" "halt_training" {
  name = mlassets_signal.halt_training.name
}

output "training_stopped" {
  value = data.mlassets_signal.halt_training.active
}
