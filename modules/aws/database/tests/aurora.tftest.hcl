# Runs without a cloud, on the stand-in provider.

provider "aws" {
  region = "ap-northeast-1"
}

variables {
  name                  = "news-db"
  engine                = "aurora-postgresql"
  database_name         = "news"
  min_capacity          = 1
  max_capacity          = 4
  backup_retention_days = 30

  network = {
    vpc_id             = "vpc-1"
    private_subnet_ids = ["subnet-1", "subnet-2"]
  }
}

run "is_serverless_version_two" {
  command = plan

  assert {
    condition     = aws_rds_cluster.this[0].engine_mode == "provisioned" && alltrue([for instance in aws_rds_cluster_instance.this : instance.instance_class == "db.serverless"])
    error_message = "Version 2 is a provisioned cluster of db.serverless instances."
  }

  assert {
    condition     = aws_rds_cluster.this[0].serverlessv2_scaling_configuration[0].min_capacity == 1 && aws_rds_cluster.this[0].serverlessv2_scaling_configuration[0].max_capacity == 4
    error_message = "The capacity must go from 1 to 4 ACU."
  }

  assert {
    condition     = length(aws_rds_cluster_instance.this) == 2
    error_message = "A reader must stand by in production."
  }

  assert {
    condition     = aws_rds_cluster.this[0].deletion_protection && aws_rds_cluster.this[0].storage_encrypted && aws_rds_cluster.this[0].manage_master_user_password
    error_message = "The defaults must be right for production."
  }

  assert {
    condition     = aws_rds_cluster.this[0].backup_retention_period == 30 && aws_rds_cluster_parameter_group.this[0].family == "aurora-postgresql17"
    error_message = "Backups and parameters must follow the inputs."
  }

  assert {
    condition     = keys(aws_cloudwatch_log_group.this) == ["postgresql"] && aws_cloudwatch_log_group.this["postgresql"].name == "/aws/rds/cluster/news-db/postgresql"
    error_message = "The log must be where Aurora writes it."
  }

  assert {
    condition     = length(aws_db_instance.this) == 0
    error_message = "There must be no instance of RDS beside the cluster."
  }
}

run "has_one_instance_where_nobody_stands_by" {
  command = plan

  variables {
    multi_az = false
  }

  assert {
    condition     = length(aws_rds_cluster_instance.this) == 1
    error_message = "Without multi_az there must be a writer alone."
  }
}

run "has_the_outputs_of_an_instance" {
  command = apply

  assert {
    condition     = output.host == aws_rds_cluster.this[0].endpoint && output.reader_host == aws_rds_cluster.this[0].reader_endpoint && output.port == 5432
    error_message = "Hosts and port must be those of the cluster."
  }

  assert {
    condition     = output.password == "${aws_rds_cluster.this[0].master_user_secret[0].secret_arn}:password::"
    error_message = "The password must be a reference, never a value."
  }

  assert {
    condition     = output.identifier == "news-db" && output.metric_dimensions == { DBClusterIdentifier = "news-db" }
    error_message = "Alarms must find the cluster by its identifier."
  }
}

run "refuses_wrong_capacities" {
  command = plan

  variables {
    min_capacity = 0.7
  }

  expect_failures = [var.min_capacity]
}

run "refuses_more_than_aurora_has" {
  command = plan

  variables {
    max_capacity = 300
  }

  expect_failures = [var.max_capacity]
}

run "refuses_less_at_most_than_at_least" {
  command = plan

  variables {
    min_capacity = 8
  }

  expect_failures = [var.max_capacity]
}

run "refuses_what_only_an_instance_has" {
  command = plan

  variables {
    instance_class = "db.r7g.large"

    backup_copy = {
      region      = "ap-northeast-3"
      kms_key_arn = "arn:aws:kms:ap-northeast-3:123456789012:key/1"
    }
  }

  expect_failures = [var.instance_class, var.backup_copy]
}

run "refuses_another_engine" {
  command = plan

  variables {
    engine = "mysql"
  }

  expect_failures = [var.engine]
}
