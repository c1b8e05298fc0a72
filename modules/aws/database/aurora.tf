# Aurora Serverless v2: one writer, and a reader in a second zone where multi_az is true.

resource "aws_rds_cluster_parameter_group" "this" {
  count = local.aurora ? 1 : 0

  name_prefix = "${var.name}-"
  family      = local.family

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_rds_cluster" "this" {
  count = local.aurora ? 1 : 0

  cluster_identifier          = var.name
  engine                      = var.engine
  engine_mode                 = "provisioned"
  engine_version              = var.engine_version
  allow_major_version_upgrade = var.allow_major_version_upgrade
  storage_encrypted           = true
  kms_key_id                  = var.kms_key_arn

  # Version 2 of Serverless is a provisioned cluster with this block; scaling_configuration would be version 1.
  serverlessv2_scaling_configuration {
    min_capacity = var.min_capacity
    max_capacity = var.max_capacity
  }

  database_name                       = var.database_name
  master_username                     = var.username
  manage_master_user_password         = true
  iam_database_authentication_enabled = true
  port                                = local.port

  db_subnet_group_name            = aws_db_subnet_group.this.name
  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.this[0].name
  vpc_security_group_ids          = [aws_security_group.this.id]

  backup_retention_period      = var.backup_retention_days
  preferred_backup_window      = var.backup_window
  preferred_maintenance_window = var.maintenance_window
  copy_tags_to_snapshot        = true
  deletion_protection          = var.deletion_protection
  skip_final_snapshot          = false
  final_snapshot_identifier    = "${var.name}-final-snapshot"

  enabled_cloudwatch_logs_exports = local.logs
  apply_immediately               = false

  tags = { Name = var.name }

  depends_on = [aws_cloudwatch_log_group.this]
}

resource "aws_rds_cluster_instance" "this" {
  count = !local.aurora ? 0 : var.multi_az ? 2 : 1

  identifier           = "${var.name}-${count.index + 1}"
  cluster_identifier   = aws_rds_cluster.this[0].cluster_identifier
  engine               = var.engine
  instance_class       = "db.serverless"
  db_subnet_group_name = aws_db_subnet_group.this.name
  publicly_accessible  = false

  # A reader of these two tiers grows with the writer, and so can take over at once.
  promotion_tier = count.index

  preferred_maintenance_window = var.maintenance_window
  performance_insights_enabled = true
  auto_minor_version_upgrade   = true
  apply_immediately            = false
  copy_tags_to_snapshot        = true

  tags = { Name = "${var.name}-${count.index + 1}" }
}
