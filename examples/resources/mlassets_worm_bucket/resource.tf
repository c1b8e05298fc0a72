resource "mlassets_worm_bucket" "audit" {
  name            = "rainbow-seeker-audit"
  retention_days  = 2555
  keep_on_destroy = true
}
