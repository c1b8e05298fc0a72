action "mlassets_halt" "global" {
  config {
    signal = "halt_releases"
    reason = "Release of 2025-01-15-v1"
  }
}

# Before each release, what obeys the signal stops.
resource "terraform_data" "release" {
  input = "2025-01-15-v1"

  lifecycle {
    action_trigger {
      events  = [before_create, before_update]
      actions = [action.mlassets_halt.global]
    }
  }
}
