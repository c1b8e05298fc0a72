locals {
  objects = "${aws_s3_bucket.this.arn}/*"

  only_tls = [{
    Sid       = "OnlyTls"
    Effect    = "Deny"
    Principal = "*"
    Action    = "s3:*"
    Resource  = [aws_s3_bucket.this.arn, local.objects]
    Condition = { Bool = { "aws:SecureTransport" = "false" } }
  }]

  # The lock keeps every version. This keeps objects from being hidden behind a delete marker as well.
  no_deletion = var.lock_days == null ? [] : [{
    Sid       = "NoDeletion"
    Effect    = "Deny"
    Principal = "*"
    Action    = ["s3:DeleteObject", "s3:DeleteObjectVersion"]
    Resource  = local.objects
  }]

  readers = [for arn in values(var.distributions) : {
    Sid       = "CloudFront"
    Effect    = "Allow"
    Principal = { Service = "cloudfront.amazonaws.com" }
    Action    = "s3:GetObject"
    Resource  = local.objects
    Condition = { StringEquals = { "aws:SourceArn" = arn } }
  }]

  log_writers = !var.load_balancer_logs ? [] : [{
    Sid       = "LoadBalancerLogs"
    Effect    = "Allow"
    Principal = { Service = "logdelivery.elasticloadbalancing.amazonaws.com" }
    Action    = "s3:PutObject"
    Resource  = local.objects
    Condition = { ArnLike = { "aws:SourceArn" = local.load_balancers } }
  }]

  load_balancers = "arn:aws:elasticloadbalancing:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:loadbalancer/*"
}

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = concat(local.only_tls, local.no_deletion, local.readers, local.log_writers)
  })

  depends_on = [aws_s3_bucket_public_access_block.this]
}
