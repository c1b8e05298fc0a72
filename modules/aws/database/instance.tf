# One instance of RDS, with a standby where multi_az is true.

resource "aws_db_parameter_group" "this" {
  count = local.aurora ? 0 : 1

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

resource "aws_db_instance" "this" {
  count = local.aurora ? 0 : 1

  identifier                  = var.name
  engine                      = var.engine
  engine_version              = var.engine_version
  allow_major_version_upgrade = var.allow_major_version_upgrade
  instance_class              = var.instance_class
  multi_az                    = var.multi_az

  allocated_storage     = var.storage_gb
  max_allocated_storage = var.max_storage_gb
  storage_type          = var.storage_type
  storage_encrypted     = true
  kms_key_id            = var.kms_key_arn

  db_name                             = var.database_name
  username                            = var.username
  manage_master_user_password         = true
  iam_database_authentication_enabled = true
  port                                = local.port

  db_subnet_group_name   = aws_db_subnet_group.this.name
  parameter_group_name   = aws_db_parameter_group.this[0].name
  vpc_security_group_ids = [aws_security_group.this.id]
  publicly_accessible    = false

  backup_retention_period   = var.backup_retention_days
  backup_window             = var.backup_window
  maintenance_window        = var.maintenance_window
  copy_tags_to_snapshot     = true
  deletion_protection       = var.deletion_protection
  skip_final_snapshot       = false
  final_snapshot_identifier = "${var.name}-final-snapshot"

  enabled_cloudwatch_logs_exports = local.logs
  performance_insights_enabled    = true
  auto_minor_version_upgrade      = true
  apply_immediately               = false

  tags = { Name = var.name }

  depends_on = [aws_cloudwatch_log_group.this]
}

# The copy lives in its own region, and so do the key that encrypts it and this resource.
resource "aws_db_instance_automated_backups_replication" "this" {
  count = var.backup_copy == null ? 0 : 1

  region                 = var.backup_copy.region
  source_db_instance_arn = aws_db_instance.this[0].arn
  retention_period       = var.backup_retention_days
  kms_key_id             = var.backup_copy.kms_key_arn

  lifecycle {
    precondition {
      condition     = var.backup_copy.region != data.aws_region.current.region
      error_message = "backup_copy.region must be another region than that of the database."
    }
  }
}

data "aws_region" "current" {}
