# The key is always there, so that consumers can tell "go on" from "the data is gone".
resource "mlassets_signal" "halt_global" {
  name   = "halt_global"
  active = false
  reason = "Released 2025-01-15-v1"

  # For a program that reads a key of its own, as text.
  copy = {
    key      = "{mlassets:ops}:trading_halted"
    encoding = "plain"
  }
}
