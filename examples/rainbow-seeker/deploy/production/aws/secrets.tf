# Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

variable "secret_values" {
  description = "Values of the secrets that are new or have a new version, by name. Set TF_VAR_secret_values; they are stored in no plan and no state."
  type        = map(string)
  default     = {}
  sensitive   = true
  ephemeral   = true
}

module "secrets" {
  source = "../../../../../modules/aws/secrets"

  path = "/rainbow-seeker/${var.environment}"

  secrets = {
    jwt_secret      = { description = "Signs session tokens." }
    weather_api_key = { description = "Key of the weather service." }
  }

  values = var.secret_values
}
