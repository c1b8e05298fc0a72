action "mlassets_resume" "global" {
  config {
    signal = "halt_releases"
    reason = "Released 2025-01-15-v1"
  }
}

# After each release, what the signal stopped goes on.
resource "terraform_data" "release" {
  input = "2025-01-15-v1"

  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.mlassets_resume.global]
    }
  }
}
