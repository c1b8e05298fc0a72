resource "mlassets_work_pool" "training" {
  name = "ml-assets-core-prod"
}

action "mlassets_pause_deployments" "training" {
  config {
    work_pool_name = mlassets_work_pool.training.name
  }
}

action "mlassets_resume_deployments" "training" {
  config {
    work_pool_name = mlassets_work_pool.training.name
  }
}

# What runs in the pool is paused while a release happens.
resource "terraform_data" "release" {
  input = "2025-01-15-v1"

  lifecycle {
    action_trigger {
      events  = [before_create, before_update]
      actions = [action.mlassets_pause_deployments.training]
    }
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.mlassets_resume_deployments.training]
    }
  }
}
