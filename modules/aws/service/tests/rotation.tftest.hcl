# A rotated password must not break running tasks. Runs without a cloud, on the stand-in provider.

provider "aws" {
  region = "ap-northeast-1"
}

variables {
  name      = "shop-api"
  image_tag = "4f2a9c1"
  port      = 3000

  network = {
    vpc_id             = "vpc-1"
    private_subnet_ids = ["subnet-1", "subnet-2"]
  }

  secrets = {
    DB_PASSWORD = "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:rds!db-1-AbCdEf:password::"
    JWT_SECRET  = "arn:aws:ssm:ap-northeast-1:123456789012:parameter/shop/production/jwt-secret"
  }
}

run "waits_for_the_new_value_to_be_current" {
  command = plan

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.rotation[0].event_pattern) == {
      source      = ["aws.secretsmanager", "aws.ssm"]
      detail-type = ["Secret Label Updated", "Parameter Store Change"]
      detail      = { "$or" = [{ labelUpdated = ["AWSCURRENT"] }, { operation = ["Update"] }] }
      resources = [
        "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:rds!db-1-AbCdEf",
        "arn:aws:ssm:ap-northeast-1:123456789012:parameter/shop/production/jwt-secret",
      ]
    }
    error_message = "The rule must match the secrets of this service, once their new value is the current one."
  }
}

run "then_replaces_every_task" {
  command = apply

  assert {
    condition     = aws_cloudwatch_event_target.rotation[0].rule == aws_cloudwatch_event_rule.rotation[0].name && aws_cloudwatch_event_target.rotation[0].arn == aws_sfn_state_machine.restart[0].arn
    error_message = "The rule must start the state machine."
  }

  assert {
    condition = jsondecode(aws_sfn_state_machine.restart[0].definition).States.Deploy.Parameters == {
      Cluster            = aws_ecs_cluster.this[0].arn
      Service            = "shop-api"
      ForceNewDeployment = true
    }
    error_message = "The state machine must deploy this service anew."
  }

  assert {
    condition     = jsondecode(aws_sfn_state_machine.restart[0].definition).States.Deploy.Resource == "arn:aws:states:::aws-sdk:ecs:updateService" && length(jsondecode(aws_sfn_state_machine.restart[0].definition).States.Deploy.Retry) == 1
    error_message = "The state machine must call ECS, and try again when that fails."
  }

  assert {
    condition     = { for statement in jsondecode(aws_iam_role_policy.rotation[0].policy).Statement : statement.Action => statement.Resource } == { "ecs:UpdateService" = aws_ecs_service.this.arn, "states:StartExecution" = aws_sfn_state_machine.restart[0].arn }
    error_message = "The role must let it restart this service and nothing else."
  }

  assert {
    condition     = aws_ecs_service.this.deployment_minimum_healthy_percent == 100
    error_message = "Tasks with the new value must answer before those with the old one stop."
  }

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.execution[0].policy).Statement : statement.Action[0] => statement.Resource } == {
      "secretsmanager:GetSecretValue" = ["arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:rds!db-1-AbCdEf"]
      "ssm:GetParameters"             = ["arn:aws:ssm:ap-northeast-1:123456789012:parameter/shop/production/jwt-secret"]
    }
    error_message = "New tasks must be able to read the secrets, and nothing else."
  }
}

run "refuses_a_secret_that_is_a_value" {
  command = plan

  variables {
    secrets = { DB_PASSWORD = "hunter2" }
  }

  expect_failures = [var.secrets]
}

run "has_nothing_to_wait_for_without_secrets" {
  command = plan

  variables {
    secrets = {}
  }

  assert {
    condition     = length(aws_cloudwatch_event_rule.rotation) == 0 && length(aws_sfn_state_machine.restart) == 0
    error_message = "Without secrets there must be no rule."
  }
}

run "leaves_restarts_to_you_when_told" {
  command = plan

  variables {
    restart_on_rotation = false
  }

  assert {
    condition     = length(aws_cloudwatch_event_rule.rotation) == 0 && length(aws_iam_role.rotation) == 0
    error_message = "There must be no rule."
  }
}
