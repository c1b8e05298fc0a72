# Blue/green deployments, alarms that undo them, tracing and permissions. Runs without a cloud, on the stand-in provider.

provider "aws" {
  region = "ap-northeast-1"
}

variables {
  name      = "news-backend"
  image_tag = "4f2a9c1"
  port      = 8080
  cpu       = 1024
  memory    = 2048

  network = {
    vpc_id             = "vpc-1"
    private_subnet_ids = ["subnet-1", "subnet-2"]
  }

  load_balancer = {
    https_listener_arn = "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:listener/app/news/1/2"
    security_group_id  = "sg-lb"
  }
}

run "moves_requests_at_once" {
  command = apply

  variables {
    blue_green = true
  }

  assert {
    condition     = aws_ecs_service.this.deployment_configuration[0].strategy == "BLUE_GREEN" && tonumber(aws_ecs_service.this.deployment_configuration[0].bake_time_in_minutes) == 10
    error_message = "The service must deploy blue/green and keep the old tasks for a while."
  }

  assert {
    condition     = one(one(aws_ecs_service.this.load_balancer).advanced_configuration).alternate_target_group_arn == aws_lb_target_group.green[0].arn
    error_message = "ECS must know the other target group."
  }

  assert {
    condition     = one(one(aws_ecs_service.this.load_balancer).advanced_configuration).production_listener_rule == aws_lb_listener_rule.blue_green[0].arn && one(one(aws_ecs_service.this.load_balancer).advanced_configuration).role_arn == aws_iam_role.blue_green[0].arn
    error_message = "ECS must know the rule, and have a role that may change it."
  }

  assert {
    condition     = { for group in one(one(aws_lb_listener_rule.blue_green[0].action).forward).target_group : group.arn => group.weight } == { (aws_lb_target_group.this[0].arn) = 100, (aws_lb_target_group.green[0].arn) = 0 }
    error_message = "All requests must begin at the first target group."
  }

  assert {
    condition     = length(aws_lb_listener_rule.this) == 0
    error_message = "There must be one rule, not two."
  }
}

run "is_undone_by_alarms" {
  command = plan

  variables {
    rollback_alarms = { errors = "news-errors", latency = "news-latency" }
  }

  assert {
    condition     = toset(aws_ecs_service.this.alarms[0].alarm_names) == toset(["news-errors", "news-latency"]) && aws_ecs_service.this.alarms[0].rollback
    error_message = "Both alarms must undo a deployment."
  }
}

run "traces" {
  command = apply

  variables {
    tracing = true
  }

  assert {
    condition     = [for container in jsondecode(aws_ecs_task_definition.this.container_definitions) : "${container.name} ${container.essential}"] == ["news-backend true", "collector false"]
    error_message = "A collector must run beside the container, which goes on without it."
  }

  assert {
    condition     = aws_iam_role_policy_attachment.tracing[0].role == aws_iam_role.task.name
    error_message = "The task must be allowed to write traces."
  }
}

run "grants_what_is_named" {
  command = apply

  variables {
    buckets        = { uploads = { arn = "arn:aws:s3:::news-uploads" } }
    parameter_path = "/news/production"
    kms_key_arns   = ["arn:aws:kms:ap-northeast-1:123456789012:key/1"]
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.buckets[0].policy).Statement == [{
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
      Resource = ["arn:aws:s3:::news-uploads/*"]
    }]
    error_message = "The program must use the objects of its bucket, and no other."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.parameters[0].policy).Statement[0].Resource[1] == "arn:aws:ssm:ap-northeast-1:${data.aws_caller_identity.current.account_id}:parameter/news/production/*"
    error_message = "The program must read parameters of its folder, account and region alone."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.parameters[0].policy).Statement[1].Action == ["kms:Decrypt"]
    error_message = "The program must be able to decrypt them."
  }

  assert {
    condition     = jsondecode(aws_iam_role.task.assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == data.aws_caller_identity.current.account_id
    error_message = "Only tasks of this account may take the role."
  }
}

run "refuses_blue_green_without_a_load_balancer" {
  command = plan

  variables {
    load_balancer = null
    blue_green    = true
  }

  expect_failures = [var.blue_green]
}
