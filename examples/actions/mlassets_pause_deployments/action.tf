resource "mlassets_work_pool" "training" {
  name = "ml-assets-core-prod"
}

action "mlassets_pause_deployments" "training" {
  config {
    work_pool_name = mlassets_work_pool.training.name
  }
}

# Before the first and every further release, nothing new begins.
resource "terraform_data" "release" {
  input = "2025-01-15-v1"

  lifecycle {
    action_trigger {
      events  = [before_create, before_update]
      actions = [action.mlassets_pause_deployments.training]
    }
  }
}
