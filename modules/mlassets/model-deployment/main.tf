resource "mlassets_model_deployment" "this" {
  model          = var.model
  environment    = var.environment
  version        = var.release
  allow_rollback = var.allow_rollback
  signal         = var.signal
  pause          = var.pause
}
