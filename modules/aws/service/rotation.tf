# ECS reads a secret when a task starts, and never again. So when one has a new value, the service is deployed anew:
# tasks with the new value answer before those with the old one stop.

locals {
  restart = var.restart_on_rotation && length(var.secrets) > 0 ? 1 : 0
}

resource "aws_cloudwatch_event_rule" "rotation" {
  count = local.restart

  name        = "${var.name}-rotation"
  description = "A secret of ${var.name} has a new value"

  # Secrets Manager says when a value has become the current one, the Parameter Store when one has been written.
  event_pattern = jsonencode({
    source      = ["aws.secretsmanager", "aws.ssm"]
    detail-type = ["Secret Label Updated", "Parameter Store Change"]
    resources   = local.secret_arns
    detail      = { "$or" = [{ labelUpdated = ["AWSCURRENT"] }, { operation = ["Update"] }] }
  })
}

resource "aws_cloudwatch_event_target" "rotation" {
  count = local.restart

  rule     = aws_cloudwatch_event_rule.rotation[0].name
  arn      = aws_sfn_state_machine.restart[0].arn
  role_arn = aws_iam_role.rotation[0].arn
}

# EventBridge cannot call ECS for a deployment; a state machine of one step can, and tries again when it fails.
resource "aws_sfn_state_machine" "restart" {
  count = local.restart

  name     = "${var.name}-restart"
  role_arn = aws_iam_role.rotation[0].arn

  definition = jsonencode({
    Comment = "Replaces every task of ${var.name}"
    StartAt = "Deploy"
    States = {
      Deploy = {
        Type       = "Task"
        Resource   = "arn:aws:states:::aws-sdk:ecs:updateService"
        Parameters = { Cluster = local.cluster_arn, Service = aws_ecs_service.this.name, ForceNewDeployment = true }
        ResultPath = null
        Retry      = [{ ErrorEquals = ["States.ALL"], IntervalSeconds = 10, BackoffRate = 2, MaxAttempts = 6 }]
        End        = true
      }
    }
  })
}

resource "aws_iam_role" "rotation" {
  count = local.restart

  name = "${var.name}-rotation"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = ["events.amazonaws.com", "states.amazonaws.com"] }
    }]
  })
}

resource "aws_iam_role_policy" "rotation" {
  count = local.restart

  name = "restart"
  role = aws_iam_role.rotation[0].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "ecs:UpdateService", Resource = aws_ecs_service.this.arn },
      { Effect = "Allow", Action = "states:StartExecution", Resource = aws_sfn_state_machine.restart[0].arn },
    ]
  })
}
