locals {
  # CloudFront takes firewalls of this region only, wherever the rest of the system lives.
  region = "us-east-1"

  # AWS's sets come first, in the order given, and the limit of each address last.
  priority = { for index, name in var.managed_rules : name => index }
}

resource "aws_wafv2_web_acl" "this" {
  region = local.region
  name   = var.name
  scope  = "CLOUDFRONT"
  tags   = { Name = var.name }

  default_action {
    allow {}
  }

  dynamic "rule" {
    for_each = local.priority

    content {
      name     = rule.key
      priority = rule.value

      override_action {
        dynamic "none" {
          for_each = contains(var.count_only, rule.key) ? [] : [true]
          content {}
        }

        dynamic "count" {
          for_each = contains(var.count_only, rule.key) ? [true] : []
          content {}
        }
      }

      statement {
        managed_rule_group_statement {
          vendor_name = "AWS"
          name        = rule.key
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = rule.key
        sampled_requests_enabled   = true
      }
    }
  }

  dynamic "rule" {
    for_each = var.rate_limit[*]

    content {
      name     = "rate-limit"
      priority = length(var.managed_rules)

      action {
        block {}
      }

      statement {
        rate_based_statement {
          aggregate_key_type    = "IP"
          evaluation_window_sec = 300
          limit                 = rule.value
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = "rate-limit"
        sampled_requests_enabled   = true
      }
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = var.name
    sampled_requests_enabled   = true
  }
}

# WAF writes to no group whose name begins otherwise.
resource "aws_cloudwatch_log_group" "this" {
  region            = local.region
  name              = "aws-waf-logs-${var.name}"
  retention_in_days = var.log_retention_days
}

resource "aws_wafv2_web_acl_logging_configuration" "this" {
  region                  = local.region
  resource_arn            = aws_wafv2_web_acl.this.arn
  log_destination_configs = [aws_cloudwatch_log_group.this.arn]

  # Who is logged in is nobody's business here.
  dynamic "redacted_fields" {
    for_each = ["authorization", "cookie"]

    content {
      single_header {
        name = redacted_fields.value
      }
    }
  }
}
