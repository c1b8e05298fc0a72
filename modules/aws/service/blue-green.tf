# Blue and green: two target groups, and a rule whose weights ECS moves from one to the other.

resource "aws_lb_target_group" "green" {
  count = local.blue_green

  name                 = "${substr(var.name, 0, 26)}-green"
  vpc_id               = var.network.vpc_id
  target_type          = "ip"
  port                 = var.port
  protocol             = "HTTP"
  deregistration_delay = 30

  health_check {
    path    = var.health_check_path
    matcher = "200"
  }
}

resource "aws_lb_listener_rule" "blue_green" {
  count = local.blue_green

  listener_arn = var.load_balancer.https_listener_arn
  priority     = var.priority

  action {
    type = "forward"

    forward {
      target_group {
        arn    = aws_lb_target_group.this[0].arn
        weight = 100
      }

      target_group {
        arn    = aws_lb_target_group.green[0].arn
        weight = 0
      }
    }
  }

  condition {
    path_pattern {
      values = var.paths
    }
  }

  dynamic "condition" {
    for_each = length(var.hosts) > 0 ? [var.hosts] : []

    content {
      host_header {
        values = condition.value
      }
    }
  }

  lifecycle {
    # Deployments own the weights.
    ignore_changes = [action]
  }
}

resource "aws_iam_role" "blue_green" {
  count = local.blue_green

  name = "${var.name}-blue-green"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "blue_green" {
  count = local.blue_green

  role       = aws_iam_role.blue_green[0].name
  policy_arn = "arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers"
}
