locals {
  release = "2025-01-15-v1"
}

resource "mlassets_worm_bucket" "audit" {
  name            = "ml-assets-core-events"
  retention_days  = 365
  keep_on_destroy = true
}

action "mlassets_worm_append" "released" {
  config {
    bucket      = mlassets_worm_bucket.audit.name
    record_type = "model_release"
    name        = "${local.release}.json"
    content     = jsonencode({ version = local.release, environment = "production" })
  }
}

resource "terraform_data" "release" {
  input = local.release

  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.mlassets_worm_append.released]
    }
  }
}
