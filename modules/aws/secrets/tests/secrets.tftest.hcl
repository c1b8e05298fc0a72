# Runs without a cloud, on the stand-in provider.

provider "aws" {
  region = "ap-northeast-1"
}

variables {
  path = "/shop/production"

  secrets = {
    jwt_secret      = { description = "Signs session tokens." }
    weather_api_key = { description = "Key of the weather service.", version = 2 }
  }

  values = {
    jwt_secret      = "a value that no plan and no state may show"
    weather_api_key = "another one"
  }
}

run "writes_parameters" {
  command = plan

  assert {
    condition     = aws_ssm_parameter.this["jwt_secret"].name == "/shop/production/jwt-secret" && aws_ssm_parameter.this["jwt_secret"].type == "SecureString"
    error_message = "Each secret must be an encrypted parameter in the folder."
  }

  assert {
    condition     = aws_ssm_parameter.this["jwt_secret"].value_wo_version == 1 && aws_ssm_parameter.this["weather_api_key"].value_wo_version == 2
    error_message = "A new version must have the value written again."
  }

  assert {
    condition     = aws_ssm_parameter.this["jwt_secret"].value_wo == null
    error_message = "Terraform must not keep the value."
  }
}

run "gives_out_references" {
  command = apply

  assert {
    condition     = output.references == { for name, parameter in aws_ssm_parameter.this : name => parameter.arn }
    error_message = "References must be ARNs of the parameters."
  }
}

run "writes_to_secrets_manager" {
  command = apply

  variables {
    store = "secrets-manager"
  }

  assert {
    condition     = aws_secretsmanager_secret.this["jwt_secret"].name == "shop/production/jwt-secret" && aws_secretsmanager_secret.this["jwt_secret"].recovery_window_in_days == 30
    error_message = "Each secret must be in the folder, and recoverable."
  }

  assert {
    condition     = aws_secretsmanager_secret_version.this["weather_api_key"].secret_string_wo_version == 2 && aws_secretsmanager_secret_version.this["weather_api_key"].secret_string_wo == null
    error_message = "The value must be written and not kept."
  }

  assert {
    condition     = length(aws_ssm_parameter.this) == 0 && keys(output.references) == ["jwt_secret", "weather_api_key"] && alltrue([for arn in values(output.references) : startswith(arn, "arn:aws:secretsmanager:")])
    error_message = "References must be ARNs of the secrets."
  }
}

run "refuses_wrong_values" {
  command = plan

  variables {
    path          = "shop"
    store         = "vault"
    recovery_days = 3
    secrets       = { "a secret" = { description = "A name with a space." } }
  }

  expect_failures = [var.path, var.store, var.recovery_days, var.secrets]
}
