# What one task is: the container, and a collector beside it that hands traces to X-Ray.

locals {
  container_name = coalesce(var.container_name, var.name)

  log = {
    logDriver = "awslogs"
    options = {
      awslogs-group         = aws_cloudwatch_log_group.this.name
      awslogs-region        = data.aws_region.current.region
      awslogs-stream-prefix = "ecs"
    }
  }

  container = {
    name             = local.container_name
    image            = local.image
    essential        = true
    portMappings     = [{ containerPort = var.port, protocol = "tcp" }]
    environment      = [for name, value in var.environment : { name = name, value = value }]
    secrets          = [for name, arn in var.secrets : { name = name, valueFrom = arn }]
    logConfiguration = local.log
  }

  # The program goes on without it, so a collector that fails stops no task.
  collector = {
    name             = "collector"
    image            = var.collector_image
    essential        = false
    command          = ["--config=/etc/ecs/ecs-xray.yaml"]
    logConfiguration = local.log
  }
}

resource "aws_ecs_task_definition" "this" {
  family                   = var.name
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  cpu                      = var.cpu
  memory                   = var.memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn
  container_definitions    = var.tracing ? jsonencode([local.container, local.collector]) : jsonencode([local.container])

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.cpu_architecture
  }
}
