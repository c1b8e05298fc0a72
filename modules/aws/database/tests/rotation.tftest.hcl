# A password that RDS rotates must not break the tasks of a service. Runs without a cloud, on the stand-in provider.

provider "aws" {
  region = "ap-northeast-1"
}

variables {
  name           = "shop-db"
  instance_class = "db.t3.micro"
  database_name  = "shop"
  image_tag      = "4f2a9c1"
  port           = 3000

  network = {
    vpc_id             = "vpc-1"
    private_subnet_ids = ["subnet-1", "subnet-2"]
  }
}

run "database" {
  command = apply
}

run "service_restarts_when_this_password_changes" {
  command = apply

  module {
    source = "../service"
  }

  variables {
    name    = "shop-api"
    connect = { database = { security_group_id = run.database.security_group_id, port = run.database.port } }
    secrets = { DB_PASSWORD = run.database.password }
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.rotation[0].event_pattern).resources == [trimsuffix(run.database.password, ":password::")]
    error_message = "The service must listen to the very secret that RDS rotates."
  }

  assert {
    condition     = jsondecode(aws_sfn_state_machine.restart[0].definition).States.Deploy.Parameters.ForceNewDeployment
    error_message = "The service must then be deployed anew."
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].secrets == [{ name = "DB_PASSWORD", valueFrom = run.database.password }]
    error_message = "New tasks must read the secret, not a copy of its value."
  }
}
