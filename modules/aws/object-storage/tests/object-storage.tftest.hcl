# Runs without a cloud, on the stand-in provider.

provider "aws" {
  region = "ap-northeast-1"
}

variables {
  name = "shop-uploads"
}

run "is_safe_by_default" {
  command = plan

  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
    error_message = "Deleted objects must be recoverable."
  }

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.this.block_public_acls,
      aws_s3_bucket_public_access_block.this.block_public_policy,
      aws_s3_bucket_public_access_block.this.ignore_public_acls,
      aws_s3_bucket_public_access_block.this.restrict_public_buckets,
    ])
    error_message = "The bucket must be private."
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256"
    error_message = "Objects must be encrypted."
  }

  assert {
    condition     = one(aws_s3_bucket_lifecycle_configuration.this.rule).expiration[0].expired_object_delete_marker && length(one(aws_s3_bucket_lifecycle_configuration.this.rule).transition) == 0
    error_message = "Objects must stay where they are."
  }

  assert {
    condition     = !aws_s3_bucket.this.object_lock_enabled && length(aws_s3_bucket_object_lock_configuration.this) == 0
    error_message = "Only who asks for a lock must get one."
  }
}

run "lets_old_objects_go" {
  command = plan

  variables {
    expire_days  = 30
    archive_days = 7
  }

  assert {
    condition     = one(aws_s3_bucket_lifecycle_configuration.this.rule).expiration[0].days == 30
    error_message = "Objects must be deleted after 30 days."
  }

  assert {
    condition     = [for transition in one(aws_s3_bucket_lifecycle_configuration.this.rule).transition : "${transition.days} ${transition.storage_class}"] == ["7 GLACIER_IR"]
    error_message = "Objects must move to GLACIER_IR after 7 days."
  }
}

run "refuses_everything_but_tls" {
  command = apply

  assert {
    condition     = [for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Sid] == ["OnlyTls"]
    error_message = "Nobody but the account may read."
  }

  assert {
    condition     = jsondecode(aws_s3_bucket_policy.this.policy).Statement[0].Effect == "Deny" && jsondecode(aws_s3_bucket_policy.this.policy).Statement[0].Condition.Bool["aws:SecureTransport"] == "false"
    error_message = "Requests without TLS must be refused."
  }

  assert {
    condition     = output.name == "shop-uploads" && output.arn == aws_s3_bucket.this.arn && output.domain_name == aws_s3_bucket.this.bucket_regional_domain_name && output.url == "https://${output.domain_name}"
    error_message = "The outputs must be those of the bucket."
  }
}

run "lets_a_distribution_read" {
  command = apply

  variables {
    distributions = { cdn = "arn:aws:cloudfront::123456789012:distribution/E1" }
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Condition.StringEquals["aws:SourceArn"] if statement.Sid == "CloudFront"
    ]) == "arn:aws:cloudfront::123456789012:distribution/E1"
    error_message = "That distribution and no other must read."
  }
}

run "takes_logs_of_load_balancers" {
  command = apply

  variables {
    load_balancer_logs = true
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Condition.ArnLike["aws:SourceArn"] if statement.Sid == "LoadBalancerLogs"
    ]) == "arn:aws:elasticloadbalancing:ap-northeast-1:${data.aws_caller_identity.current.account_id}:loadbalancer/*"
    error_message = "Only load balancers of this account and region may write."
  }
}

run "writes_once" {
  command = apply

  variables {
    name      = "shop-audit"
    lock_days = 365
  }

  assert {
    condition     = aws_s3_bucket.this.object_lock_enabled && one(aws_s3_bucket_object_lock_configuration.this[0].rule).default_retention[0].mode == "COMPLIANCE" && one(aws_s3_bucket_object_lock_configuration.this[0].rule).default_retention[0].days == 365
    error_message = "Objects must be locked for a year, for everyone."
  }

  assert {
    condition     = contains([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Sid], "NoDeletion")
    error_message = "Objects must not be hidden behind delete markers."
  }
}

run "encrypts_with_a_key_of_yours" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:ap-northeast-1:123456789012:key/1"
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.this.rule).bucket_key_enabled && one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "aws:kms"
    error_message = "The key must be used, with a bucket key that keeps its price low."
  }
}

run "refuses_wrong_values" {
  command = plan

  variables {
    name          = "Shop.uploads"
    expire_days   = 0
    archive_class = "TAPE"
    lock_mode     = "LEGAL"
  }

  expect_failures = [var.name, var.expire_days, var.archive_class, var.lock_mode]
}

run "refuses_a_lock_without_versions" {
  command = plan

  variables {
    versioning = false
    lock_days  = 30
  }

  expect_failures = [var.lock_days]
}

run "refuses_to_delete_what_is_locked" {
  command = plan

  variables {
    expire_days = 30
    lock_days   = 60
  }

  expect_failures = [var.lock_days]
}

run "refuses_logs_that_load_balancers_cannot_write" {
  command = plan

  variables {
    load_balancer_logs = true
    kms_key_arn        = "arn:aws:kms:ap-northeast-1:123456789012:key/1"
  }

  expect_failures = [var.load_balancer_logs]
}
