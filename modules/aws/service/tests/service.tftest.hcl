# Runs without a cloud, on the stand-in provider.

provider "aws" {
  region = "ap-northeast-1"
}

variables {
  name           = "shop-api"
  container_name = "api"
  cluster_name   = "shop-cluster"
  image_tag      = "4f2a9c1"
  port           = 3000

  network = {
    vpc_id             = "vpc-1"
    private_subnet_ids = ["subnet-1", "subnet-2"]
  }

  load_balancer = {
    https_listener_arn = "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:listener/app/shop/1/2"
    security_group_id  = "sg-lb"
    url                = "https://api.shop.example"
  }

  connect = {
    database = { security_group_id = "sg-db", port = 5432 }
    cache    = { security_group_id = "sg-cache", port = 6379 }
  }
}

run "is_safe_by_default" {
  command = plan

  assert {
    condition     = !aws_ecs_service.this.network_configuration[0].assign_public_ip && aws_ecs_service.this.launch_type == "FARGATE"
    error_message = "Tasks must run on Fargate, without a public address."
  }

  assert {
    condition     = aws_ecs_service.this.deployment_minimum_healthy_percent == 100 && aws_ecs_service.this.deployment_maximum_percent == 200 && aws_ecs_service.this.deployment_configuration[0].strategy == "ROLLING"
    error_message = "New tasks must answer before old ones stop."
  }

  assert {
    condition     = aws_ecs_service.this.deployment_circuit_breaker[0].enable && aws_ecs_service.this.deployment_circuit_breaker[0].rollback
    error_message = "A deployment that fails must be undone."
  }

  assert {
    condition     = aws_ecr_repository.this[0].image_tag_mutability == "IMMUTABLE" && aws_ecr_repository.this[0].image_scanning_configuration[0].scan_on_push
    error_message = "A tag must name one image for ever, and images must be scanned."
  }

  assert {
    condition     = aws_ecs_service.this.desired_count == 2 && aws_appautoscaling_target.this.min_capacity == 2 && aws_appautoscaling_target.this.max_capacity == 2
    error_message = "Two tasks must run, and nobody may change that without autoscaling."
  }

  assert {
    condition     = one([for setting in aws_ecs_cluster.this[0].setting : setting.value if setting.name == "containerInsights"]) == "enabled"
    error_message = "The cluster must be watched."
  }
}

run "opens_only_the_doors_it_needs" {
  command = plan

  assert {
    condition     = { for name, rule in aws_vpc_security_group_ingress_rule.connect : name => "${rule.security_group_id} ${rule.to_port}" } == { cache = "sg-cache 6379", database = "sg-db 5432" }
    error_message = "Database and cache must let the tasks in."
  }

  assert {
    condition     = { for name, rule in aws_vpc_security_group_egress_rule.connect : name => "${rule.referenced_security_group_id} ${rule.to_port}" } == { cache = "sg-cache 6379", database = "sg-db 5432" }
    error_message = "The tasks must get out to them."
  }

  assert {
    condition     = keys(aws_vpc_security_group_egress_rule.internet) == ["443"] && length(aws_vpc_security_group_egress_rule.all) == 0
    error_message = "The internet must be open on port 443 alone."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.load_balancer[0].referenced_security_group_id == "sg-lb" && aws_vpc_security_group_ingress_rule.load_balancer[0].to_port == 3000
    error_message = "The tasks must take requests from the load balancer."
  }

  assert {
    condition     = aws_vpc_security_group_egress_rule.load_balancer[0].security_group_id == "sg-lb" && aws_lb_target_group.this[0].target_type == "ip" && aws_lb_target_group.this[0].port == 3000
    error_message = "The load balancer must reach the tasks."
  }
}

run "describes_its_task" {
  command = apply

  variables {
    cpu         = 512
    memory      = 1024
    environment = { NODE_ENV = "production" }
    secrets     = { JWT_SECRET = "arn:aws:ssm:ap-northeast-1:123456789012:parameter/shop/production/jwt-secret" }
  }

  assert {
    condition     = aws_ecs_task_definition.this.family == "shop-api" && aws_ecs_task_definition.this.network_mode == "awsvpc" && aws_ecs_task_definition.this.requires_compatibilities == toset(["FARGATE"])
    error_message = "The task must be one of Fargate."
  }

  assert {
    condition = {
      for key, value in jsondecode(aws_ecs_task_definition.this.container_definitions)[0] : key => value if contains(["name", "image", "essential", "portMappings", "environment", "secrets"], key)
      } == {
      name         = "api"
      image        = "${aws_ecr_repository.this[0].repository_url}:4f2a9c1"
      essential    = true
      portMappings = [{ containerPort = 3000, protocol = "tcp" }]
      environment  = [{ name = "NODE_ENV", value = "production" }]
      secrets      = [{ name = "JWT_SECRET", valueFrom = "arn:aws:ssm:ap-northeast-1:123456789012:parameter/shop/production/jwt-secret" }]
    }
    error_message = "The container must be what was asked for."
  }

  assert {
    condition = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].logConfiguration == {
      logDriver = "awslogs"
      options   = { awslogs-group = "/ecs/shop-api", awslogs-region = "ap-northeast-1", awslogs-stream-prefix = "ecs" }
    }
    error_message = "The log must go to the group of the service."
  }

  assert {
    condition     = aws_ecs_task_definition.this.execution_role_arn == aws_iam_role.execution.arn && aws_ecs_task_definition.this.task_role_arn == aws_iam_role.task.arn && aws_iam_role.execution.name != aws_iam_role.task.name
    error_message = "ECS and the program must have a role each."
  }

  assert {
    condition     = output.url == "https://api.shop.example" && output.service_name == "shop-api" && output.cluster_name == "shop-cluster" && output.repository_url == aws_ecr_repository.this[0].repository_url && output.port == 3000
    error_message = "The outputs must be those of the service."
  }

  assert {
    condition     = aws_appautoscaling_target.this.resource_id == "service/shop-cluster/shop-api" && output.target_group == aws_lb_target_group.this[0].arn_suffix && output.task_family == "shop-api"
    error_message = "Scaling and alarms must find the service."
  }
}

