resource "mlassets_work_pool" "training" {
  name              = "ml-assets-core-prod"
  type              = "kubernetes"
  description       = "Runs the nightly training."
  concurrency_limit = 10

  base_job_template = jsonencode({
    job_configuration = {
      image     = "{{ image }}"
      namespace = "ml-assets"
    }
    variables = {
      type = "object"
      properties = {
        image = {
          type    = "string"
          default = "registry.example.com/ml-assets-core:2025-01-15-v1"
        }
      }
    }
  })
}