run "scales_by_use_of_the_cpu" {
  command = plan

  variables {
    desired_count = 3
    max_count     = 9
    target_cpu    = 60
  }

  assert {
    condition     = aws_appautoscaling_target.this.min_capacity == 3 && aws_appautoscaling_target.this.max_capacity == 9 && aws_appautoscaling_policy.cpu[0].target_tracking_scaling_policy_configuration[0].target_value == 60
    error_message = "From 3 to 9 tasks must run, at 60 percent."
  }
}

run "works_without_clients" {
  command = plan

  variables {
    load_balancer = null
  }

  assert {
    condition     = length(aws_lb_target_group.this) == 0 && length(aws_ecs_service.this.load_balancer) == 0 && output.url == null && output.target_group == null
    error_message = "Without a load balancer there must be nothing of one."
  }
}

run "shares_a_cluster_and_takes_any_image" {
  command = plan

  variables {
    image        = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/shared:4f2a9c1"
    image_tag    = null
    repository   = false
    cluster_name = null

    cluster = {
      cluster_arn  = "arn:aws:ecs:ap-northeast-1:123456789012:cluster/shared"
      cluster_name = "shared"
    }
  }

  assert {
    condition     = length(aws_ecs_cluster.this) == 0 && length(aws_ecr_repository.this) == 0 && output.repository_url == null
    error_message = "Neither cluster nor repository may be made."
  }

  assert {
    condition     = aws_ecs_service.this.cluster == "arn:aws:ecs:ap-northeast-1:123456789012:cluster/shared" && jsondecode(aws_ecs_task_definition.this.container_definitions)[0].image == var.image
    error_message = "Cluster and image must be those that were handed over."
  }
}

run "answers_for_its_hosts_alone" {
  command = plan

  variables {
    hosts    = ["api.shop.example"]
    paths    = ["/v1/*"]
    priority = 10
  }

  assert {
    condition     = aws_lb_listener_rule.this[0].priority == 10 && length(aws_lb_listener_rule.this[0].condition) == 2
    error_message = "The rule must ask for host and path."
  }
}

run "refuses_wrong_values" {
  command = plan

  variables {
    name              = "Shop_API"
    image_tag         = "latest"
    port              = 0
    cpu               = 500
    max_count         = 1
    target_cpu        = 170
    health_check_path = "health"
    parameter_path    = "shop"
    cpu_architecture  = "arm"

    keep_images        = 1
    priority           = 0
    bake_minutes       = 2000
    log_retention_days = 100
  }

  expect_failures = [
    var.name,
    var.image_tag,
    var.port,
    var.cpu,
    var.max_count,
    var.target_cpu,
    var.health_check_path,
    var.parameter_path,
    var.cpu_architecture,
    var.keep_images,
    var.priority,
    var.bake_minutes,
    var.log_retention_days,
  ]
}

run "takes_the_smallest_task" {
  command = plan

  variables {
    cpu    = 256
    memory = 512
  }

  assert {
    condition     = aws_ecs_task_definition.this.cpu == "256" && aws_ecs_task_definition.this.memory == "512"
    error_message = "Fargate has tasks of a quarter CPU and half a GiB."
  }
}

run "refuses_memory_between_the_steps" {
  command = plan

  variables {
    memory = 1536
  }

  expect_failures = [var.memory]
}

run "refuses_too_much_memory" {
  command = plan

  variables {
    cpu    = 4096
    memory = 31744
  }

  expect_failures = [var.memory]
}

run "refuses_to_run_nothing" {
  command = plan

  variables {
    image_tag  = null
    repository = false
  }

  expect_failures = [var.image]
}

run "refuses_an_image_without_a_tag" {
  command = plan

  variables {
    image_tag = null
  }

  expect_failures = [var.image_tag]
}

run "takes_the_names_it_is_given" {
  command = plan

  variables {
    security_group_name = "shop-ecs-sg"
    execution_role_name = "ecsTaskExecutionRole"
    task_role_name      = "ecsTaskRole"
  }

  assert {
    condition     = aws_security_group.this.name == "shop-ecs-sg" && aws_iam_role.execution.name == "ecsTaskExecutionRole" && aws_iam_role.task.name == "ecsTaskRole"
    error_message = "Group and roles must have the names that were given."
  }
}

run "opens_and_permits_what_it_is_told" {
  command = plan

  variables {
    all_outbound = true
    image        = "shop-api:latest"

    permissions = {
      mails = { actions = ["ses:SendEmail"], resources = ["arn:aws:ses:*:*:identity/shop.example"] }
    }
  }

  assert {
    condition     = aws_vpc_security_group_egress_rule.all[0].ip_protocol == "-1" && length(aws_vpc_security_group_egress_rule.internet) == 0
    error_message = "One rule must open everything."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.permissions[0].policy).Statement == [{ Effect = "Allow", Action = ["ses:SendEmail"], Resource = ["arn:aws:ses:*:*:identity/shop.example"] }] && aws_iam_role_policy.permissions[0].role == aws_iam_role.task.id
    error_message = "The program must be allowed what it was given."
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].image == "shop-api:latest"
    error_message = "A full reference must be taken as it is."
  }
}
